"""Plans for the time after the return, and visits that follow a schedule."""

import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_STANDING = sa.text("state <> 'cancelled'")
_SOON = datetime.timedelta(days=7)
_EIGHT = datetime.time(1, tzinfo=datetime.UTC)  # at UTC+7, which all three countries keep
_DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
_STATES = ("planned", "done", "missed", "moved", "cancelled")
_NEW = (
    "steps",
    "needs",
    "finding",
    "answers",
    "contact",
    "attempts",
    "reason",
    "slot",
    "plan_id",
    "country",
    "state",
)


def upgrade() -> None:
    """Make the tables and the columns. A visit that was planned turns at the clock's next round."""
    _make_plan()
    with op.batch_alter_table("visit") as table:
        for column in _columns():
            table.add_column(column)
        table.create_foreign_key(op.f("fk_visit_plan_id"), "reintegration_plan", ["plan_id"], ["id"])
    _fill_in()
    with op.batch_alter_table("visit") as table:
        for name in ("state", "attempts", "answers"):
            table.alter_column(name, server_default=None)
    op.create_index(
        "ix_visit_slot",
        "visit",
        ["plan_id", "slot"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    _make_addition()


def downgrade() -> None:
    """Take them away. What was cancelled or moved is no visit to a program that knows of neither."""
    op.drop_table("visit_addition")
    op.drop_index("ix_visit_slot", "visit")
    op.execute("DELETE FROM visit WHERE state IN ('moved', 'cancelled') AND at IS NULL")
    with op.batch_alter_table("visit") as table:
        table.drop_constraint(op.f("fk_visit_plan_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_visit_state"), type_="check")
        for name in _NEW:
            table.drop_column(name)
    op.drop_table("plan_goal")
    op.drop_table("reintegration_plan")


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("state", _one_of("state", *_STATES), nullable=False, server_default="planned"),
        _text("country", nullable=True),
        _text("plan_id", nullable=True),
        _text("slot", nullable=True),
        _text("reason", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("contact", sa.Boolean(), nullable=True),
        sa.Column("answers", _DOCUMENT, nullable=False, server_default="{}"),
        _text("finding", nullable=True),
        _sealed("needs"),
        _sealed("steps"),
    )


def _fill_in() -> None:
    """What the rows that are there say in the new columns."""
    op.execute("UPDATE visit SET state = 'done' WHERE at IS NOT NULL AND outcome = 'seen'")
    op.execute("UPDATE visit SET state = 'missed' WHERE at IS NOT NULL AND state <> 'done'")
    op.execute(
        "UPDATE visit SET country = (SELECT upper(substr(case_file.route, length(case_file.route) - 2))"
        " FROM case_file WHERE case_file.id = visit.case_id)"
    )
    op.execute("UPDATE visit SET attempts = 1 WHERE outcome = 'not_there'")
    # A case that has ended has nobody to visit any more.
    op.execute(
        "UPDATE visit SET state = 'cancelled', reason = 'ended' WHERE state = 'planned' AND case_id IN"
        " (SELECT id FROM case_file WHERE closed_at IS NOT NULL)"
    )
    visit = sa.table(
        "visit",
        sa.column("id", sa.String()),
        sa.column("due_on", sa.Date()),
        sa.column("state", sa.String()),
        sa.column("next_at", sa.DateTime(timezone=True)),
        sa.column("next_step", sa.String()),
    )
    connection = op.get_bind()
    waiting = sa.select(visit.c.id, visit.c.due_on).where(
        visit.c.state == "planned", visit.c.due_on.is_not(None)
    )
    for row in connection.execute(waiting).all():
        soon = datetime.datetime.combine(row.due_on - _SOON, _EIGHT)
        connection.execute(
            visit.update().where(visit.c.id == row.id).values(next_at=soon, next_step="due_soon")
        )


def _make_plan() -> None:
    op.create_table(
        "reintegration_plan",
        _text("id"),
        _text("case_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", _DOCUMENT, nullable=True),
        sa.Column("children", sa.Boolean(), nullable=False),
        *(_day(name) for name in ("agreed_on", "reviewed_on", "review_on", "counted_from")),
        sa.Column("state", _one_of("state", "draft", "agreed", "ended"), nullable=False),
        _text("living", nullable=True),
        _sealed("wishes"),
        _moment("made_at"),
        _text("officer_id", nullable=True),
        _refers("reintegration_plan", "case_id", "case_file"),
        _refers("reintegration_plan", "officer_id", "officer"),
        _key("reintegration_plan"),
    )
    op.create_index(op.f("ix_reintegration_plan_case_id"), "reintegration_plan", ["case_id"])
    op.create_table(
        "plan_goal",
        _text("id"),
        _text("plan_id"),
        _text("domain"),
        _text("service", nullable=True),
        _sealed("text"),
        _sealed("who"),
        _day("by_on"),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("state", _one_of("state", "open", "met", "dropped"), nullable=False),
        _day("settled_on"),
        _refers("plan_goal", "plan_id", "reintegration_plan"),
        _key("plan_goal"),
    )
    op.create_index(op.f("ix_plan_goal_plan_id"), "plan_goal", ["plan_id"])


def _make_addition() -> None:
    op.create_table(
        "visit_addition",
        _text("id"),
        _text("visit_id"),
        _text("case_id"),
        _text("officer_id"),
        _text("organisation_id"),
        _moment("at"),
        _text("outcome"),
        _text("safety", nullable=True),
        _sealed("said"),
        _refers("visit_addition", "visit_id", "visit"),
        _refers("visit_addition", "case_id", "case_file"),
        _refers("visit_addition", "officer_id", "officer"),
        _refers("visit_addition", "organisation_id", "organisation"),
        _key("visit_addition"),
    )
    for name in ("visit_id", "case_id"):
        op.create_index(op.f(f"ix_visit_addition_{name}"), "visit_addition", [name])


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _day(name: str) -> sa.Column[datetime.date]:
    return sa.Column(name, sa.Date(), nullable=True)


def _moment(name: str) -> sa.Column[datetime.datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
