"""How long cases stood at each stage lies ready for the boards; summaries go back to the sending country.

What cases did before is taken over from the trail.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

PLANNED = sa.text("state = 'planned'")
GOING = sa.text("closed_at IS NULL")
WAITING = sa.text("acknowledged_at IS NULL")

LEAVING = """
    SELECT chain, seq, at, detail ->> 'from' AS stage, CAST(detail ->> 'version' AS INTEGER) AS version,
           LAG(at) OVER (PARTITION BY chain ORDER BY seq) AS before
    FROM trail
    WHERE tag = 'case:stage:changed' AND detail ->> 'from' <> detail ->> 'to'
"""
MINUTES = {
    "sqlite": "CAST((julianday(left_at) - julianday(entered_at)) * 1440 + 0.001 AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM left_at - entered_at) / 60) AS INTEGER)",
}
TAKE_OVER = """
    INSERT INTO stay (case_id, seq, route, stage, entered_at, left_at, minutes)
    SELECT case_id, seq, route, stage, entered_at, left_at, {minutes}
    FROM (
        SELECT c.id AS case_id, m.version AS seq, c.route, m.stage,
               COALESCE(m.before, c.opened_at) AS entered_at, m.at AS left_at
        FROM ({leaving}) AS m JOIN case_file AS c ON c.id = m.chain
    ) AS known
"""


def upgrade() -> None:
    """Make the tables, and fill the one that can be."""
    op.create_table(
        "stay",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_stay_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_stay")),
    )
    kind = op.get_bind().dialect.name
    op.execute(TAKE_OVER.format(leaving=LEAVING, minutes=MINUTES[kind]))
    op.create_index("ix_stay_left_at", "stay", ["left_at", "route", "stage", "minutes", "case_id"])
    op.create_index("ix_stay_entered_at", "stay", ["stage", "entered_at", "case_id"])
    op.create_index(
        "ix_case_file_open", "case_file", ["stage", "route", "entered_at"],
        sqlite_where=GOING, postgresql_where=GOING,
    )  # fmt: skip
    op.create_index(
        "ix_visit_planned", "visit", ["organisation_id", "due_on", "officer_id", "case_id"],
        sqlite_where=PLANNED, postgresql_where=PLANNED,
    )  # fmt: skip
    op.create_index("ix_visit_last", "visit", ["case_id", "outcome", "at"])
    _make_summary()


def _make_summary() -> None:
    op.create_table(
        "summary",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("recipient_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=True),
        sa.Column("handoff_id", sa.String(), nullable=True),
        sa.Column("content", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("not_sent", sa.String(), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_summary_case_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["organisation.id"], name=op.f("fk_summary_recipient_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_summary_partner_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_summary_handoff_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_summary_officer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_summary_organisation_id")
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["officer.id"], name=op.f("fk_summary_acknowledged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_summary_case_id_seq")),
    )
    op.create_index(
        "ix_summary_waiting", "summary", ["recipient_id", "at"],
        sqlite_where=WAITING, postgresql_where=WAITING,
    )  # fmt: skip


def downgrade() -> None:
    """Drop the tables; the trail still says what happened."""
    op.drop_table("summary")
    op.drop_index("ix_visit_last", "visit")
    op.drop_index("ix_visit_planned", "visit")
    op.drop_index("ix_case_file_open", "case_file")
    op.drop_table("stay")
