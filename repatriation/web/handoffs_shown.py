"""Turns handoffs as they were read into exactly what their pages show."""

from datetime import UTC, date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from partners.packets import STEPS, Consented, Decision, Handing, Person, Summary, Update
from partners.steps import Standing, moment
from repatriation.web import glossary
from repatriation.web.identity import LANG_OF, LANGUAGES, MEMBERS, born
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.words import look_up
from repatriation.work.handoffs.boxes import HandoffLine, HandoffPage, Said
from repatriation.work.handoffs.onward import Agreement

TONES = {
    "queued": "going",
    "received": "waiting",
    "accepted": "done",
    "declined": "stop",
    "withdrawn": "stop",
    "expired": "late",
}


CALM = ("arrived", "question", "answer", "summary")
"""What calls a person without anything having gone wrong."""


def row_of(line: HandoffLine) -> dict[str, Any]:
    """One handoff as lists and headings show it."""
    kind = line.what or line.kind
    state = str(look_up(glossary.HANDOFF_STATES, line.state))
    tone = TONES.get(line.state, "plain")
    confirms = line.waiting and line.direction == "received" and line.kind in ("withdrawal", "update")
    if confirms:
        state = _("Waiting for you to confirm it")
    elif line.direction == "received" and line.state == "received":
        state = _("Waiting for your decision") if line.waiting else _("Received")
    elif line.state == "accepted" and line.taken_back:
        state, tone = _("Accepted, and then taken back"), TONES["withdrawn"]
    return {
        "id": line.id,
        "href": url_for("handoffs.handoff", handoff_id=line.shown),
        "elsewhere": url_for("cases.elsewhere", reference=line.reference)
        if line.what in STEPS and line.reference
        else None,
        "kind": look_up(glossary.HANDOFF_KINDS, kind),
        "partner": line.organisation,
        "purpose": look_up(glossary.PURPOSES, line.purpose) if line.purpose else None,
        "state": state,
        "tone": tone,
        "alarming": line.attention not in CALM,
        "why": look_up(glossary.HANDOFF_ATTENTION, line.attention) if line.attention else None,
        "at": shown_moment(line.at),
        "until": shown_moment(line.expires_at) if line.waiting else None,
        "reference": line.reference,
        "reason": look_up({**glossary.DECLINE_REASONS, **glossary.WITHDRAWAL_REASONS}, line.reason)
        if line.reason
        else None,
        "sent": line.direction == "sent",
        "confirms": confirms,
    }


def messages_of(page: HandoffPage) -> list[dict[str, Any]]:
    """What was said about a handoff after it was sent; decisions stand in its state."""
    return [row_of(line) for line in page.messages if line.kind != "decision"]


def said_of(said: Said) -> dict[str, Any]:
    """One envelope, opened."""
    packet = said.packet
    rows: list[tuple[object, object]] = []
    if isinstance(packet, Handing):
        rows = packet_rows(packet)
        if said.onward is not None:
            rows += [
                (_("The sender's agreement to pass it on"), said.onward.by),
                (_("Agreed on"), shown_day(said.onward.on)),
            ]
    elif isinstance(packet, Update) and packet.summary is not None:
        rows = summary_rows(packet.summary) + (_consent_rows(packet.consent) if packet.consent else [])
    elif isinstance(packet, Update):
        rows = [(_("Said"), _note(packet.text))] + (person_rows(packet.person) if packet.person else [])
    elif isinstance(packet, Decision):
        rows = [
            (_("Decided by"), packet.by),
            (_("Reason"), look_up(glossary.DECLINE_REASONS, packet.reason) if packet.reason else None),
            (_("Said"), _note(packet.note)),
            (_("Their case"), packet.reference),
        ]
    else:
        rows = [(_("Reason"), look_up(glossary.WITHDRAWAL_REASONS, packet.reason))]
    return {
        **row_of(said.line),
        "rows": [row for row in rows if row[1] not in (None, "")],
        "files": [(number, name, size) for number, name, size in said.files],
    }


def agreed_onward(agreement: Agreement | None) -> str | None:
    """By whose agreement a case leaves that its sender asked not to be passed on, in a sentence."""
    if agreement is None:
        return None
    return str(
        _(
            "The sender of this case asks that nothing is passed on. You say that %(who)s agreed to it "
            "on %(day)s.",
            who=agreement.by,
            day=shown_day(agreement.on),
        )
    )


