"""A handoff keeps, sealed, who agreed that a case is passed on that was not to be."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("handoff", sa.Column("onward", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("handoff") as table:  # so that SQLite writes it where the others stand
        table.alter_column("onward", existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    """Take it away; that there was an agreement stays in the trail."""
    with op.batch_alter_table("handoff") as table:
        table.drop_column("onward")
