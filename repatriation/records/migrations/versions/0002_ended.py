"""A part in a case says whether the case has ended, so that a list of open cases passes no closed one."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column, fill it, and have it lead the sort keys."""
    op.add_column("party", sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE party SET ended = true "
        "WHERE case_id IN (SELECT id FROM case_file WHERE closed_at IS NOT NULL)"
    )
    # The default was for the rows that were there: SQLite makes the table anew to be rid of it.
    with op.batch_alter_table("party") as table:
        table.alter_column("ended", server_default=None)
    for key in ("updated_at", "due_on"):
        op.drop_index(op.f(f"ix_party_organisation_id_{key}_case_id"), "party")
        op.create_index(
            op.f(f"ix_party_organisation_id_ended_{key}_case_id"),
            "party",
            ["organisation_id", "ended", key, "case_id"],
        )


def downgrade() -> None:
    """Take the column away, and let the sort keys stand alone."""
    for key in ("updated_at", "due_on"):
        op.drop_index(op.f(f"ix_party_organisation_id_ended_{key}_case_id"), "party")
        op.create_index(
            op.f(f"ix_party_organisation_id_{key}_case_id"), "party", ["organisation_id", key, "case_id"]
        )
    op.drop_column("party", "ended")
