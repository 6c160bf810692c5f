"""Nobody is moved or spoken of without a consent that counts then, whatever is sent to the one step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.consents import Consent
from repatriation.records.organisations import Organisation
from repatriation.work.cases import open_case
from repatriation.work.newcase import ConsentEntered, NewCase, PersonEntered
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid
from repatriation.work.sharing import Part, leaving
from repatriation.work.steps import take_step
from sop.engine import NotAllowed, follow
from sop.view import CaseView, ConsentState
from tests.web.casework.conftest import SPOKEN, World

HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
SAID = Particulars(language="km", how="spoken")


def knows(world: World, reference: str) -> set[str]:
    """The organisations with a live part in a case."""
    with world.house.doors.read() as session:
        live = select(Organisation.code).join(Party, col(Party.organisation_id) == col(Organisation.id))
        case = world.case(reference).id
        return set(session.exec(live.where(Party.case_id == case, col(Party.until).is_(None))).all())


def identified(world: World, **new: Any) -> str:
    """A case whose person was identified."""
    sok = NewCase(route="tha-khm", stage="reported", age_group="adult", consent=ConsentEntered(language="km"))
    reference = world.open_case(new=sok.model_copy(update=new))
    world.take("datip", reference, "presume")
    world.take("datip", reference, "begin_reflection")
    world.take("datip", reference, "identify", Particulars(authority="MDT"))
    return reference


@HERE
def test_a_consent_that_ran_out_since_the_page_was_opened_discloses_nothing(world: World) -> None:
    reference = identified(world)
    until = world.clock() + timedelta(hours=1)
    world.take("datip", reference, "consent_to_notification", SPOKEN.model_copy(update={"until": until}))
    world.clock.time = until
    with pytest.raises(NotAllowed) as refused:
        world.take("datip", reference, "notify_origin")
    assert ("consent_expired", "notification") in refused.value.reasons
    assert "embassy" not in knows(world, reference)


@HERE
def test_a_consent_whose_end_has_passed_is_not_given(world: World) -> None:
    reference = identified(world)
    for until in (world.clock(), world.clock() - timedelta(days=400)):
        with pytest.raises(NotAllowed):
            world.take(
                "datip", reference, "consent_to_notification", SPOKEN.model_copy(update={"until": until})
            )
    assert "notification" not in world.case(reference).state["consents"]


@HERE
def test_an_agreement_that_has_run_out_keeps_nobody_in_the_case(world: World) -> None:
    reference = identified(world)
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    world.take("datip", reference, "notify_origin")
    world.take("datip", reference, "consent_to_tracing", SPOKEN)
    world.take("datip", reference, "request_verification")
    end = world.clock() + timedelta(hours=1)
    world.take("datip", reference, "consent_to_sharing", SPOKEN.model_copy(update={"until": end}))
    world.take("datip", reference, "request_family_tracing")
    assert "mosvy" in knows(world, reference)
    world.clock.time = end + timedelta(hours=1)
    world.take("datip", reference, "withdraw_consent_to_tracing", SAID)
    assert "mosvy" not in knows(world, reference)


@HERE
def test_an_organisation_that_was_named_and_cannot_be_told_is_not_replaced_by_another(world: World) -> None:
    reference = identified(world)
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    before = knows(world, reference)
    for wrong in ("stranger", "ngo", "thai-police", "nobody-of-this-name"):
        with pytest.raises(NotAllowed):
            world.take("datip", reference, "notify_origin", Particulars(organisation=wrong))
    assert knows(world, reference) == before


@HERE
def test_a_child_is_spoken_of_only_with_a_guardian_and_their_own_word(world: World) -> None:
    reference = identified(world, age_group="unknown", consent=None)
    world.take("datip", reference, "consent_to_notification", SPOKEN.model_copy(update={"guardian": "Aunt"}))
    with pytest.raises(NotAllowed) as refused:
        world.take("datip", reference, "notify_origin")
    assert ("consent_own_view", "notification") in refused.value.reasons
    assert "embassy" not in knows(world, reference)


@HERE
def test_what_a_child_was_asked_without_a_guardian_counts_for_nothing(world: World) -> None:
    reference = identified(world, age_group="child", consent=None)
    with pytest.raises(Invalid) as refused:
        world.take("datip", reference, "consent_to_notification", SPOKEN)
    assert refused.value.problems == {"guardian": "needed"}


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u200b", "\u202e", "\0", "---", "\u00a0", "x" * 201])
@pytest.mark.parametrize("field", ["guardian", "interpreter", "authority"])
def test_who_spoke_for_whom_is_somebody(field: str, text: str) -> None:
    with pytest.raises(ValidationError):
        Particulars.model_validate({field: text})


def test_signs_that_turn_the_reading_are_left_out() -> None:
    assert Particulars(guardian="\u202eeht \u0000tnuA\u2066").guardian == "eht tnuA"


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": date(1, 1, 1)},
        {"on": date(9999, 12, 31)},
        {"until": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
        {"until": datetime(1, 1, 1, tzinfo=UTC)},
        {"until": datetime(2027, 1, 1)},  # noqa: DTZ001 - a moment without a zone is the point
        {"note": "x" * 4001},
        {"note": "---"},
        {"gate": "poi pet"},
        {"gate": "../x"},
        {"officer_id": "x"},
        {"child": False},
    ],
)
def test_particulars_that_cannot_be_are_not_taken(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Particulars.model_validate(wrong)


@pytest.mark.parametrize(
    ("years", "kept"), [(0, "child"), (17, "child"), (18, "adult"), (1000, "unknown"), (-3, "unknown")]
)
def test_a_date_at_which_nobody_alive_was_born_makes_nobody_grown_up(years: int, kept: str) -> None:
    day = date(2026, 3, 10)
    new = NewCase(route="tha-khm", person=PersonEntered(birthdate=day.replace(year=day.year - years)))
    assert new.age_on(day) == kept


def test_a_case_that_opens_with_a_consent_nobody_may_ask_there_is_not_opened(world: World) -> None:
    for name in ("return", "notification", "follow_up", "nonsense"):
        new = NewCase(route="tha-khm", stage="reported", age_group="adult", consent=ConsentEntered(name=name))
        with pytest.raises((Invalid, NotAllowed)):
            open_case(world.house, world.officers["datip"], world.clock(), new)
    with world.house.doors.read() as session:
        assert session.exec(select(CaseFile)).all() == []


@HERE
def test_a_reopened_case_takes_over_no_consent_and_no_part(world: World) -> None:
    reference = identified(world)
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    world.take("datip", reference, "notify_origin")
    world.take("datip", reference, "report_lost_contact", Particulars(note="Gone."))
    version = world.case(reference).version
    taken = take_step(
        world.house,
        world.officers["datip"],
        world.clock(),
        reference,
        "reopen",
        version,
        Particulars(entry="reported", note="Seen again."),
    )
    assert taken.opened is not None
    assert world.case(taken.opened).state["consents"] == {}
    assert "embassy" not in knows(world, taken.opened)
    with world.house.doors.read() as session:
        kept = session.exec(select(Consent).where(Consent.case_id == world.case(taken.opened).id)).all()
    assert kept == []


@HERE
def test_a_handover_is_for_a_day_to_come_and_a_gate_where_somebody_works(world: World) -> None:
    reference = identified(world)
    day = world.clock().date()
    for given in ({"on": day - timedelta(days=1), "gate": "poipet"}, {"on": day, "gate": "atlantis"}):
        with world.house.doors.act() as session:
            case = session.exec(select(CaseFile).where(CaseFile.reference == reference)).one()
            case.stage = "documents_ready"
            case.state = {**case.state, "facts": {**case.state["facts"], **_ready(world.clock())}}
        for name in ("return", "sharing"):
            world.take("datip", reference, f"consent_to_{name}", SPOKEN)
        with pytest.raises(Invalid) as refused:
            world.take("datip", reference, "schedule_handover", Particulars(**given, organisation="poipet"))
        assert set(refused.value.problems) == {"on" if given["on"] != day else "gate"}


def _ready(now: datetime) -> dict[str, list[str | None]]:
    """Everything on file that a handover may ask for."""
    facts = ("risk_acceptable", "family_suitable", "nationality_confirmed", "travel_document_issued")
    return {
        fact: [now.isoformat(), None, None]
        for fact in (*facts, "exit_permit_issued", "pre_departure_briefed", "acceptance_requested")
    }


@HERE
def test_whoever_knew_by_two_agreements_knows_by_none_when_both_are_taken_back(world: World) -> None:
    procedure = world.house.shelf.in_force("tha-khm", world.clock().date())
    now, centre = world.clock(), Part("home.reception", "centre")
    given = {name: ConsentState("given", now) for name in ("sharing", "return")}
    view = CaseView(procedure.digest, "scheduled", now, {}, given, False)
    left = []
    for name in ("sharing", "return"):
        consent = procedure.consents[name]
        roles = frozenset({"host.coordination"})
        step = follow(procedure, view, consent.withdraw, roles, now + timedelta(hours=1))
        left.append(leaving(procedure, step, (centre,)))
        view = step.view
    assert left == [(), (centre,)]
