"""Papers of cases: made with their step or not at all, sealed, opened by few, revoked by their issuer."""

import hashlib
import io
import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pypdfium2
import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from documents.kinds import KINDS
from documents.press import Press
from documents.printing import LAYERS, Fitness
from documents.signing import signature_of
from documents.tokens import Claims, write_token
from repatriation import opening
from repatriation.records.cases import CaseFile, Party
from repatriation.records.consents import Consent
from repatriation.records.organisations import Organisation
from repatriation.records.papers import Paper
from repatriation.records.sealing import Safe
from repatriation.records.trail import Trail
from repatriation.settings import Settings
from repatriation.work.arrivals import tick
from repatriation.work.cases import open_case
from repatriation.work.house import House
from repatriation.work.identity import Identity
from repatriation.work.newcase import NewCase
from repatriation.work.papers import proof
from repatriation.work.papers.archive import (
    fetch,
    file_later,
    lacking_paper,
    papers_of,
    revoke,
    same_again,
)
from repatriation.work.papers.bundle import bundle
from repatriation.work.papers.drafting import draft
from repatriation.work.papers.filing import Made, Prepared
from repatriation.work.papers.group import draft_group, prepare_group, who_can_sign
from repatriation.work.papers.inspection import made_again
from repatriation.work.papers.issuing import Asked, code_of, prepare
from repatriation.work.papers.onfile import OnFile
from repatriation.work.papers.prefill import fields_on_file, name_on_paper, one_line
from repatriation.work.papers.proof import Standing
from repatriation.work.papers.rules import MAY_OPEN, is_made_with
from repatriation.work.papers.undone import revoke_undone
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid, MovedOn, NoPaper, NotFound, PaperNeeded, ReadOnly
from repatriation.work.steps import take_step
from repatriation.work.telling.inbox import Wanted, notices
from repatriation.work.telling.moves import tell_moves
from sop.shelf import Shelf
from tests.fakes.papers import MUST_SAY, finished, paper_for
from tests.fakes.press import BrokenPress, workshop
from tests.work.test_steps import SOK, SPOKEN, Desk, Officers, to_identified

SAID = Particulars(language="km", how="spoken")


@pytest.fixture
def desk(house: House, officers: Officers, now: datetime) -> Desk:
    return Desk(house, officers, now)


