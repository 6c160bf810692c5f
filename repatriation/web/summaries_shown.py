"""Turns the summaries of a case into exactly what its page shows of them."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from repatriation.web.casefile import shown_day, shown_moment
from repatriation.web.desk import today
from repatriation.web.handoffs_shown import summary_rows
from repatriation.work.summaries.keeping import Summaries, SummaryLine


@dataclass(frozen=True, slots=True)
class SummariesShown:
    """Which summaries were sent, and a sentence on when the next is due."""

    lines: list[dict[str, Any]]
    due: str | None
    late: bool
    agreed: bool

    @property
    def to_acknowledge(self) -> bool:
        """Whether one waits for this office to say that it has read it."""
        return any(line["to_acknowledge"] for line in self.lines)

    @classmethod
    def of(cls, known: Summaries | None) -> "SummariesShown | None":
        """None where a case has none and will have none."""
        if known is None:
            return None
        due = None
        if known.due_on is not None:
            due = _("The next summary is due on %(day)s.", day=shown_day(known.due_on))
        late = known.due_on is not None and known.due_on < today()
        return cls([_line(line) for line in known.lines], due, late, known.agreed)


def _line(line: SummaryLine) -> dict[str, Any]:
    if line.not_sent is not None:
        tag, tone = _("Not sent: the person no longer agrees"), "stop"
    elif line.acknowledged_at is not None:
        tag, tone = _("Acknowledged"), "done"
    else:
        tag, tone = _("Not acknowledged yet"), "waiting"
    hint = None
    if line.acknowledged_at is not None:
        when = shown_moment(line.acknowledged_at)
        hint = (
            _("Acknowledged with a signed receipt, %(when)s", when=when)
            if line.signed
            else _("Acknowledged by %(who)s, %(when)s", who=line.acknowledged_by, when=when)
        )
    return {
        "id": line.id,
        "heading": _("Summary %(number)s, %(when)s", number=line.told.number, when=shown_moment(line.at)),
        "to": line.recipient,
        "tag": tag,
        "tone": tone,
        "hint": hint,
        "rows": summary_rows(line.told),
        "to_acknowledge": line.to_acknowledge,
    }
