"""What one engine allows and the other does not, what a person takes back, and what cannot be true."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from partners import steps
from partners.packets import Update
from partners.steps import Step
from repatriation.bench import border
from repatriation.bench.border import Installation
from repatriation.demonstration.load import people_at_work
from repatriation.demonstration.planner import Planned
from repatriation.records.cases import CaseFile
from repatriation.records.federation import Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.partners import Partner
from repatriation.work.federation import showing
from repatriation.work.handoffs import deciding, withdrawing
from repatriation.work.handoffs.delivering import deliver_due
from repatriation.work.handoffs.post import locked_partner, post
from repatriation.work.refusals import NotFound
from sop.engine import NotAllowed
from sop.shelf import Shelf
from tests.federation.conftest import Pair
from tests.federation.test_wire import nothing_doubled, told


def act(pair: Pair, place: Installation, name: str, organisation: str) -> None:
    """Take an act that is not in the plan."""
    reference = pair.here if place is pair.host else pair.there
    view = place.view(reference)
    step = Planned(pair.procedure.actions[name], view, organisation, None, None)
    place.take(reference, step, "poipet")


def both(pair: Pair) -> tuple[str, str]:
    """The stage on both sides."""
    return pair.host.case(pair.here).stage, pair.home.case(pair.there).stage


def elsewhere(pair: Pair, place: Installation, organisation: str) -> showing.Elsewhere:
    """What an officer sees of the other installation."""
    reference = pair.here if place is pair.host else pair.there
    found = showing.elsewhere(place.house, place.actors[organisation], place.clock(), reference)
    assert found is not None
    return found


def test_a_step_that_the_other_engine_refuses_is_undone_and_both_sides_see_why(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "accept_return")
    pair.wrong.update({"Phnom Penh": "down", "Bangkok": "down"})
    act(pair, pair.host, "withdraw_consent", "datip")
    act(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    assert both(pair) == ("acceptance_received", "documents_ready")
    pair.exchange()
    pair.wrong.clear()
    pair.pass_by(hours=1)
    pair.exchange()
    assert both(pair) == ("acceptance_received", "acceptance_received")
    assert "travel_document_issued" not in pair.home.view(pair.there).facts
    assert pair.alike()
    nothing_doubled(pair)
    assert "step_of_ours_refused" in told(pair, "Phnom Penh")
    assert "paper_of_theirs_revoked" in told(pair, "Bangkok")
    for place, organisation in ((pair.home, "khm-embassy-bangkok"), (pair.host, "datip")):
        (refused,) = elsewhere(pair, place, organisation).refused
        assert refused.action == "issue_travel_document"
        assert ("consent_withdrawn", "return") in refused.reasons
    # The person agrees again, and the step is taken anew.
    act(pair, pair.host, "consent_to_return", "datip")
    act(pair, pair.host, "lift_hold_consent", "datip")
    pair.exchange()
    act(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    pair.exchange()
    assert both(pair) == ("documents_ready", "documents_ready")
    assert pair.alike()


def test_what_both_take_at_the_same_time_ends_in_one_order(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_family_tracing")
    pair.wrong.update({"Phnom Penh": "down", "Bangkok": "down"})
    act(pair, pair.home, "report_family_not_found", "dosvy-banteay-meanchey")
    act(pair, pair.host, "assess_risk_acceptable", "tha-shelter")
    act(pair, pair.home, "report_family_found", "dosvy-banteay-meanchey")
    act(pair, pair.host, "find_risk_too_high", "tha-shelter")
    pair.exchange()
    pair.wrong.clear()
    pair.pass_by(hours=1)
    pair.exchange()
    assert pair.alike()
    facts = pair.home.view(pair.there).facts
    assert {"family_found", "risk_too_high"} <= facts.keys()
    assert "risk_acceptable" not in facts


def test_a_consent_that_is_taken_back_travels_first_and_stops_the_other_side_at_once(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "accept_return")
    pair.wrong["Phnom Penh"] = "down"
    act(pair, pair.host, "find_risk_too_high", "tha-shelter")
    act(pair, pair.host, "assess_risk_acceptable", "tha-shelter")
    act(pair, pair.host, "withdraw_consent", "datip")
    pair.host.deliver()
    pair.wrong.clear()
    pair.pass_by(hours=1)
    deliver_due(pair.host.house, pair.host.clock(), dial=pair.host.dial, most=1)
    assert str(pair.home.case(pair.there).side) == "home:stopped"
    with pytest.raises(NotAllowed) as refused:
        act(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    assert [reason.code for reason in refused.value.reasons] == ["stopped_there"]
    assert elsewhere(pair, pair.home, "mosvy").held_up
    pair.exchange()
    assert pair.home.case(pair.there).side == "home"
    assert "hold_consent" in pair.home.view(pair.there).facts
    assert pair.alike()


def test_a_consent_withdrawn_while_the_offer_is_in_flight_leaves_nothing_there(pair: Pair) -> None:
    pair.open()
    border.send_offer(pair.host, pair.here)
    act(pair, pair.host, pair.procedure.consents["notification"].withdraw, "datip")
    pair.exchange()
    with pair.home.house.doors.read() as session:
        assert session.exec(select(CaseFile.id)).all() == []
        assert session.exec(select(Handoff.id).where(Handoff.kind == "referral")).all() == []
    assert pair.host.case(pair.here).side is None
    assert pair.host.mirror(pair.here).state == "ended"


def test_a_consent_withdrawn_while_the_acceptance_is_on_its_way_freezes_what_was_opened(pair: Pair) -> None:
    pair.open()
    border.send_offer(pair.host, pair.here)
    pair.host.deliver()
    pair.there = border.accept_offer(pair.home)
    act(pair, pair.host, pair.procedure.consents["notification"].withdraw, "datip")
    pair.exchange()
    assert pair.host.case(pair.here).side is None
    assert "accepted_after_withdrawal" in told(pair, "Bangkok")
    assert "withdrawal" in told(pair, "Phnom Penh")
    assert pair.home.case(pair.there).side == "home:stopped"
    assert pair.home.mirror(pair.there).state == "ended"


def test_without_any_consent_for_that_side_nothing_leaves_but_that_it_was_taken_back(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    pair.wrong["Phnom Penh"] = "down"
    act(pair, pair.host, "request_verification", "datip")
    pair.host.deliver()
    act(pair, pair.host, pair.procedure.consents["notification"].withdraw, "datip")
    pair.wrong.clear()
    pair.pass_by(hours=1)
    pair.exchange()
    with pair.home.house.doors.read() as session:
        came = session.exec(
            select(Handoff.what).where(Handoff.direction == "received", Handoff.kind == "update")
        ).all()
    assert sorted(str(what) for what in came) == ["end", "step", "stop"]  # the one step is notify_origin
    assert pair.home.case(pair.there).stage == "origin_notified"
    assert pair.home.case(pair.there).side == "home:stopped"
    assert "shared_no_more" in told(pair, "Bangkok")
    assert "shared_no_more" in told(pair, "Phnom Penh")
    sent = len(pair.host.sent())
    act(pair, pair.host, "assess_risk_acceptable", "tha-shelter")
    pair.exchange()
    assert len(pair.host.sent()) == sent
    assert pair.host.case(pair.here).side is None
    # The person agrees again: the case is offered anew, and taken over as it stands.
    act(pair, pair.host, "consent_to_notification", "datip")
    act(pair, pair.host, "request_verification", "datip")
    assert border.cross(pair.host, pair.home, pair.here) == pair.there
    act(pair, pair.home, "confirm_nationality", "khm-embassy-bangkok")
    pair.exchange()
    assert steps.digest(pair.host.view(pair.here)) == steps.digest(pair.home.view(pair.there))
    assert "nationality_confirmed" in pair.host.view(pair.here).facts


def test_an_officer_who_takes_the_referral_back_ends_it_on_both_sides(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    with pair.host.house.doors.read() as session:
        sent = session.exec(select(Handoff).where(Handoff.kind == "referral")).one()
    withdrawing.withdraw(
        pair.host.house, pair.host.actors["datip"], pair.host.clock(), sent.id, "sent_in_error"
    )
    pair.exchange()
    assert pair.host.case(pair.here).side is None
    assert pair.home.case(pair.there).side == "home:stopped"
    assert "withdrawal" in told(pair, "Phnom Penh")


def test_another_procedure_file_is_refused_and_both_sides_see_it(pair: Pair, procedures: Shelf) -> None:
    others = tuple(
        replace(each, digest="0" * 64) if each.route == border.ROUTE else each for each in procedures
    )
    pair.home.house = replace(pair.home.house, shelf=Shelf(others, procedures.walks))
    pair.home.app.extensions["house"] = pair.home.house
    pair.open()
    border.send_offer(pair.host, pair.here)
    pair.exchange()
    with pair.host.house.doors.read() as session:
        row = session.exec(select(Handoff).where(Handoff.kind == "referral")).one()
    assert (row.state, row.reason, row.attention) == ("declined", "other_procedure", "declined")
    assert "other_procedure" in told(pair, "Phnom Penh")
    assert pair.host.case(pair.here).side is None
    with pair.home.house.doors.read() as session:
        assert session.exec(select(CaseFile.id)).all() == []


def forge(pair: Pair, about: str | None = None, **changed: Any) -> None:
    """Send a step from Bangkok that Bangkok never took, signed by Bangkok all the same."""
    place = pair.host
    mirror = place.mirror(pair.here)
    view = place.view(pair.here)
    action = pair.procedure.actions["request_verification"]
    told = {
        "key": "aaaaaaaa-0000-0000-0000-000000000001",
        "seq": mirror.taken + 1,
        "number": mirror.number + 1,
        "seen": mirror.number,
        "procedure": pair.procedure.digest,
        "stage": view.stage,
        "view": steps.digest(view),
        "action": action.name,
        "by": "host.coordination",
        "at": steps.micros(place.clock()),
        "recorded": list(action.records),
        **changed,
    }
    with place.house.doors.act() as session:
        partner_id = session.exec(select(Partner.id)).one()
        of = session.get_one(Handoff, mirror.handoff_id)
        partner = locked_partner(session, partner_id)
        packet = Update(about=about or of.jti, what="step", step=Step.model_validate(told))
        post(session, place.house, place.clock(), partner, "update", packet, of=of)


FORGED: tuple[tuple[dict[str, Any], str], ...] = (
    (
        {"action": "confirm_nationality", "by": "home.consulate", "recorded": ["nationality_confirmed"]},
        "other_installation",
    ),
    ({"by": "home.coordination"}, "other_installation"),
    ({"view": "A" * 43}, "other_view"),
    ({"procedure": "0" * 64}, "other_procedure"),
    ({"action": "abduct"}, "unknown_action"),
    ({"recorded": ["nationality_confirmed"]}, "other_facts"),
    ({"action": "depart"}, "stage"),
)


def test_what_their_own_engine_would_have_refused_counts_nowhere(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    before = pair.home.view(pair.there)
    for number, (changed, reason) in enumerate(FORGED, start=1):
        forge(pair, key=f"aaaaaaaa-0000-0000-0000-{number:012x}", **changed)
        pair.exchange()
        assert pair.home.view(pair.there) == before
        assert pair.home.mirror(pair.there).state == "stuck"
        (refused,) = elsewhere(pair, pair.home, "khm-embassy-bangkok").refused
        assert refused.stands == "stuck"
        assert reason in {code for code, _ in refused.reasons}
        assert told(pair, "Phnom Penh").count("step_stuck") == number
        with pair.home.house.doors.act() as session:  # for the next one
            session.delete(session.exec(select(MirrorStep).where(MirrorStep.state == "waiting")).one())
            session.get_one(Mirror, pair.home.case(pair.there).id).state = "live"


def test_a_step_of_a_time_to_come_or_in_the_place_of_another_is_declined(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    before = pair.home.view(pair.there)
    forge(pair, at=2**51)
    forge(pair, key="bbbbbbbb-0000-0000-0000-000000000001", seq=1)
    pair.exchange()
    assert pair.home.view(pair.there) == before
    assert told(pair, "Phnom Penh").count("step_unfit") == 2


def test_nobody_here_is_brought_in_by_a_step_that_tells_others(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    forge(pair, joined=["home.caseworker:ngo-poipet", "home.consulate:khm-embassy-bangkok"])
    pair.exchange()
    assert pair.home.case(pair.there).stage == "verifying"
    ngo = pair.home.actors["ngo-poipet"]
    with pytest.raises(NotFound):
        showing.elsewhere(pair.home.house, ngo, pair.home.clock(), pair.there)


def test_a_step_about_a_handoff_of_somebody_else_changes_nothing(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    before = pair.home.view(pair.there)
    with pair.home.house.doors.act() as session:
        # The case came from another partner than the one that speaks now.
        mirror = session.get_one(Mirror, pair.home.case(pair.there).id)
        other = Partner(
            client_id="https://elsewhere.example",
            organisation_id=session.exec(select(Partner.organisation_id)).one(),
            name="elsewhere",
            registered_at=pair.home.clock(),
        )
        session.add(other)
        session.flush()
        mirror.partner_id = other.id
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    assert pair.home.view(pair.there) == before
    assert "unknown_handoff" in told(pair, "Phnom Penh")


def test_the_same_step_sent_again_under_another_number_counts_once(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_verification")
    with pair.host.house.doors.act() as session:
        row = session.exec(select(MirrorStep).order_by(col(MirrorStep.number).desc())).first()
        assert row is not None
        step = Step.model_validate({**row.form, "seq": row.seq, "seen": 0})
        of = session.get_one(Handoff, pair.host.mirror(pair.here).handoff_id)
        partner = locked_partner(session, of.partner_id)
        for _ in range(2):
            packet = Update(about=of.jti, what="step", step=step)
            post(session, pair.host.house, pair.host.clock(), partner, "update", packet, of=of)
    pair.exchange()
    assert pair.alike()
    nothing_doubled(pair)


def diverge(pair: Pair) -> None:
    """What Phnom Penh holds is changed behind everybody's back, so that the next step does not fit."""
    with pair.home.house.doors.act() as session:
        mirror = session.get_one(Mirror, pair.home.case(pair.there).id)
        mirror.view = {**mirror.view, "facts": {}}


