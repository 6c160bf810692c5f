"""Steps as officers take them: what is recorded, who comes to know, and who never does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from repatriation.records.cases import CaseFile, Fact, Party
from repatriation.records.consents import Consent
from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.people import Identification
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.house import House
from repatriation.work.identity import open_identity
from repatriation.work.newcase import ConsentEntered, Name, NewCase, PersonEntered
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, NotFound, ReadOnly
from repatriation.work.retracing import step_of
from repatriation.work.steps import take_step
from repatriation.work.views import state_of, view_of
from sop.engine import NotAllowed, begin, replay
from tests.fakes.papers import paper_for

Officers = dict[str, Actor]
SPOKEN = Particulars(language="km", how="spoken", interpreter="Interpreter Demonstration")
SOK = NewCase(
    route="tha-khm",
    stage="reported",
    age_group="adult",
    person=PersonEntered(
        names=(Name(given="Minh Demonstration", family="Sok"),), birthdate=date(1996, 2, 29)
    ),
    consent=ConsentEntered(language="km", interpreter="Interpreter Demonstration"),
)


class Desk:
    """One case being carried on, each step an hour after the last."""

    def __init__(self, house: House, officers: Officers, now: datetime, new: NewCase = SOK) -> None:
        self.house, self.officers, self.now = house, officers, now
        self.reference = open_case(house, officers["datip"], now, new)

    def take(self, who: str, action: str, given: Particulars = NOTHING, key: str | None = None) -> int:
        self.now += timedelta(hours=1)
        version = self.case().version
        actor = self.officers[who]
        paper = paper_for(self.house, actor, self.now, self.reference, action, given)
        return take_step(
            self.house, actor, self.now, self.reference, action, version, given, key, paper=paper
        ).version

    def case(self) -> CaseFile:
        with self.house.doors.read() as session:
            return session.exec(select(CaseFile).where(CaseFile.reference == self.reference)).one()

    def knows(self) -> set[str]:
        with self.house.doors.read() as session:
            live = session.exec(
                select(Organisation.code)
                .join(Party, col(Party.organisation_id) == Organisation.id)
                .where(Party.case_id == self.case().id, col(Party.until).is_(None))
            )
            return set(live.all())


@pytest.fixture
def desk(house: House, officers: Officers, now: datetime) -> Desk:
    return Desk(house, officers, now)


def to_identified(desk: Desk) -> None:
    desk.take("datip", "presume")
    desk.take("datip", "begin_reflection")
    desk.take("datip", "identify", Particulars(authority="MDT"))


def test_a_step_is_recorded_with_its_facts_trail_and_messages(desk: Desk) -> None:
    to_identified(desk)
    case = desk.case()
    with desk.house.doors.read() as session:
        facts = session.exec(select(Fact).where(Fact.case_id == case.id)).all()
        found = session.exec(select(Identification).where(Identification.case_id == case.id)).one()
        told = session.exec(select(Outbox).where(Outbox.case_id == case.id)).all()
    assert case.stage == "identified"
    assert {"presumed", "formally_identified"} <= {fact.name for fact in facts}
    assert (found.kind, found.outcome, found.country) == ("formal", "trafficked", "THA")
    assert all(set(row.detail) == {"reference", "version", "by", "action"} for row in told)


def test_the_embassy_comes_to_know_by_the_notification_and_not_before(desk: Desk) -> None:
    to_identified(desk)
    assert "embassy" not in desk.knows()
    with pytest.raises(NotFound):
        desk.take("embassy", "request_verification")
    with pytest.raises(NotAllowed) as refused:
        desk.take("datip", "notify_origin")
    assert ("consent_missing", "notification") in refused.value.reasons
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "notify_origin")
    assert "embassy" in desk.knows()


def test_taking_back_consent_to_notification_ends_what_the_embassy_knows(desk: Desk) -> None:
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "notify_origin")
    withdraw = desk.house.shelf.in_force("tha-khm", desk.now.date()).consents["notification"].withdraw
    desk.take("datip", withdraw, Particulars(language="km", how="spoken"))
    assert "embassy" not in desk.knows()
    with pytest.raises(NotFound):
        desk.take("embassy", "stay")
    assert desk.case().holder_id == desk.officers["datip"].organisation_id


def test_an_officer_of_another_agency_sees_nothing_at_all(desk: Desk) -> None:
    for stranger in ("stranger", "ngo", "poipet", "embassy"):
        with pytest.raises(NotFound):
            desk.take(stranger, "presume")
        with pytest.raises(NotFound):
            open_identity(desk.house, desk.officers[stranger], desk.now, desk.reference, "safety")


def test_an_auditor_looks_and_does_not_act(desk: Desk) -> None:
    with pytest.raises(ReadOnly):
        desk.take("auditor", "presume")


def test_a_step_on_an_old_version_says_what_happened_meanwhile(desk: Desk) -> None:
    version = desk.case().version
    desk.take("datip", "presume")
    with pytest.raises(MovedOn) as moved:
        take_step(
            desk.house, desk.officers["datip"], desk.now, desk.reference, "no_indicators", version, NOTHING
        )
    assert [change.action for change in moved.value.changes] == ["presume"]
    assert desk.case().stage == "under_identification"


def test_the_same_request_twice_moves_a_case_once(desk: Desk) -> None:
    version = desk.case().version
    datip = desk.officers["datip"]
    papers = [paper_for(desk.house, datip, desk.now, desk.reference, "presume") for _ in range(2)]
    first, again = (
        take_step(
            desk.house, datip, desk.now, desk.reference, "presume", version, NOTHING, "key-1", paper=paper
        )
        for paper in papers
    )
    assert first == again
    assert desk.case().version == version + 1
    with pytest.raises(KeyReused):
        take_step(
            desk.house, desk.officers["datip"], desk.now, desk.reference, "no_indicators", 1, NOTHING, "key-1"
        )


def test_what_an_action_needs_must_be_entered_and_nothing_else_is_taken(desk: Desk) -> None:
    desk.take("datip", "presume")
    desk.take("datip", "begin_reflection")
    with pytest.raises(Invalid) as missing:
        desk.take("datip", "identify")
    assert missing.value.problems == {"authority": "needed"}
    with pytest.raises(Invalid) as foreign:
        desk.take("datip", "identify", Particulars(authority="MDT", gate="poipet"))
    assert foreign.value.problems == {"gate": "not_asked"}


def test_consent_is_kept_with_language_and_interpreter_sealed(desk: Desk) -> None:
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    case = desk.case()
    with desk.house.doors.read() as session:
        kept = session.exec(
            select(Consent).where(Consent.case_id == case.id, Consent.name == "notification")
        ).one()
    assert (kept.decision, kept.language, kept.how) == ("given", "km", "spoken")
    assert kept.interpreter is not None
    assert b"Interpreter" not in kept.interpreter


def test_an_identity_is_opened_with_a_reason_that_stands_in_the_trail(desk: Desk) -> None:
    actor = desk.officers["datip"]
    with pytest.raises(Invalid):
        open_identity(desk.house, actor, desk.now, desk.reference, "curiosity")
    identity = open_identity(desk.house, actor, desk.now, desk.reference, "prepare_paper")
    assert identity.names[0]["family"] == "Sok"
    assert identity.person["birthdate"] == "1996-02-29"
    with desk.house.doors.read() as session:
        last = session.exec(
            select(Trail).where(Trail.chain == desk.case().id).order_by(col(Trail.seq).desc())
        ).first()
    assert last is not None
    assert (last.tag, last.detail) == ("person:identity:opened", {"reason": "prepare_paper"})
    desk.take("datip", "presume")  # reading does not close the way to whoever is writing


def test_the_trail_of_a_case_tells_its_stage_and_facts_again(desk: Desk) -> None:
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    desk.take("datip", "notify_origin")
    case = desk.case()
    procedure = desk.house.shelf.pinned(case.digest)
    with desk.house.doors.read() as session:
        trail = session.exec(select(Trail).where(Trail.chain == case.id).order_by(col(Trail.seq))).all()
    opened, *rest = trail
    start = begin(procedure, opened.detail["stage"], opened.at.astimezone(UTC), child=False)
    told = replay(procedure, start, [step_of(row.at, row.detail) for row in rest if "action" in row.detail])
    assert told == view_of(case.digest, case.stage, case.entered_at, "adult", case.version, case.state)
    assert state_of(told) == case.state


def test_a_child_and_everyone_of_unknown_age_are_kept_as_children(
    house: House, officers: Officers, now: datetime
) -> None:
    for born, judged, kept in (
        (date(2010, 1, 1), "adult", "child"),
        (None, "unknown", "unknown"),
        (date(2008, 3, 10), "unknown", "adult"),
        (date(2001, 3, 10), "child", "child"),
        (date(2008, 3, 11), "adult", "child"),
    ):
        new = SOK.model_copy(
            update={"age_group": judged, "person": PersonEntered(birthdate=born), "consent": None}
        )
        assert Desk(house, officers, now, new).case().age_group == kept


def test_a_reopened_file_begins_anew_and_is_linked(house: House, officers: Officers, now: datetime) -> None:
    desk = Desk(house, officers, now)
    desk.take("datip", "no_indicators", Particulars(note="No signs of it.", authority="MSDHS"))
    with pytest.raises(Invalid) as refused:
        desk.take("datip", "reopen", Particulars(note="A new report."))
    assert refused.value.problems == {"entry": "needed"}
    version = desk.case().version
    taken = take_step(
        house,
        officers["datip"],
        desk.now,
        desk.reference,
        "reopen",
        version,
        Particulars(note="A new report.", entry="reported"),
    )
    assert taken.opened is not None
    assert taken.opened != desk.reference
    again = open_identity(house, officers["datip"], desk.now, taken.opened, "safety")
    assert again.names[0]["family"] == "Sok"
    with house.doors.read() as session:
        new = session.exec(select(CaseFile).where(CaseFile.reference == taken.opened)).one()
    assert new.reopens_id == desk.case().id
    assert new.state == {"facts": {}, "consents": {}}
