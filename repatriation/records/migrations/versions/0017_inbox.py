"""A notice says whether it was its reader's to do something about it; summaries that fall due are told of."""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None

ASKED = """
    UPDATE notice SET asks = true
    WHERE kind = 'handoff:attention' OR (kind = 'limit' AND standing <> 'escalated')
       OR (kind = 'visit' AND EXISTS (
               SELECT 1 FROM visit
               WHERE visit.id = notice.visit_id
                 AND (visit.officer_id IS NULL OR visit.officer_id = notice.officer_id)))
"""
"""Of what was told before, whatever may still be to do. Whether it is, is looked up when it is read."""

AT_HOME = """
    SELECT id, opened_at FROM case_file
    WHERE closed_at IS NULL
      AND (stage = 'integrated'
           OR EXISTS (SELECT 1 FROM stay WHERE stay.case_id = case_file.id AND stay.stage = 'integrated'))
"""
"""Who came home before. The clock looks at each once, and reckons by itself when to look again."""


def upgrade() -> None:
    """Add the column, and say of what was told before what it was; have the clock look at who came home."""
    op.add_column("notice", sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(ASKED)
    # The default was for the rows that were there: SQLite makes the table anew to be rid of it.
    with op.batch_alter_table("notice") as table:
        table.alter_column("asks", server_default=None)
    _look()


def _look() -> None:
    outbox = sa.table(
        "outbox",
        *(sa.column(name) for name in ("id", "case_id", "kind", "state", "once")),
        sa.column("run_at", UTCDateTime()),
        sa.column("attempts", sa.Integer()),
        sa.column("detail", sa.JSON().with_variant(JSONB(), "postgresql")),
    )
    found = sa.text(AT_HOME).columns(sa.column("id"), sa.column("opened_at", UTCDateTime()))
    rows = [
        {"id": str(uuid.uuid4()), "case_id": case_id, "kind": "summary:due", "run_at": at, "attempts": 0,
         "state": "open", "detail": {}, "once": f"summary:due:{case_id}"}
        for case_id, at in op.get_bind().execute(found)
    ]  # fmt: skip
    if rows:
        op.bulk_insert(outbox, rows)


def downgrade() -> None:
    """Drop the column, and what the clock would look at."""
    op.execute("DELETE FROM outbox WHERE kind = 'summary:due'")
    op.execute("DELETE FROM notice WHERE kind = 'summary:due'")
    with op.batch_alter_table("notice") as table:
        table.drop_column("asks")