def test_where_the_two_do_not_agree_both_are_told_and_the_step_can_be_sent_again(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    before = pair.home.mirror(pair.there).view
    diverge(pair)
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    assert (pair.host.mirror(pair.here).state, pair.home.mirror(pair.there).state) == ("stuck", "stuck")
    assert "step_stuck" in told(pair, "Bangkok")
    assert "step_stuck" in told(pair, "Phnom Penh")
    assert elsewhere(pair, pair.host, "datip").may_send_again
    with pair.home.house.doors.act() as session:
        session.get_one(Mirror, pair.home.case(pair.there).id).view = before
    showing.send_again(pair.host.house, pair.host.actors["datip"], pair.host.clock(), pair.here)
    pair.exchange()
    assert (pair.host.mirror(pair.here).state, pair.home.mirror(pair.there).state) == ("live", "live")
    assert pair.alike()


def test_where_the_two_do_not_agree_the_case_can_be_taken_over_as_it_stands(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    diverge(pair)
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    assert pair.home.mirror(pair.there).state == "stuck"
    assert border.cross(pair.host, pair.home, pair.here) == pair.there
    act(pair, pair.home, "confirm_nationality", "khm-embassy-bangkok")
    pair.exchange()
    assert pair.host.mirror(pair.here).state == "live"
    assert steps.digest(pair.host.view(pair.here)) == steps.digest(pair.home.view(pair.there))


def test_where_the_two_do_not_agree_each_can_go_on_alone(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    diverge(pair)
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    showing.part(pair.host.house, pair.host.actors["datip"], pair.host.clock(), pair.here)
    pair.exchange()
    assert pair.host.case(pair.here).side is None
    assert pair.home.case(pair.there).side == "home:stopped"
    assert "shared_no_more" in told(pair, "Phnom Penh")


def test_an_act_of_the_other_country_is_not_taken_here_while_the_case_is_carried_on_together(
    pair: Pair,
) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_verification")
    with pair.host.house.doors.act() as session:
        embassy = people_at_work(session, "KHM")["khm-embassy-bangkok"]
    pair.host.actors = {**pair.host.actors, "khm-embassy-bangkok": embassy}
    with pytest.raises(NotAllowed) as refused:
        act(pair, pair.host, "confirm_nationality", "khm-embassy-bangkok")
    assert [reason.code for reason in refused.value.reasons] == ["other_installation"]
    with pytest.raises(NotAllowed) as refused:
        act(pair, pair.home, "consent_to_return", "khm-embassy-bangkok")  # the person is in Thailand
    assert [reason.code for reason in refused.value.reasons] == ["other_installation"]


def test_a_step_is_written_for_the_other_side_in_its_own_transaction(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin", exchanging=False)
    with pair.host.house.doors.read() as session:
        (row,) = session.exec(select(MirrorStep)).all()
    assert (row.state, row.form["action"], row.handoff_id) == ("taken", "notify_origin", None)
    assert row.version == pair.host.case(pair.here).version
    assert row.at - pair.host.clock() == timedelta(0)


def test_nothing_that_travels_with_a_step_says_who_it_is_about(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "confirm_nationality")
    with pair.host.house.doors.read() as session:
        forms = [row.form for row in session.exec(select(MirrorStep)).all()]
    assert {name for form in forms for name in form} <= set(Step.model_fields)
    assert not any("note" in form or "person" in form for form in forms)


def test_a_step_that_came_when_nothing_was_shared_goes_again_once_something_is(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_verification")
    pair.wrong["Phnom Penh"] = "down"
    act(pair, pair.host, pair.procedure.consents["notification"].withdraw, "datip")
    pair.exchange()
    # Phnom Penh has not heard that nothing is shared any more.
    act(pair, pair.home, "confirm_nationality", "khm-embassy-bangkok")
    pair.exchange()
    pair.wrong.clear()
    pair.pass_by(hours=1)
    pair.exchange()
    assert "nationality_confirmed" not in pair.host.view(pair.here).facts
    act(pair, pair.host, "consent_to_notification", "datip")
    assert border.cross(pair.host, pair.home, pair.here) == pair.there
    assert "nationality_confirmed" in pair.host.view(pair.here).facts
    assert steps.digest(pair.host.view(pair.here)) == steps.digest(pair.home.view(pair.there))
    assert pair.home.mirror(pair.there).state == "live"


@pytest.mark.parametrize("heard", [True, False])
def test_what_was_taken_while_the_case_was_offered_anew_counts_when_it_is_taken_over(
    pair: Pair, heard: bool
) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_family_tracing")
    diverge(pair)
    act(pair, pair.host, "assess_risk_acceptable", "tha-shelter")
    pair.exchange()
    assert pair.home.mirror(pair.there).state == "stuck"
    border.send_offer(pair.host, pair.here)
    act(pair, pair.home, "report_family_not_found", "dosvy-banteay-meanchey")
    if heard:
        pair.exchange()
    else:
        pair.wrong["Bangkok"] = "down"
        pair.exchange()
        pair.wrong.clear()
        pair.pass_by(hours=1)
    assert border.accept_offer(pair.home) == pair.there
    pair.exchange()
    act(pair, pair.home, "report_family_found", "dosvy-banteay-meanchey")
    pair.exchange()
    pair.pass_by(hours=7)
    pair.exchange()
    assert {"family_found", "risk_acceptable"} <= pair.host.view(pair.here).facts.keys()
    assert steps.digest(pair.host.view(pair.here)) == steps.digest(pair.home.view(pair.there))
    for place, organisation in ((pair.home, "mosvy"), (pair.host, "datip")):
        seen = elsewhere(pair, place, organisation)
        assert (seen.state, {step.stands for step in seen.steps}, seen.may_send_again) == (
            "live",
            {"counted"},
            False,
        )


@pytest.mark.parametrize("how", ["declined", "expired", "taken back"])
def test_what_waits_when_an_offer_comes_to_nothing_is_answered_at_once_and_people_see_the_ways_on(
    pair: Pair, how: str
) -> None:
    rest = pair.cross()
    pair.go_on(rest, "request_family_tracing")
    diverge(pair)
    act(pair, pair.host, "assess_risk_acceptable", "tha-shelter")
    pair.exchange()
    jti = border.send_offer(pair.host, pair.here)
    pair.exchange()
    if how == "expired":
        pair.pass_by(days=13, hours=23)
    act(pair, pair.home, "report_family_not_found", "dosvy-banteay-meanchey")
    pair.exchange()
    step, *_ = elsewhere(pair, pair.home, "dosvy-banteay-meanchey").steps
    assert (step.action, step.stands) == ("report_family_not_found", "waiting")
    come_to_nothing(pair, jti, how)
    pair.exchange()
    for place, who in ((pair.home, "dosvy-banteay-meanchey"), (pair.host, "datip")):
        found = elsewhere(pair, place, who)
        shown = next(each for each in found.steps if each.action == "report_family_not_found")
        assert (shown.stands, shown.reasons, shown.paper_there) == ("stuck", (("ended", ""),), False)
        assert shown in found.refused
    assert "shared_no_more" in told(pair, "Bangkok")
    assert told(pair, "Phnom Penh").count("step_stuck") == 2
    # Sent again it is answered the same again, and once the case is taken over it counts.
    home = pair.home
    showing.send_again(home.house, home.actors["dosvy-banteay-meanchey"], home.clock(), pair.there)
    pair.exchange()
    again = elsewhere(pair, home, "dosvy-banteay-meanchey").refused
    assert (("ended", ""),) in [each.reasons for each in again]
    assert border.cross(pair.host, pair.home, pair.here) == pair.there
    pair.exchange()
    assert "family_not_found" in pair.host.view(pair.here).facts
    assert steps.digest(pair.host.view(pair.here)) == steps.digest(pair.home.view(pair.there))


def come_to_nothing(pair: Pair, jti: str, how: str) -> None:
    """The offer is declined there, nobody decides in time, or an officer here takes it back."""
    if how == "expired":
        pair.pass_by(hours=2)
        return
    place = pair.home if how == "declined" else pair.host
    with place.house.doors.read() as session:
        row = session.exec(select(Handoff).where(Handoff.jti == jti)).one()
    actor = next(each for each in place.actors.values() if each.organisation_id == row.organisation_id)
    if how == "declined":
        deciding.decline(place.house, actor, place.clock(), row.id, "no_room")
    else:
        withdrawing.withdraw(place.house, actor, place.clock(), row.id, "sent_in_error")
