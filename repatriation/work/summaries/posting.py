"""Puts summaries into the post whose receiver works in another installation.

The step decided that one leaves, and what it says. Here it is signed and queued as all messages are. Where
the person took their agreement back meanwhile, it does not leave.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from partners.packets import Summary as Told
from partners.packets import Update
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.handoffs import Handoff
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.scope import every_case
from repatriation.records.summaries import POST, Summary
from repatriation.work.handoffs import desk
from repatriation.work.handoffs.post import locked_partner, post
from repatriation.work.house import House
from repatriation.work.views import case_view
from sop.engine import consent_is_live

PURPOSE = "follow_up"


def post_summaries(house: House, now: datetime, most: int = 100) -> int:
    """Post what steps left to be posted; says how many left."""
    with house.doors.read() as session:
        owed = session.exec(
            select(Outbox.id)
            .where(Outbox.kind == POST, Outbox.state == "open", Outbox.run_at <= now)
            .limit(most)
        ).all()
    return sum(_post(house, now, outbox_id) for outbox_id in owed)


def _post(house: House, now: datetime, outbox_id: str) -> bool:
    with house.doors.act() as session:
        first = session.get_one(Outbox, outbox_id)
        summary = session.get_one(Summary, str(first.detail["summary"]))
        partner = locked_partner(session, str(summary.partner_id))
        queued = session.get_one(Outbox, outbox_id, with_for_update=True, populate_existing=True)
        if queued.state != "open":
            return False
        case = session.exec(every_case().where(CaseFile.id == summary.case_id)).one()
        if not consent_is_live(case_view(case), summary.consent, now):
            summary.not_sent, queued.state, queued.last_error = "no_consent", "dead", "no_consent"
            trail.append(
                session, None, now, "summary:kept", {"summary": summary.id, "why": "no_consent"}, case.id
            )
            return False
        row = _leave(session, house, now, summary, partner)
        summary.handoff_id, queued.state = row.id, "sent"
        detail = {"summary": summary.id, "handoff": row.id, "partner": partner.id}
        trail.append(session, None, now, "summary:posted", detail, case.id)
        return True


def _leave(session: Session, house: House, now: datetime, summary: Summary, partner: Partner) -> Handoff:
    """The message, bound to the consent that it leaves under: taking that back takes it back as well."""
    before = session.exec(
        select(Handoff.jti)
        .where(
            Handoff.case_id == summary.case_id,
            Handoff.partner_id == partner.id,
            col(Handoff.kind).in_(("referral", "transfer")),
            Handoff.state == "accepted",
        )
        .order_by(col(Handoff.at).desc())
        .limit(1)
    ).first()
    told = Told.model_validate(summary.content)
    consent = desk.consented(session, summary.case_id, summary.consent)
    packet = Update(about=before, what="summary", summary=told, consent=consent)
    row = post(session, house, now, partner, "update", packet)
    row.case_id, row.organisation_id = summary.case_id, summary.organisation_id
    row.officer_id, row.consent, row.purpose = summary.officer_id, summary.consent, PURPOSE
    row.route, row.standing = told.route, True
    session.add(row)
    session.flush()
    return row
