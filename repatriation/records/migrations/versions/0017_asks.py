"""A notice says whether it was its reader's to do something about it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0013"
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


def upgrade() -> None:
    """Add the column, and say of what was told before what it was."""
    op.add_column("notice", sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(ASKED)
    # The default was for the rows that were there: SQLite makes the table anew to be rid of it.
    with op.batch_alter_table("notice") as table:
        table.alter_column("asks", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("notice") as table:
        table.drop_column("asks")
