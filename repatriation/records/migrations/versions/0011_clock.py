"""Officers are told of what is due: notices, wishes, feeds, days that a decree changed, clocks on cases."""

import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables. A clock that runs on a case already is looked at once, at the first round."""
    _make_notices()
    _make_feeds()
    _make_days()
    op.add_column("case_file", _moment("turn_at", nullable=True))
    _partial("ix_case_file_turn_at", "case_file", ["turn_at"], "turn_at IS NOT NULL")
    _partial("ix_outbox_dead", "outbox", ["recipient_id", "run_at"], "state = 'dead'")
    op.execute(
        "UPDATE case_file SET turn_at = opened_at WHERE closed_at IS NULL AND EXISTS "
        "(SELECT 1 FROM party WHERE party.case_id = case_file.id AND party.due_on IS NOT NULL)"
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_outbox_dead", table_name="outbox")
    op.drop_index("ix_case_file_turn_at", table_name="case_file")
    op.drop_column("case_file", "turn_at")
    for table_name in ("day_override", "feed", "telling", "notice"):
        op.drop_table(table_name)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime.datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _make_notices() -> None:
    op.create_table(
        "notice",
        _text("id"),
        _text("officer_id"),
        _text("kind"),
        _text("case_id", nullable=True),
        _text("visit_id", nullable=True),
        _text("standing", nullable=True),
        _moment("at"),
        _moment("read_at", nullable=True),
        sa.Column("detail", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        _text("once"),
        _refers("notice", "officer_id", "officer"),
        _refers("notice", "case_id", "case_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("once", name=op.f("uq_notice_once")),
    )
    op.create_index(op.f("ix_notice_officer_id_at"), "notice", ["officer_id", "at"])
    _partial("ix_notice_of_case", "notice", ["case_id"], "read_at IS NULL")
    _partial("ix_notice_unread", "notice", ["officer_id", "case_id"], "read_at IS NULL")
    rhythms = sa.Enum(
        "digest", "at_once", "none", name="rhythm", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "telling",
        _text("officer_id"),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("rhythm", rhythms, nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        _text("language", nullable=True),
        _moment("changed_at"),
        _refers("telling", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_telling")),
    )


def _make_feeds() -> None:
    op.create_table(
        "feed",
        _text("id"),
        _text("officer_id"),
        _text("token_hash"),
        _moment("made_at"),
        _moment("revoked_at", nullable=True),
        _refers("feed", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    op.create_index(op.f("ix_feed_officer_id"), "feed", ["officer_id"])


def _make_days() -> None:
    op.create_table(
        "day_override",
        _text("country"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        _text("source"),
        _text("officer_id", nullable=True),
        _moment("at"),
        sa.PrimaryKeyConstraint("country", "day", name=op.f("pk_day_override")),
    )
