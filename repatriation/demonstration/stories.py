"""The stories: who comes home by which way, what happens to them on it, and where they stand today."""

from typing import Final, NamedTuple

from repatriation.work.newcase import AgeGroup


class Story(NamedTuple):
    """One invented person's way.

    A turn `>stage` goes on by the good course until the case enters the stage, `>>stage` also does all that
    is to be done there, and any other turn is one action. `began` and `rested` say how many days ago the case
    was opened and last touched; `expected` in how many days the handover is, where one is awaited. `without`
    names facts and consents that are left out, `lapsed` papers that have run out since. `after` names the
    story whose end is reopened by this one: its case is the one that reopening opens.
    """

    name: str
    route: str
    entry: str
    age: AgeGroup
    turns: tuple[str, ...]
    began: float
    rested: float
    expected: int | None = None
    without: frozenset[str] = frozenset()
    lapsed: frozenset[str] = frozenset()
    after: str | None = None
    opener: str | None = None


def _tha_khm(name: str, *turns: str, began: float, rested: float, **more: object) -> Story:
    return _story(name, "tha-khm", turns, began, rested, more)


def _vnm_khm(name: str, *turns: str, began: float, rested: float, **more: object) -> Story:
    return _story(name, "vnm-khm", turns, began, rested, more)


def _khm_vnm(name: str, *turns: str, began: float, rested: float, **more: object) -> Story:
    return _story(name, "khm-vnm", turns, began, rested, more)


def _khm_tha(name: str, *turns: str, began: float, rested: float, **more: object) -> Story:
    return _story(name, "khm-tha", turns, began, rested, more)


def _story(
    name: str, route: str, turns: tuple[str, ...], began: float, rested: float, more: dict[str, object]
) -> Story:
    plain = Story(name, route, "reported", "adult", turns, began, rested)
    return plain._replace(**more)  # type: ignore[arg-type]


_NO_FAMILY: Final = frozenset({"family_found", "family_suitable"})

