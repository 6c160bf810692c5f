"""The directory, the search near a village, and referrals and placements as acts of the procedure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from sqlmodel import select

from documents.kinds.referral_form import Service
from repatriation.places.gazetteer import Nearness
from repatriation.records.services import Placement, Referral, UnmetNeed
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.house import House
from repatriation.work.newcase import NewCase
from repatriation.work.papers.drafting import draft
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Changed, Invalid, NotFound, ReadOnly
from repatriation.work.services.codes import ON_PAPER, SERVICES
from repatriation.work.services.matching import Person, lacking, matches
from repatriation.work.services.needs import record, register
from repatriation.work.services.offers import Offer, OfferEntered, check, enter, offer, offers, withdraw
from repatriation.work.services.referrals import declined_for, of_case, to_answer
from sop.engine import NotAllowed
from tests.work.conftest import WORLD, enrol
from tests.work.test_steps import SOK, SPOKEN, Desk

Officers = dict[str, Actor]

SHELTER = "anti_trafficking_transitional_accomodation"
HOUSE_IN_POIPET = OfferEntered(
    organisation="ngo",
    name="House in Poipet",
    services=(SHELTER,),
    place="KHM-011002",
    men=True,
    women=True,
    languages=("km",),
    capacity=2,
    registered_until=date(2030, 1, 1),
    checked_on=date(2026, 3, 1),
)
VILLAGE = "KHM-01100407"
MAN = Person("man", VILLAGE, SHELTER)


@pytest.fixture
def officers(house: House, monkeypatch: pytest.MonkeyPatch) -> Officers:
    """The small world with a second organisation that takes people on."""
    monkeypatch.setitem(WORLD, "second", ("KHM", ("caseworker",), None, None, "caseworker"))
    return {code: enrol(house, code) for code in WORLD}


@pytest.fixture
def desk(house: House, officers: Officers, now: datetime) -> Desk:
    """Somebody for whom a place is looked for, and who agreed to be referred."""
    return waiting(house, officers, now, "adult")


def waiting(house: House, officers: Officers, now: datetime, age: str) -> Desk:
    new = NewCase.model_validate(
        {**SOK.model_dump(), "stage": "received", "age_group": age, "gate": "poipet"}
        | {"person": {"names": [{"given": "Minh", "family": "Sok"}]}, "consent": None}
    )
    desk = Desk(house, officers, now)
    desk.reference = open_case(house, officers["poipet"], now, new)
    desk.take("poipet", "begin_screening")
    desk.take("poipet", "find_trafficked", Particulars(authority="Centre"))
    spoken = SPOKEN if age == "adult" else SPOKEN.model_copy(update={"guardian": "DoSVY", "own_view": True})
    desk.take("poipet", "consent_to_referral", spoken)
    return desk


def entered(**changes: Any) -> OfferEntered:
    return OfferEntered.model_validate({**HOUSE_IN_POIPET.model_dump(), **changes})


def rows(house: House, table: type[Any]) -> list[Any]:
    with house.doors.read() as session:
        return list(session.exec(select(table)).all())


def found(desk: Desk, person: Person = MAN) -> dict[str, tuple[str, ...]]:
    directory = offers(desk.house, desk.now.date())
    declined = declined_for(desk.house, desk.officers["mosvy"], desk.reference)
    return {match.offer.entered.name: match.why_not for match in matches(person, directory, declined)}


def test_two_who_change_one_entry_at_once_do_not_write_over_each_other(
    house: House, officers: Officers, now: datetime
) -> None:
    own = enter(house, officers["ngo"], now, HOUSE_IN_POIPET)
    seen = offer(house, own, now.date()).version
    enter(house, officers["ngo"], now, entered(capacity=9), own, seen)
    for act in (
        lambda: enter(house, officers["mosvy"], now, entered(taken=1), own, seen),
        lambda: check(house, officers["mosvy"], now, own, seen),
        lambda: withdraw(house, officers["mosvy"], now, own, seen),
    ):
        with pytest.raises(Changed):
            act()
    kept = offer(house, own, now.date())
    assert (kept.entered.capacity, kept.entered.taken, kept.version) == (9, 0, seen + 1)
    enter(house, officers["mosvy"], now, entered(capacity=9, taken=1), own, kept.version)
    assert offer(house, own, now.date()).entered.taken == 1


def test_an_organisation_keeps_its_own_offers_and_the_ministry_keeps_all(
    house: House, officers: Officers, now: datetime
) -> None:
    own = enter(house, officers["ngo"], now, HOUSE_IN_POIPET)
    with pytest.raises(Invalid, match="organisation"):
        enter(house, officers["second"], now, HOUSE_IN_POIPET)
    for who in ("second", "datip"):
        with pytest.raises(NotFound):
            withdraw(house, officers[who], now, own)
    with pytest.raises(ReadOnly):
        enter(house, officers["auditor"], now, HOUSE_IN_POIPET)
    enter(house, officers["mosvy"], now, entered(capacity=9), own)
    assert offer(house, own, now.date()).entered.capacity == 9
    withdraw(house, officers["mosvy"], now, own)
    assert offers(house, now.date()) == ()
    assert [each.open for each in offers(house, now.date(), withdrawn=True)] == [False]


def test_what_was_checked_long_ago_is_marked_until_it_is_checked_again(
    house: House, officers: Officers, now: datetime
) -> None:
    day = now.date()
    old = enter(house, officers["ngo"], now, entered(checked_on=day - timedelta(days=181)))
    fresh = enter(house, officers["ngo"], now, entered(name="Another", checked_on=day - timedelta(days=180)))
    never = enter(house, officers["ngo"], now, entered(name="A third", checked_on=None))
    assert [offer(house, each, day).old for each in (old, fresh, never)] == [True, False, True]
    check(house, officers["ngo"], now, old)
    assert (offer(house, old, day).old, offer(house, old, day).checked_by) == (False, "ngo")
    with pytest.raises(Invalid, match="checked_on: future"):
        enter(house, officers["ngo"], now, entered(checked_on=day + timedelta(days=1)))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"men": False, "women": False}, "whom"),
        ({"min_age": 20, "max_age": 18}, "ages"),
        ({"taken": 3}, "taken"),
        ({"place": "KHM-99"}, "unknown"),
        ({"services": ("beds",)}, "unknown"),
        ({"services": ()}, "unknown"),
        ({"languages": ("xx",)}, "unknown"),
        ({"name": " - "}, "needed"),
    ],
)
def test_an_offer_that_cannot_be_is_not_taken(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        entered(**changes)


def test_a_place_is_kept_by_its_code_with_the_zeros_at_its_head() -> None:
    assert entered(place="KHM-11002").place == "KHM-011002"


def listed(**changes: Any) -> Offer:
    """An entry of the directory, as it would be read."""
    what = entered(**changes)
    free = None if what.capacity is None else what.capacity - what.taken
    run_out = what.registered_until is not None and what.registered_until < date(2026, 3, 10)
    old = what.checked_on is None
    return Offer(what.name, 1, what, "ngo", "ngo", "KHM", 0, free, old, run_out, None, open=True)


def test_offers_come_by_nearness_and_then_by_free_places() -> None:
    directory = [
        listed(name=name, place=place, capacity=capacity)
        for name, place, capacity in (
            ("Far", "KHM-12", 9),
            ("Next province", "KHM-02", 5),
            ("Same province", "KHM-0102", 5),
            ("Same town", "KHM-0110", 2),
            ("Same town, roomy", "KHM-011002", 7),
            ("Next door", "KHM-011004", 1),
        )
    ]
    ordered = matches(MAN, directory)
    assert [match.offer.entered.name for match in ordered] == [
        *("Next door", "Same town, roomy", "Same town", "Same province", "Next province", "Far")
    ]
    assert [match.nearness for match in ordered] == [
        Nearness.COMMUNE,
        Nearness.DISTRICT,
        Nearness.DISTRICT,
        Nearness.PROVINCE,
        Nearness.NEIGHBOUR,
        Nearness.ELSEWHERE,
    ]


@pytest.mark.parametrize(
    ("person", "changes", "reasons"),
    [
        (Person("man", VILLAGE, SHELTER), {}, ()),
        (Person("man", VILLAGE, SHELTER), {"men": False}, ("sex",)),
        (Person("trans", VILLAGE, SHELTER), {}, ("sex",)),
        (Person("trans", VILLAGE, SHELTER), {"trans": True}, ()),
        (Person("child", VILLAGE, SHELTER, 12), {"children": True, "min_age": 6, "max_age": 17}, ()),
        (Person("child", VILLAGE, SHELTER, 5), {"children": True, "min_age": 6}, ("age",)),
        (Person("child", VILLAGE, SHELTER, 15), {}, ("sex",)),
        (Person("woman", VILLAGE, SHELTER), {"children": True, "max_age": 17}, ("age",)),
        (Person("man", VILLAGE, SHELTER, language="vi"), {}, ("language",)),
        (Person("man", VILLAGE, SHELTER, language="vi"), {"languages": ()}, ()),
        (Person("man", VILLAGE, SHELTER, disability=True), {}, ("access",)),
        (Person("man", VILLAGE, SHELTER), {"taken": 2}, ("full",)),
        (Person("man", VILLAGE, SHELTER), {"capacity": None}, ()),
        (Person("man", VILLAGE, SHELTER), {"registered_until": date(2026, 1, 1)}, ("unregistered",)),
        (Person("man", VILLAGE, SHELTER), {"checked_on": None}, ()),
    ],
)
def test_each_offer_says_why_it_cannot_take_somebody(
    person: Person, changes: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    (match,) = matches(person, [listed(**changes)])
    assert match.why_not == reasons
    assert match.fits == (not reasons)
    assert lacking([match]) == (reasons[0] if reasons else None)


def test_what_is_lacking_is_what_the_offers_lack_that_come_nearest_to_fitting() -> None:
    child = Person("child", VILLAGE, SHELTER, 9)
    grown_up = [listed(name=name, min_age=18) for name in ("One", "Two", "Three")]
    for_children = listed(name="Full", children=True, taken=2)
    assert lacking(matches(child, [])) == "nobody_offers"
    assert lacking(matches(child, grown_up)) == "sex"
    assert lacking(matches(child, [*grown_up, for_children])) == "full"
    assert lacking(matches(child, [*grown_up, for_children], frozenset({for_children.id}))) == "sex"


def test_a_place_is_lacking_too_where_the_only_one_that_fits_is_far_away() -> None:
    assert lacking(matches(MAN, [listed(place="KHM-12")])) == "too_far"
    assert lacking(matches(MAN, [listed(place="KHM-12"), listed(place="KHM-02")])) is None


def test_the_referral_paper_says_which_service_was_chosen_and_where(desk: Desk) -> None:
    house, mosvy = desk.house, desk.officers["mosvy"]
    chosen = enter(house, desk.officers["second"], desk.now, entered(organisation="second"))

    def paper(**given: str) -> Mapping[str, Any]:
        told = Particulars.model_validate(given)
        return draft(house, mosvy, desk.now, desk.reference, "offer_referral", told).fields

    fields = paper(offer=chosen, service="legal_support_representation")
    assert fields["asked"] == {"services": ["legal"]}
    assert "second" in fields["to"]
    assert fields["to"].endswith("(House in Poipet)")
    assert paper(offer=chosen)["asked"] == {"services": ["shelter"]}, "it offers nothing else"
    assert "asked" not in paper(organisation="second")


def test_every_service_has_a_line_on_the_referral_paper() -> None:
    assert ON_PAPER.keys() == set(SERVICES)
    assert set(ON_PAPER.values()) == set(get_args(get_args(Service)[0]))


def test_a_referral_is_declined_the_next_accepts_and_the_ministry_signs_the_placement(desk: Desk) -> None:
    house, officers = desk.house, desk.officers
    first = enter(house, officers["second"], desk.now, entered(organisation="second"))
    next_one = enter(house, officers["ngo"], desk.now, entered(name="The next"))
    desk.take("mosvy", "offer_referral", Particulars(offer=first, service=SHELTER))
    assert [(line.reference, line.state) for line in to_answer(house, officers["second"])] == [
        (desk.reference, "offered")
    ]
    assert to_answer(house, officers["ngo"]) == ()
    desk.take("second", "decline_referral", Particulars(note="We are full.", reason="full"))
    assert "second" not in desk.knows()
    assert [(line.reference, line.reason) for line in to_answer(house, officers["second"])] == [
        (None, "full")
    ]
    assert found(desk) == {"The next": (), "House in Poipet": ("declined",)}

    desk.take("mosvy", "offer_referral", Particulars(offer=next_one, service=SHELTER))
    with pytest.raises(NotAllowed):
        desk.take("mosvy", "place_in_care")
    desk.take("ngo", "accept_referral")
    assert offer(house, next_one, desk.now.date()).free == 2
    desk.take("mosvy", "place_in_care")
    assert offer(house, next_one, desk.now.date()).free == 1
    known = of_case(house, officers["mosvy"], desk.reference)
    (placed,) = known.placements
    assert (placed.kind, placed.offer, placed.signed_for, placed.to_on) == (
        "shelter",
        "The next",
        "mosvy",
        None,
    )
    assert {line.organisation: line.state for line in known.referrals} == {
        "second": "declined",
        "ngo": "accepted",
    }


def test_a_breakdown_ends_the_placement_and_frees_the_place(desk: Desk) -> None:
    house, officers = desk.house, desk.officers
    shelter = enter(house, officers["ngo"], desk.now, HOUSE_IN_POIPET)
    desk.take("mosvy", "offer_referral", Particulars(offer=shelter, service=SHELTER))
    desk.take("ngo", "accept_referral")
    desk.take("mosvy", "place_in_care")
    desk.take("ngo", "report_breakdown", Particulars(note="He left at night."))
    (placed,) = rows(house, Placement)
    assert placed.ended == "breakdown"
    assert placed.to_on == (desk.now + timedelta(hours=7)).date()
    assert [row.state for row in rows(house, Referral)] == ["withdrawn"]
    assert offer(house, shelter, desk.now.date()).free == 2


def test_a_child_is_placed_only_with_the_basis_of_custody(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = waiting(house, officers, now, "child")
    desk.take("mosvy", "arrange_alternative_care")
    with pytest.raises(Invalid, match="custody: needed"):
        desk.take("mosvy", "place_in_community")
    desk.take("mosvy", "place_in_community", Particulars(custody="court"))
    (placed,) = rows(house, Placement)
    assert (placed.kind, placed.custody_basis) == ("community", "court")


def test_an_offer_that_is_not_there_or_is_anothers_is_refused(desk: Desk) -> None:
    house, officers = desk.house, desk.officers
    shelter = enter(house, officers["ngo"], desk.now, HOUSE_IN_POIPET)
    with pytest.raises(Invalid, match="offer: unknown"):
        desk.take("mosvy", "offer_referral", Particulars(offer="nothing", organisation="ngo"))
    with pytest.raises(Invalid, match="offer: another"):
        desk.take("mosvy", "offer_referral", Particulars(offer=shelter, organisation="second"))
    withdraw(house, officers["ngo"], desk.now, shelter)
    with pytest.raises(Invalid, match="offer: unknown"):
        desk.take("mosvy", "offer_referral", Particulars(offer=shelter, organisation="ngo"))
    assert rows(house, Referral) == []


def test_asking_the_next_before_the_first_has_answered_takes_the_first_back(desk: Desk) -> None:
    desk.take("mosvy", "offer_referral", Particulars(organisation="ngo"))
    desk.take("mosvy", "offer_referral", Particulars(organisation="second"))
    referrals = of_case(desk.house, desk.officers["mosvy"], desk.reference).referrals
    assert [(line.organisation, line.state) for line in referrals] == [
        ("second", "offered"),
        ("ngo", "withdrawn"),
    ]


def test_an_unmet_need_is_entered_once_and_ends_when_somebody_takes_the_person(desk: Desk) -> None:
    house, officers = desk.house, desk.officers
    mosvy = officers["mosvy"]
    person = Person("trans", VILLAGE, SHELTER, language="vi")
    assert record(house, mosvy, desk.now, desk.reference, person, "sex")
    assert not record(house, mosvy, desk.now, desk.reference, person, "full")
    needs = register(house, mosvy)
    assert needs.counts == (("KHM-01", SHELTER, 1),)
    assert [(line.reference, line.reason) for line in needs.lines] == [(desk.reference, "sex")]
    assert register(house, officers["datip"]).lines == ()
    (row,) = rows(house, UnmetNeed)
    assert row.profile == {"who": "trans", "age": None, "language": "vi", "disability": False}

    desk.take("mosvy", "offer_referral", Particulars(organisation="ngo", service=SHELTER))
    assert len(register(house, mosvy).lines) == 1
    desk.take("ngo", "accept_referral")
    assert register(house, mosvy).lines == ()
    assert register(house, mosvy).ended == 1
    (row,) = rows(house, UnmetNeed)
    assert (row.ended, row.ended_at) == ("met", desk.now)


def test_a_need_is_entered_only_by_those_who_know_of_the_case(desk: Desk) -> None:
    for who, error in (("stranger", NotFound), ("datip", NotFound), ("auditor", ReadOnly)):
        with pytest.raises(error):
            record(desk.house, desk.officers[who], desk.now, desk.reference, MAN, "full")
    with pytest.raises(Invalid, match="reason"):
        record(desk.house, desk.officers["mosvy"], desk.now, desk.reference, MAN, "because")
    nowhere = Person("man", "nowhere", SHELTER)
    with pytest.raises(Invalid, match="village"):
        record(desk.house, desk.officers["mosvy"], desk.now, desk.reference, nowhere, "full")


def test_the_same_request_again_writes_no_second_referral(desk: Desk) -> None:
    version = desk.case().version
    given = Particulars(organisation="ngo")
    desk.take("mosvy", "offer_referral", given, key="once")
    assert desk.case().version == version + 1
    assert len(rows(desk.house, Referral)) == 1
    assert NOTHING.offer is None
