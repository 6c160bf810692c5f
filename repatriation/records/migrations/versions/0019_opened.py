"""One index for whatever was opened in a case: who the person is, and notes, plans and papers too."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

OPENED = sa.text(
    "tag IN ('person:identity:opened', 'visit:notes:opened', 'plan:opened', 'paper:file:opened')"
)
IDENTITY = sa.text("tag = 'person:identity:opened'")


def upgrade() -> None:
    """Change the index."""
    op.drop_index("ix_trail_identity_opened", "trail")
    op.create_index("ix_trail_opened", "trail", ["at", "chain"], sqlite_where=OPENED, postgresql_where=OPENED)


def downgrade() -> None:
    """Change it back."""
    op.drop_index("ix_trail_opened", "trail")
    op.create_index(
        "ix_trail_identity_opened", "trail", ["at", "chain"], sqlite_where=IDENTITY, postgresql_where=IDENTITY
    )