STORIES: Final = (
    # Found in Thailand, home Cambodia ----------
    _tha_khm("asks from custody", began=2, rested=2, entry="requested"),
    _tha_khm("asks, then referred", ">reported", began=6, opener="iom-cambodia", rested=1, entry="requested"),
    _tha_khm("found on a boat", began=1, rested=1),
    _tha_khm("identification overdue", ">under_identification", began=24, rested=21),
    _tha_khm("child in reflection", ">>under_identification", began=9, rested=3, age="child"),
    _tha_khm("objects to notification", ">identified", "object_to_notification", began=30, rested=6),
    _tha_khm("embassy told", ">origin_notified", began=34, rested=4),
    _tha_khm(
        "family not found", ">>verifying", "report_family_not_found", began=60, rested=12, without=_NO_FAMILY
    ),
    _tha_khm(
        "child better off staying",
        ">>verifying",
        "determine_return_not_in_best_interests",
        began=70,
        rested=5,
        age="child",
        without=frozenset({"best_interests_return"}),
    ),
    _tha_khm(
        "refuses return for now",
        ">>verifying",
        "refuse_return",
        began=55,
        rested=9,
        without=frozenset({"return"}),
    ),
    _tha_khm("acceptance awaited", ">>return_decided", began=80, opener="iom-thailand", rested=8),
    _tha_khm("paper awaited", ">acceptance_received", began=85, rested=2),
    _tha_khm("witness in court", ">>documents_ready", "place_hold_legal", began=120, rested=15),
    _tha_khm("arrives today", ">>scheduled", began=95, opener="iom-thailand", rested=4, expected=0),
    _tha_khm("arrives today too", ">>scheduled", began=101, rested=5, expected=0),
    _tha_khm("child arrives tomorrow", ">>scheduled", began=110, rested=4, expected=1, age="child"),
    _tha_khm("gate closed", ">>scheduled", "place_hold_border", began=105, rested=1, expected=1),
    _tha_khm(
        "assessment lapsed",
        ">>scheduled",
        began=130,
        rested=6,
        expected=5,
        lapsed=frozenset({"risk_acceptable"}),
    ),
    _tha_khm("takes consent back", ">>scheduled", "withdraw_consent", began=90, rested=2, expected=3),
    _tha_khm("on the way", ">in_transit", "check_roll", began=99, rested=0.05),
    _tha_khm("just across", ">handed_over", began=97, rested=0.03),
    _tha_khm("came without a file", began=0.1, rested=0.1, entry="received", age="unknown"),
    _tha_khm("boy who came alone", "meet_first_needs", began=1, rested=0.2, entry="received", age="child"),
    _tha_khm("being screened", ">reception_screening", began=2, rested=1, entry="received", age="unknown"),
    _tha_khm(
        "no shelter takes him",
        ">placement_pending",
        "consent_to_referral",
        "offer_referral",
        "decline_referral",
        began=150,
        rested=20,
    ),
    _tha_khm(
        "in the shelter in Poipet",
        ">placement_pending",
        "consent_to_referral",
        "offer_referral",
        "accept_referral",
        "place_in_care",
        began=180,
        rested=25,
    ),
    _tha_khm("back at school", ">integrated", began=200, rested=10, age="child"),
    _tha_khm(
        "visited three times",
        ">>follow_up",
        "record_visit",
        "record_visit",
        began=330,
        opener="iom-thailand",
        rested=14,
    ),
    _tha_khm(
        "not at home",
        ">>follow_up",
        "record_missed_visit",
        began=300,
        entry="requested",
        opener="iom-cambodia",
        rested=45,
    ),
    _tha_khm("family broke down", ">>follow_up", "report_breakdown", ">>follow_up", began=360, rested=7),
    _tha_khm(
        "closure asked for",
        ">>follow_up",
        "record_visit",
        "request_closure",
        began=420,
        entry="requested",
        opener="iom-cambodia",
        rested=3,
    ),
    _tha_khm("came home, went again", ">closed", "reopen", began=500, rested=40),
    _tha_khm(
        "found a second time",
        ">under_identification",
        began=39,
        rested=5,
        opener="datip",
        after="came home, went again",
    ),
    _tha_khm("no indicators", "no_indicators", began=45, rested=44),
    _tha_khm(
        "nationality not confirmed",
        ">verifying",
        "refuse_nationality",
        "end_nationality_not_confirmed",
        began=160,
        rested=60,
    ),
    _tha_khm("another country", ">>verifying", "decide_third_country", began=210, rested=70),
    _tha_khm("died on the way home", ">received", "record_death", began=240, rested=100),
    _tha_khm(
        "contact lost",
        ">>follow_up",
        "record_missed_visit",
        "record_missed_visit",
        "report_lost_contact",
        began=400,
        rested=30,
    ),
    _tha_khm("trafficked again", ">>follow_up", "report_retrafficking", began=380, rested=22),
    # Found in Viet Nam, home Cambodia ----------
    _vnm_khm("checks at the commune", ">under_identification", began=5, rested=2),
    _vnm_khm("consulate told", ">origin_notified", began=28, rested=3),
    _vnm_khm("child's family sought", ">>verifying", began=50, rested=4, age="child"),
    _vnm_khm("note and paper awaited", ">>return_decided", began=65, rested=18),
    _vnm_khm("Bavet today", ">>scheduled", began=75, opener="iom-viet-nam", rested=4, expected=0),
    _vnm_khm("child at Bavet tomorrow", ">>scheduled", began=78, rested=4, expected=1, age="child"),
    _vnm_khm("brought to Bavet unscreened", began=0.2, rested=0.2, entry="received", age="unknown"),
    _vnm_khm(
        "not trafficked, helped as a migrant",
        ">reception_screening",
        "find_not_trafficked",
        began=20,
        rested=18,
        entry="received",
    ),
    _vnm_khm("visited in Svay Rieng", ">>follow_up", began=280, rested=16),
    _vnm_khm("Cambodia would not accept", ">>return_decided", "refuse_acceptance", began=140, rested=50),
    _vnm_khm("stays in Viet Nam", ">identified", "stay", began=90, rested=66),
    # Found in Cambodia, home Viet Nam ----------
    _khm_vnm("out of a compound", began=2, rested=2),
    _khm_vnm(
        "local checks overdue",
        ">verifying",
        "consent_to_sharing",
        "start_home_checks",
        began=80,
        opener="iom-cambodia",
        rested=48,
    ),
    _khm_vnm("both papers in hand", ">>documents_ready", began=88, rested=3),
    _khm_vnm("Moc Bai today", ">>scheduled", began=92, opener="iom-cambodia", rested=5, expected=0),
    _khm_vnm("Moc Bai tomorrow", ">>scheduled", began=94, rested=4, expected=1),
    _khm_vnm("ill before departure", ">>scheduled", "place_hold_health", began=96, rested=2, expected=6),
    _khm_vnm(
        "changed her mind twice",
        ">>scheduled",
        "withdraw_consent",
        "consent_to_return",
        "lift_hold_consent",
        began=100,
        rested=1,
        expected=8,
    ),
    _khm_vnm("sent over in a group", began=0.3, rested=0.2, entry="received", age="unknown"),
    _khm_vnm("home in Tay Ninh", ">integrated", began=190, rested=12, age="child"),
    _khm_vnm(
        "visits by the Women's Union",
        ">>follow_up",
        "record_visit",
        began=320,
        opener="iom-cambodia",
        rested=11,
    ),
    _khm_vnm("would have no help", ">identified", "decline_assistance", began=75, rested=40),
    _khm_vnm(
        "withdrew for good",
        ">>return_decided",
        "withdraw_consent",
        "end_after_withdrawal",
        began=130,
        opener="iom-cambodia",
        rested=33,
    ),
    _khm_vnm("a year at home", ">closed", began=450, rested=35),
    # Found in Cambodia, home Thailand ----------
    _khm_tha("Thai found in Bavet", ">under_identification", began=4, rested=1),
    _khm_tha("one-use paper", ">documents_ready", began=40, rested=2),
    _khm_tha("Aranyaprathet today", ">>scheduled", began=45, rested=4, expected=0),
    _khm_tha("handed to the Thai team", ">closed", began=85, rested=30),
    _khm_tha("belongs to another route", ">identified", "transfer_to_other_route", began=35, rested=26),
    _tha_khm(
        "a shelter was asked",
        ">placement_pending",
        "consent_to_referral",
        "offer_referral",
        began=20,
        rested=1,
    ),
)