def presumed(desk: Desk) -> Prepared:
    """The paper with which the person is presumed to be trafficked, filed."""
    paper = paper_for(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume")
    assert paper is not None
    version = desk.case().version
    take_step(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume", version, paper=paper)
    return paper


def rows(desk: Desk) -> list[Paper]:
    with desk.house.doors.read() as session:
        return list(session.exec(select(Paper).order_by(col(Paper.seq))).all())


def events(desk: Desk, tag: str) -> list[dict[str, Any]]:
    with desk.house.doors.read() as session:
        found = session.exec(
            select(Trail).where(Trail.chain == desk.case().id, Trail.tag == tag).order_by(col(Trail.seq))
        ).all()
    return [event.detail for event in found]


def test_an_act_that_names_a_paper_is_not_taken_without_it(desk: Desk) -> None:
    version = desk.case().version
    with pytest.raises(PaperNeeded):
        take_step(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume", version)
    assert (desk.case().version, rows(desk)) == (version, [])


def test_paper_and_step_are_written_together_and_the_trail_names_the_file(desk: Desk) -> None:
    paper = presumed(desk)
    (row,) = rows(desk)
    assert (row.number, row.seq, row.languages) == (paper.number, desk.case().version, "th km")
    told = events(desk, "case:stage:changed")[-1]["paper"]
    digest = hashlib.sha256(paper.file).hexdigest()
    assert told == {"number": paper.number, "kind": "screening_form", "version": 1, "file": digest}
    assert row.file_sha256 == digest
    assert row.file is not None
    assert b"%PDF" not in row.file
    assert b"Demonstration" not in (row.data or b"")
    file = fetch(desk.house, desk.officers["datip"], desk.now, desk.reference, paper.number)
    assert file.content == paper.file
    assert b"Minh Demonstration" in paper.data


def test_a_step_that_is_refused_files_no_paper(desk: Desk) -> None:
    paper = paper_for(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume")
    desk.take("datip", "presume")
    with pytest.raises(MovedOn):
        take_step(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume", 1, paper=paper)
    assert len(rows(desk)) == 1


def test_a_paper_of_another_act_or_version_is_not_taken(desk: Desk) -> None:
    datip = desk.officers["datip"]
    paper = paper_for(desk.house, datip, desk.now, desk.reference, "presume")
    assert paper is not None
    version = desk.case().version
    for wrong in (
        replace(paper, version=version + 1),
        replace(paper, kind="note_verbale"),
        replace(paper, reference="TK-2222-2222"),
        replace(paper, action="identify"),
    ):
        with pytest.raises(Invalid):
            take_step(desk.house, datip, desk.now, desk.reference, "presume", version, paper=wrong)
    with pytest.raises(Invalid):
        take_step(desk.house, datip, desk.now, desk.reference, "no_indicators", version,
                  Particulars(note="None.", authority="Police"), paper=paper)  # fmt: skip
    assert rows(desk) == []


@pytest.mark.parametrize("code", ["busy", "crashed", "glyph"])
def test_no_word_taken_back_and_no_hold_waits_for_a_press(
    house: House, officers: Officers, now: datetime, code: str
) -> None:
    desk = Desk(house, officers, now)
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.house = replace(house, papers=workshop(BrokenPress(code)))
    with pytest.raises(NoPaper) as refused:
        desk.take("datip", "consent_to_tracing", SPOKEN)
    assert refused.value.code == code
    version = desk.case().version
    desk.take("datip", "withdraw_consent_to_notification", SAID)
    assert desk.case().version == version + 1
    assert "datip" in desk.knows()
    assert "embassy" not in desk.knows()


def test_where_no_paper_can_be_issued_nothing_that_needs_one_is_done(
    house: House, officers: Officers, now: datetime
) -> None:
    sound = workshop()
    for papers in (None, replace(sound, fault="selftest")):
        desk = Desk(replace(house, papers=papers), officers, now)
        with pytest.raises(NoPaper) as refused:
            desk.take("datip", "presume")
        assert refused.value.code == "not_ready"
        assert desk.case().stage == "reported"


@pytest.mark.parametrize(
    ("found", "fault", "said"),
    [
        (Fitness((), LAYERS), None, ""),
        (Fitness((), ("limits", "audit")), None, "network, landlock, seccomp"),
        (Fitness(("km", "glyph"), LAYERS), "selftest", "km, glyph"),
    ],
)
def test_whoever_runs_the_service_is_told_what_the_press_lacks(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    found: Fitness,
    fault: str | None,
    said: str,
) -> None:
    monkeypatch.setattr(Press, "fitness", lambda _press: found)
    monkeypatch.setattr(logging.getLogger("repatriation"), "propagate", True)
    house = opening.tested(Settings(demonstration=True), desk.house)
    assert house.papers is not None
    assert house.papers.fault == fault
    assert said in caplog.text
    assert bool(caplog.text) == bool(said)


def test_an_auditor_drafts_nothing(desk: Desk) -> None:
    with pytest.raises(ReadOnly):
        draft(desk.house, desk.officers["auditor"], desk.now, desk.reference, "presume")


def test_drafting_is_an_opening_of_the_identity_with_its_reason(desk: Desk) -> None:
    drafted = draft(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume")
    assert drafted.fields["person"]["names"] == [
        {"script": "latn", "family": "Sok", "given": "Minh Demonstration"}
    ]
    assert drafted.fields["person"]["birth"] == "1996-02-29"
    assert events(desk, "person:identity:opened")[-1] == {"reason": "prepare_paper"}


def test_the_issuing_sides_language_comes_first_and_missions_may_write_english(desk: Desk) -> None:
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "notify_origin")
    note = draft(desk.house, desk.officers["datip"], desk.now, desk.reference, "request_verification")
    assert note.languages == ("th", "km")
    assert ("en", "th") in note.choices
    plain = draft(desk.house, desk.officers["datip"], desk.now, desk.reference, "consent_to_tracing")
    assert plain.choices == (("th", "km"),)
    home = draft(desk.house, desk.officers["embassy"], desk.now, desk.reference, "issue_travel_document")
    assert home.languages == ("km", "th")
    assert ("km", "en") in home.choices
    with pytest.raises(Invalid):
        draft(desk.house, desk.officers["datip"], desk.now, desk.reference, "presume", NOTHING, ("vi", "th"))


def test_every_act_of_every_route_drafts_fields_that_its_paper_has(procedures: Shelf) -> None:
    identity = Identity(
        "TK-2222-2222",
        ({"script": "latn", "given": "A", "middle": "B", "family": "C", "full": None},),
        {
            "birthdate": "2010-01-02",
            "gender": "Feminine",
            "citizenship": ["KHM"],
            "home_address": {"state": "X"},
        },
        birth_year_estimated=True,
        account={},
    )
    body = Organisation(code="x", name="X", country="KHM", functions=["coordination"])
    drafted = 0
    for procedure in procedures:
        for action in procedure.actions.values():
            if action.document is None:
                continue
            on = OnFile(
                "TK-2222-2222", 3, procedure, action, SPOKEN, date(2026, 3, 10), "child", "poipet",
                date(2026, 4, 1), body, "An officer", {"host.coordination": (body,)}, {}, {}, ("X",),
                identity,
            )  # fmt: skip
            fields = fields_on_file(action.document, on)
            assert wrong_in(action.document, fields) <= {"missing"}, (procedure.route, action.name)
            drafted += 1
    assert drafted > 80
    assert set(MUST_SAY) == set(KINDS) == set(MAY_OPEN)


def test_a_last_day_is_printed_as_it_was_entered(desk: Desk) -> None:
    """On the page a last day is entered as a day, and kept as the moment at which that day ends."""
    evening = datetime(2026, 3, 9, 20, tzinfo=UTC)  # the tenth, where the paper is written
    ends = datetime(2026, 6, 2, tzinfo=timezone(timedelta(hours=7)))
    datip = desk.officers["datip"]
    given = SAID.model_copy(update={"until": ends})
    asked = draft(desk.house, datip, evening, desk.reference, "consent_to_notification", given).fields
    assert asked["matter"]["until"] == "2026-06-01"
    assert asked["explained"]["on"] == "2026-03-10"
    stands = Consent(
        case_id="c",
        seq=1,
        name="n",
        purpose="sharing",
        decision="given",
        at=evening,
        until=ends.astimezone(UTC),
    )
    procedure = desk.house.shelf.pinned(desk.case().digest)
    action = next(
        each
        for each in procedure.actions.values()
        if each.document == "return_request" and each.discloses and each.discloses.purpose == "sharing"
    )
    body = Organisation(code="x", name="X", country="THA", functions=["coordination"])
    on = OnFile(
        "TK-2222-2222", 3, procedure, action, NOTHING, date(2026, 3, 10), "adult", None, None, body,
        "An officer", {}, {"sharing": stands}, {}, ("X",), Identity("TK-2222-2222", (), {}, False, {}),
    )  # fmt: skip
    consent = fields_on_file("return_request", on)["consent"]
    assert (consent["given_on"], consent["until"]) == ("2026-03-10", "2026-06-01")


def test_the_number_tells_the_year_in_which_it_is_issued_there(desk: Desk) -> None:
    new_years_morning = datetime(2026, 12, 31, 20, tzinfo=UTC)
    paper = paper_for(desk.house, desk.officers["datip"], new_years_morning, desk.reference, "presume")
    assert paper is not None
    assert paper.number.startswith("TH27-")


def test_a_name_on_the_minutes_stands_in_the_order_of_its_script() -> None:
    for script, said in (("thai", "ทดสอบ ตัวอย่าง"), ("khmr", "ตัวอย่าง ทดสอบ"), ("latn", "ตัวอย่าง ทดสอบ")):
        name = {"script": script, "family": "ตัวอย่าง", "given": "ทดสอบ", "middle": None, "full": None}
        assert one_line(name) == said


def test_nothing_of_a_name_is_in_a_paper_that_is_not_printed_on_it() -> None:
    name = {
        "script": "latn",
        "family": "Sok",
        "given": "Dara",
        "middle": None,
        "full": "Sok Dara, called Srey",
    }
    assert name_on_paper(name)["full"] is None
    assert name_on_paper({**name, "family": None})["full"] == "Sok Dara, called Srey"


def wrong_in(kind: str, fields: dict[str, Any]) -> set[str]:
    """What a kind of paper finds wrong with its fields, as codes."""
    try:
        KINDS[kind].schema.model_validate(fields)
    except ValidationError as problem:
        return {each["type"] for each in problem.errors()}
    return set()


def test_a_newer_plan_takes_the_place_of_the_older(house: House, officers: Officers, now: datetime) -> None:
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    desk = Desk(house, officers, now)
    desk.reference = open_case(house, officers["poipet"], now, new)
    for who, action, given in (
        ("poipet", "begin_screening", NOTHING),
        ("poipet", "find_trafficked", Particulars(authority="Centre")),
        ("poipet", "consent_to_referral", SPOKEN),
        ("mosvy", "offer_referral", NOTHING),
        ("ngo", "accept_referral", NOTHING),
        ("mosvy", "place_in_community", NOTHING),
        ("ngo", "agree_plan", NOTHING),
        ("ngo", "agree_plan", NOTHING),
    ):
        desk.take(who, action, given)
    second, first = (
        line
        for line in papers_of(house, officers["ngo"], desk.reference).issued
        if line.action == "agree_plan"
    )
    assert (first.valid, first.reason, first.superseded_by) == (False, "replaced", second.number)
    assert second.valid
    assert (first.version, second.version) == (1, 2)
    told = events(desk, "case:fact:recorded")[-1]["paper"]
    assert told["replaced"] == [first.number]


def test_a_paper_is_opened_by_those_whose_function_it_is_for_and_that_is_written_down(desk: Desk) -> None:
    paper = presumed(desk)
    fetch(desk.house, desk.officers["datip"], desk.now, desk.reference, paper.number)
    assert events(desk, "paper:file:opened")[-1] == {"number": paper.number, "kind": "screening_form"}
    for stranger in ("embassy", "poipet", "stranger", "auditor"):
        with pytest.raises(NotFound):
            fetch(desk.house, desk.officers[stranger], desk.now, desk.reference, paper.number)
    with pytest.raises(NotFound):
        fetch(desk.house, desk.officers["datip"], desk.now, desk.reference, "KH26-2222-2222")
    assert len(events(desk, "paper:file:opened")) == 1


def test_what_a_country_writes_of_its_talks_stays_in_it(desk: Desk) -> None:
    paper = presumed(desk)
    desk.take("datip", "begin_reflection")
    desk.take("datip", "identify", Particulars(authority="MDT"))
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "notify_origin")
    desk.take("datip", "request_verification")
    embassy = desk.officers["embassy"]
    lines = {line.kind: line for line in papers_of(desk.house, embassy, desk.reference).issued}
    assert lines["note_verbale"].may_open
    assert not lines["screening_form"].may_open
    assert not lines["consent_form"].may_open
    with pytest.raises(NotFound):
        fetch(desk.house, embassy, desk.now, desk.reference, paper.number)


def token_of(desk: Desk, paper: Prepared) -> str:
    """The token in the square of a paper."""
    papers = desk.house.papers
    assert papers is not None
    digest = hashlib.sha256(paper.data).digest()[:16]
    claims = Claims(papers.origin, paper.number, paper.letter, paper.issued_at, paper.expires_at, digest)
    return write_token(claims, papers.keys.newest.token_key)


def test_whoever_holds_a_paper_learns_whether_it_counts_and_nothing_else(desk: Desk) -> None:
    paper = presumed(desk)
    house, code = desk.house, code_of(desk.house.keyring, paper.number)
    token = token_of(desk, paper)
    assert proof.by_token(house, desk.now, token) is Standing.VALID
    assert proof.by_number(house, desk.now, f" {paper.number.lower()} ", code.lower()) is Standing.VALID
    assert proof.by_file(house, desk.now, paper.file) is Standing.VALID
    revoke(house, desk.officers["datip"], desk.now, desk.reference, paper.number, "mistake")
    assert proof.by_token(house, desk.now, token) is Standing.REVOKED
    assert proof.by_number(house, desk.now, paper.number, code) is Standing.REVOKED
    assert proof.by_file(house, desk.now, paper.file) is Standing.REVOKED


def test_what_was_not_issued_is_unknown_however_it_is_asked_about(desk: Desk) -> None:
    paper = presumed(desk)
    house, now = desk.house, desk.now
    unissued = paper_for(house, desk.officers["datip"], now, desk.reference, "identify")
    assert unissued is not None
    assert proof.by_token(house, now, token_of(desk, unissued)) is Standing.UNKNOWN
    assert proof.by_token(house, now, token_of(desk, replace(paper, data=b"other"))) is Standing.UNKNOWN
    assert proof.by_file(house, now, unissued.file) is Standing.UNKNOWN
    assert proof.by_file(house, now, paper.file + b"\n") is Standing.UNKNOWN
    assert proof.by_file(house, now, paper.file.replace(b"/Type", b"/Tipe", 1)) is Standing.UNKNOWN
    for number, code in (
        (paper.number, "AAAAAA"),
        (paper.number, ""),
        ("KH26-2222-2222", "AAAAAA"),
        ("", "ក"),
    ):
        assert proof.by_number(house, now, number, code) is Standing.UNKNOWN
    code = code_of(house.keyring, "KH26-2222-2222")
    assert proof.by_number(house, now, "KH26-2222-2222", code) is Standing.UNKNOWN
    for text in ("", "RP1:", "RP1:" + "A" * 10_000, "\0", "ក"):
        assert proof.by_token(house, now, text) is Standing.UNKNOWN


def test_a_paper_is_revoked_by_its_issuer_alone_for_a_reason_and_once(desk: Desk) -> None:
    paper = presumed(desk)
    for who in ("thai-police", "shelter", "embassy", "stranger"):
        with pytest.raises(NotFound):
            revoke(desk.house, desk.officers[who], desk.now, desk.reference, paper.number, "mistake")
    datip = desk.officers["datip"]
    for reason in ("replaced", "because", ""):
        with pytest.raises(Invalid):
            revoke(desk.house, datip, desk.now, desk.reference, paper.number, reason)
    revoke(desk.house, datip, desk.now, desk.reference, paper.number, "mistake")
    with pytest.raises(Invalid):
        revoke(desk.house, datip, desk.now, desk.reference, paper.number, "mistake")
    assert events(desk, "paper:revoked") == [
        {"number": paper.number, "kind": "screening_form", "reason": "mistake"}
    ]


def test_the_paper_of_a_word_taken_back_can_be_made_afterwards(desk: Desk) -> None:
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "withdraw_consent_to_notification", SAID)
    datip, version = desk.officers["datip"], desk.case().version
    step = lacking_paper(desk.house, datip, desk.reference, version)
    assert (step.action, step.kind) == ("withdraw_consent_to_notification", "consent_form")
    drafted = draft(desk.house, datip, desk.now, desk.reference, step.action)
    assert drafted.fields["matter"]["decision"] == "withdrawn"
    asked = Asked(desk.reference, step.action, drafted.languages, finished(drafted))
    paper = prepare(desk.house, datip, desk.now, asked, version)
    file_later(desk.house, datip, desk.now, paper, version)
    assert papers_of(desk.house, datip, desk.reference).issued[0].number == paper.number
    with pytest.raises(NotFound):
        file_later(desk.house, datip, desk.now, replace(paper, number="KH26-2222-2222"), version)
    with pytest.raises(NotFound):
        lacking_paper(desk.house, desk.officers["shelter"], desk.reference, version)
    assert desk.case().version == version


def test_only_a_made_up_case_tells_of_a_time_before_papers(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = Desk(house, officers, now)
    take_step(house, officers["datip"], now, desk.reference, "presume", 1, paper=Made.ELSEWHERE)
    assert events(desk, "case:stage:changed")[-1]["paper"] == "elsewhere"
    assert papers_of(house, officers["datip"], desk.reference).lacking
    real = replace(house, demonstration=False)
    other = Desk(real, officers, now)
    with pytest.raises(PaperNeeded):
        take_step(real, officers["datip"], now, other.reference, "presume", 1, paper=Made.ELSEWHERE)


def test_a_paper_made_again_is_the_same_file(desk: Desk) -> None:
    paper = presumed(desk)
    (result,) = made_again(desk.house)
    assert result == (paper.number, True, None)
    with desk.house.doors.read() as session:
        row = session.exec(select(Paper)).one()
        key = Safe(desk.house.keyring).key_of(desk.case())
        other = replace(desk.house, papers=workshop(BrokenPress("glyph")))
        assert same_again(other, key, row) == (paper.number, False, "glyph")


def many_at_the_gate(desk: Desk, people: int) -> list[str]:
    """So many cases on their way to Poipet; the steps before are put into their state."""
    references = [open_case(desk.house, desk.officers["datip"], desk.now, SOK) for _ in range(people)]
    moment = desk.now.isoformat()
    with desk.house.doors.act() as session:
        for case in session.exec(select(CaseFile).where(col(CaseFile.reference).in_(references))).all():
            case.stage, case.gate = "in_transit", "poipet"
            case.state = {**case.state, "facts": {"roll_checked": [moment, None, None]}}
            session.add(
                Party(
                    case_id=case.id,
                    role="home.reception",
                    organisation_id=desk.officers["poipet"].organisation_id,
                    since=desk.now,
                    updated_at=desk.now,
                    stage="in_transit",
                    route=case.route,
                )
            )
    return references


def test_minutes_of_a_group_are_one_paper_that_stands_sealed_in_each_case(desk: Desk) -> None:
    references = many_at_the_gate(desk, 50)
    poipet = desk.officers["poipet"]
    people = [(reference, 1) for reference in references]
    ready, barred = who_can_sign(desk.house, poipet, desk.now, people, "sign_minutes_home")
    assert (len(ready), barred) == (50, {})
    fields = draft_group(desk.house, poipet, desk.now, references, "sign_minutes_home")
    assert [person["reference"] for person in fields["people"]] == references
    asked = Asked(references[0], "sign_minutes_home", ("km", "th"), fields)
    fewer = asked._replace(entered={**fields, "people": fields["people"][1:]})
    with pytest.raises(Invalid):
        prepare_group(desk.house, poipet, desk.now, fewer, references)
    minutes = prepare_group(desk.house, poipet, desk.now, asked, references)
    done = tick(desk.house, poipet, desk.now, ready, ("sign_minutes_home",), "k", minutes)
    assert all(each.done == ("sign_minutes_home",) for each in done)
    kept = rows(desk)
    assert {row.number for row in kept} == {minutes.number}
    assert len({row.case_id for row in kept}) == 50
    assert len({row.file for row in kept}) == 50
    opened = fetch(desk.house, poipet, desk.now, references[7], minutes.number)
    assert opened.content == minutes.file
    again = tick(desk.house, poipet, desk.now, ready, ("sign_minutes_home",), "k", minutes)
    assert not any(each.moved_on for each in again)
    revoke(desk.house, poipet, desk.now, references[3], minutes.number, "mistake")
    assert not papers_of(desk.house, poipet, references[9]).issued[0].valid


def test_nobody_is_on_minutes_twice_over_or_one_too_many(desk: Desk) -> None:
    references = many_at_the_gate(desk, 51)
    people = [(reference, 1) for reference in references]
    poipet = desk.officers["poipet"]
    ready, barred = who_can_sign(desk.house, poipet, desk.now, people, "sign_minutes_home")
    assert len(ready) == 50
    assert [reason.code for reasons in barred.values() for reason in reasons] == ["too_many"]
    stale = [(reference, 9) for reference in references[:2]]
    ready, barred = who_can_sign(desk.house, poipet, desk.now, stale, "sign_minutes_home")
    assert (len(ready), len(barred)) == (0, 2)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_printed_paper_says_the_name_and_is_made_again_byte_for_byte(
    house: House, officers: Officers, now: datetime, press: Press
) -> None:
    desk = Desk(replace(house, papers=workshop(press)), officers, now)
    paper = presumed(desk)
    text = words_of(paper.file)
    assert "Minh Demonstration" in text
    assert paper.number in text
    assert code_of(desk.house.keyring, paper.number) in text
    assert proof.by_file(desk.house, desk.now, paper.file) is Standing.VALID
    assert [result.same for result in made_again(desk.house)] == [True]
    whole = bundle(desk.house, officers["datip"], desk.now, desk.reference)
    assert paper.number in words_of(whole)
    assert signature_of(paper.file, ()) is not None
    assert b"/Sig" not in whole
    assert signature_of(whole, ()) is None  # a copied signature would be called broken by every reader
    assert len(pypdfium2.PdfDocument(io.BytesIO(whole))) == paper.pages + 1


def words_of(file: bytes) -> str:
    """The text of a file as a reader's program finds it."""
    document = pypdfium2.PdfDocument(file)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_papers_follow_the_order_of_the_file(procedures: Shelf) -> None:
    """Every act that names a paper is taken with it, but for the person's no or taking back, and holds."""
    for procedure in procedures:
        for action in procedure.actions.values():
            free = action.consent is not None and action.consent.act != "give"
            held = any(fact.startswith("hold_") for fact in action.records)
            assert is_made_with(action) == (action.document is not None and not free and not held)


def test_what_was_issued_with_a_step_that_is_undone_is_revoked_and_all_with_a_part_are_told(
    desk: Desk,
) -> None:
    paper = presumed(desk)
    code = code_of(desk.house.keyring, paper.number)
    version = desk.case().version
    for undone, standing in ((version - 1, Standing.VALID), (version, Standing.REVOKED)):
        with desk.house.doors.act() as session:
            case = session.exec(select(CaseFile)).one()
            assert revoke_undone(session, desk.now, case, undone) is (standing is Standing.REVOKED)
        assert proof.by_number(desk.house, desk.now, paper.number, code) is standing
    with desk.house.doors.act() as session:
        assert not revoke_undone(session, desk.now, session.exec(select(CaseFile)).one(), version)
    (event,) = events(desk, "paper:revoked")
    assert event == {"number": paper.number, "kind": "screening_form", "reason": "step_undone"}
    (line,) = papers_of(desk.house, desk.officers["datip"], desk.reference).issued
    assert (line.valid, line.reason) == (False, "step_undone")
    tell_moves(desk.house, desk.now)
    told, _ = notices(desk.house, desk.officers["datip"], desk.now, Wanted(about="papers"))
    ((notice,),) = (entry.lines for entry in told)
    assert notice.detail == {"reference": desk.reference, "number": paper.number}
    with pytest.raises(Invalid):
        revoke(desk.house, desk.officers["datip"], desk.now, desk.reference, paper.number, "step_undone")


def test_no_paper_says_something_else_than_its_act_and_what_was_entered_beside_it(desk: Desk) -> None:
    to_identified(desk)
    datip, action = desk.officers["datip"], "consent_to_notification"
    given = Particulars(language="km", how="spoken", until=desk.now + timedelta(days=30))
    drafted = draft(desk.house, datip, desk.now, desk.reference, action, given)
    fields = finished(drafted)
    for place, said in (("decision", "refused"), ("purpose", "return"), ("until", "2031-01-01")):
        matter = {**fields["matter"], place: said}
        asked = Asked(desk.reference, action, drafted.languages, {**fields, "matter": matter}, given)
        with pytest.raises(Invalid) as refusal:
            prepare(desk.house, datip, desk.now, asked, drafted.version)
        assert refusal.value.problems == {f"matter.{place}": "said_otherwise"}
    asked = Asked(desk.reference, action, drafted.languages, fields, given)
    assert prepare(desk.house, datip, desk.now, asked, drafted.version).kind == "consent_form"


def test_the_declaration_names_who_may_know_before_any_of_them_does(desk: Desk) -> None:
    to_identified(desk)
    given = Particulars(language="km", how="spoken")
    drafted = draft(
        desk.house, desk.officers["datip"], desk.now, desk.reference, "consent_to_notification", given
    )
    assert "Embassy of Cambodia in Bangkok" in drafted.fields["matter"]["recipients"]