def packet_rows(packet: Handing) -> list[tuple[object, object]]:
    """All that a referral or transfer says, a line for each: nothing in it is left out here."""
    role = (packet.to or "").rpartition(".")[2]
    rows: list[tuple[object, object]] = [
        (_("Case of the sender"), packet.reference),
        (_("Sender"), packet.sender),
        (_("Receiver"), packet.organisation),
        (_("Asked as"), look_up(glossary.FUNCTIONS, role)),
        (_("Route"), " ".join(part for part in (packet.route, packet.edition) if part)),
        (_("SHA-256 of the procedure"), packet.procedure),
        (_("Stage"), look_up(glossary.STAGES, packet.stage)),
        (_("Step"), packet.step),
        (_("Age"), look_up(glossary.AGE_GROUPS, packet.age_group)),
        (_("Purpose"), look_up(glossary.PURPOSES, packet.purpose)),
        (_("Asked"), _note(packet.asked)),
    ]
    if packet.consent is not None:
        rows += _consent_rows(packet.consent)
    if packet.standing is not None:
        rows += _standing_rows(packet.standing)
    rows += person_rows(packet.person)
    rows += [(_("Handling"), look_up(glossary.HANDLING, code)) for code in packet.handling]
    rows.append((_("More about handling"), _note(packet.handling_note)))
    return [row for row in rows if row[1] not in (None, "")]


def summary_rows(told: Summary) -> list[tuple[object, object]]:
    """All that a summary says, a line for each: what is not known is said to be so."""

    def day(said: str | None) -> str | None:
        return shown_day(date.fromisoformat(said)) if said else None

    return [
        (_("Case of the sender"), told.reference),
        (_("Summary number"), str(told.number)),
        (_("Stage"), look_up(glossary.STAGES, told.stage)),
        (_("At home since"), day(told.home_since)),
        (_("Contact"), look_up(glossary.CONTACT, told.contact)),
        (_("Last met"), day(told.last_met)),
        (_("Safety"), look_up(glossary.SAFETY, told.safety) if told.safety else None),
        (_("Visits made"), str(told.visits_made)),
        (_("Visits missed"), str(told.visits_missed)),
        (_("Next visit"), day(told.next_visit)),
    ]


def _consent_rows(consent: Consented) -> list[tuple[object, object]]:
    """What the person agreed to, as it is told to the receiver."""
    when = datetime.fromtimestamp(consent.given, UTC)
    until = datetime.fromtimestamp(consent.until, UTC) if consent.until is not None else None
    heard = ((consent.guardian, _("the guardian")), (consent.own_view, _("the child's own view")))
    spoke = [words for said, words in heard if said]
    return [
        (_("The person agreed to"), look_up(glossary.PURPOSES, consent.purpose)),
        (_("Consent in the procedure"), consent.name),
        (_("Agreed on"), shown_moment(when)),
        (_("Until"), shown_moment(until) if until else None),
        (_("Asked in"), look_up(glossary.SPOKEN, consent.language) if consent.language else None),
        (_("How"), look_up(glossary.HOW, consent.how) if consent.how else None),
        (_("Also heard"), ", ".join(spoke)),
    ]


def _standing_rows(standing: Standing) -> list[tuple[object, object]]:
    """Where the case stands, as the other installation is told it in order to carry it on with us."""
    facts = (str(look_up(glossary.FACTS, name)) for name in standing.facts)
    said = (
        f"{name}: {look_up(glossary.DECISIONS, each.decision)}" for name, each in standing.consents.items()
    )
    return [
        (_("Carried on together"), _("Yes: every further step is sent, as codes, while the person agrees")),
        (_("In this stage since"), shown_moment(moment(standing.entered))),
        (_("On file"), "; ".join(facts)),
        (_("Consents"), "; ".join(said)),
        (_("Who has a part"), ", ".join(sorted(set(standing.parts.values())))),
        (_("Gate"), standing.gate),
    ]


def person_rows(person: Person) -> list[tuple[object, object]]:
    """The person, a line for each field that is there."""
    rows: list[tuple[object, object]] = []
    for field, value in person.model_dump(exclude_none=True).items():
        words = look_up(glossary.FIELDS, field)
        if field == "names":
            rows += [(words, _name(each)) for each in value]
        elif isinstance(value, dict):
            rows += [(look_up(MEMBERS, member), said) for member, said in value.items()]
        elif isinstance(value, list):
            rows.append((words, ", ".join(look_up(glossary.COUNTRIES, each) for each in value)))
        elif isinstance(value, bool):
            rows.append((words, _("Yes") if value else _("No")))
        elif field == "birthdate":
            rows.append((words, born(value, estimated=False)))
        elif field.endswith("_language"):
            rows.append((words, look_up(LANGUAGES, value)))
        elif field == "gender":
            rows.append((words, look_up(glossary.GENDERS, value)))
        else:
            rows.append((words, value))
    return rows


def _name(name: dict[str, str]) -> Markup:
    parts = [name.get(part) for part in ("family", "middle", "given")]
    whole = " ".join(part for part in parts if part) or name.get("full") or ""
    tag = LANG_OF.get(str(name.get("script")), "und-Latn")
    return Markup('<span lang="{}" translate="no">{}</span>').format(tag, whole)


def _note(text: str | None) -> Markup | None:
    return Markup('<span class="note-text">{}</span>').format(escape(text)) if text else None
