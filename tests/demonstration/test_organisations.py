"""The organisations and officers of the demonstration: enough of them, of the right kind, for every route."""

from datetime import timedelta

import pytest

from repatriation.demonstration.officers import ACCOUNTS, DUTY_OF
from repatriation.demonstration.organisations import GATES, ORGANISATIONS
from repatriation.demonstration.planner import BODIES
from repatriation.demonstration.stories import STORIES
from repatriation.demonstration.telling import plan
from repatriation.records.organisations import DUTIES
from repatriation.work.accounts import SHORTEST_PASSWORD
from repatriation.work.sharing import Picks, bodies_for
from sop import vocabulary as words
from sop.procedure import Procedure
from sop.shelf import Shelf
from tests.demonstration.conftest import NOW


def _roles(procedure: Procedure) -> set[str]:
    roles = {stage.responsible for stage in procedure.stages.values()}
    for action in procedure.actions.values():
        roles.update(action.by)
        roles.update(action.discloses.to if action.discloses else ())
    return roles - {words.PERSON}


def test_every_role_of_every_route_is_held_by_an_organisation_of_the_right_country(procedures: Shelf) -> None:
    missing = {
        (procedure.key, role)
        for procedure in procedures
        for role in _roles(procedure)
        if not bodies_for(procedure, role, BODIES.values())
    }
    assert missing == set()


def test_for_every_responsible_role_one_organisation_is_plain_once_the_gate_is_known(
    procedures: Shelf,
) -> None:
    for procedure in procedures:
        picks = Picks(procedure, lambda: tuple(BODIES.values()), "", None, GATES[procedure.route])
        for stage in procedure.stages.values():
            assert picks.one("go on", stage.responsible, must=True), (procedure.key, stage.name)


def test_no_step_that_leads_on_needs_an_organisation_to_be_named(procedures: Shelf) -> None:
    for story in STORIES:
        course = plan(procedures.in_force(story.route, NOW.date()), story, NOW - timedelta(days=600))
        named = [step.action.name for step in course.steps if step.chosen and step.action.to]
        assert named == [], story.name


def test_every_route_has_a_gate_at_which_an_organisation_of_its_home_country_works(procedures: Shelf) -> None:
    for procedure in procedures:
        places = {made.place for made in ORGANISATIONS if made.country == procedure.home}
        assert GATES[procedure.route] in places


def test_every_organisation_and_every_duty_has_an_officer() -> None:
    assert {account.organisation for account in ACCOUNTS} == {made.code for made in ORGANISATIONS}
    assert {account.duty for account in ACCOUNTS} == set(DUTIES)
    assert set(DUTY_OF.values()) <= set(DUTIES)


def test_the_three_whom_the_work_is_for_come_first() -> None:
    assert [account.duty for account in ACCOUNTS[:3]] == ["consular", "reception", "caseworker"]


def test_no_two_officers_share_a_name_or_a_password_and_every_password_says_what_it_is() -> None:
    assert len({account.username for account in ACCOUNTS}) == len(ACCOUNTS)
    assert len({account.password for account in ACCOUNTS}) == len(ACCOUNTS)
    for account in ACCOUNTS:
        assert account.username == account.username.casefold()
        assert account.password.startswith("demonstration-")
        assert len(account.password) >= SHORTEST_PASSWORD


@pytest.mark.parametrize("made", ORGANISATIONS, ids=lambda made: str(made.code))
def test_an_organisation_plays_only_functions_that_a_route_can_name(made: object) -> None:
    functions = set(BODIES[made.code].functions)  # type: ignore[attr-defined]
    assert functions
    assert functions <= {*words.FUNCTIONS, "iom", "ngo"}
