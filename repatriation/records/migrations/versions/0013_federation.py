"""Cases may be carried on together with another installation, step by step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_SIDES = ("host", "home")
_STATES = ("offered", "live", "stuck", "ended")
_STANDINGS = ("taken", "waiting", "counted", "refused")


def upgrade() -> None:
    """Make the tables. No case that is there is mirrored."""
    op.add_column("case_file", _text("side", nullable=True))
    with op.batch_alter_table("case_file") as table:  # so that SQLite writes it where the others stand
        table.alter_column("side", existing_type=sa.String(), nullable=True)
    op.create_table(
        "mirror",
        _text("case_id"),
        _text("partner_id"),
        _text("handoff_id"),
        _one_of("side", *_SIDES),
        _one_of("state", *_STATES),
        _text("there", nullable=True),
        _count("number"),
        _document("view"),
        *(_count(name) for name in ("taken", "heard", "moved", "reached")),
        _moment("since"),
        _moment("heard_at", nullable=True),
        _refers("mirror", "case_id", "case_file"),
        _refers("mirror", "partner_id", "partner"),
        _refers("mirror", "handoff_id", "handoff"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_mirror")),
    )
    op.create_index(op.f("ix_mirror_partner_id"), "mirror", ["partner_id"])
    op.create_table(
        "mirror_step",
        _text("id"),
        _text("case_id"),
        _text("key"),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        _count("version"),
        _one_of("state", *_STANDINGS),
        _document("form"),
        _document("reasons"),
        _text("handoff_id", nullable=True),
        _moment("at"),
        _refers("mirror_step", "case_id", "case_file"),
        _refers("mirror_step", "handoff_id", "handoff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_step")),
        sa.UniqueConstraint("case_id", "ours", "key", name=op.f("uq_mirror_step_case_id_ours_key")),
    )
    only = sa.text("state IN ('taken', 'waiting')")
    op.create_index(
        "ix_mirror_step_undecided", "mirror_step", ["case_id"], sqlite_where=only, postgresql_where=only
    )


def downgrade() -> None:
    """Drop the tables, and what was still to be settled in them; the cases stay, each on its own."""
    op.drop_table("mirror_step")
    op.drop_table("mirror")
    with op.batch_alter_table("case_file") as table:
        table.drop_column("side")
    op.execute("DELETE FROM outbox WHERE kind LIKE 'federation:%'")


def _one_of(name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _document(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
