"""Two indexes for all lists instead of three. A part says its route; whether a case ended, its stage says."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

LISTED = sa.text("stage IS NOT NULL")
BEFORE = (("ended", "updated_at"), ("ended", "due_on"), ("stage", "updated_at"))


def upgrade() -> None:
    """Change the columns, then the indexes."""
    for narrowed, key in BEFORE:
        op.drop_index(op.f(f"ix_party_organisation_id_{narrowed}_{key}_case_id"), "party")
    op.add_column("party", sa.Column("route", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE party SET route = (SELECT route FROM case_file WHERE case_file.id = party.case_id)")
    # The default was for the rows that were there: SQLite makes the table anew to be rid of it.
    with op.batch_alter_table("party") as table:
        table.alter_column("route", server_default=None)
        table.drop_column("ended")
        table.alter_column("stage", nullable=True)
    op.execute("UPDATE party SET stage = NULL WHERE until IS NOT NULL")
    with op.batch_alter_table("party") as table:
        table.create_check_constraint(op.f("ck_party_live"), "(until IS NULL) = (stage IS NOT NULL)")
    for key in ("updated_at", "due_on"):
        op.create_index(
            op.f(f"ix_party_{key}"),
            "party",
            ["organisation_id", "stage", key, "case_id", "role", "route"],
            sqlite_where=LISTED,
            postgresql_where=LISTED,
        )


def downgrade() -> None:
    """Change the indexes back, then the columns."""
    for key in ("updated_at", "due_on"):
        op.drop_index(op.f(f"ix_party_{key}"), "party")
    with op.batch_alter_table("party") as table:
        table.drop_constraint(op.f("ck_party_live"), type_="check")
    op.execute(
        "UPDATE party SET stage = (SELECT stage FROM case_file WHERE case_file.id = party.case_id) "
        "WHERE stage IS NULL"
    )
    op.add_column("party", sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE party SET ended = true "
        "WHERE case_id IN (SELECT id FROM case_file WHERE closed_at IS NOT NULL)"
    )
    with op.batch_alter_table("party") as table:
        table.alter_column("ended", server_default=None)
        table.alter_column("stage", nullable=False)
        table.drop_column("route")
    for narrowed, key in BEFORE:
        op.create_index(
            op.f(f"ix_party_organisation_id_{narrowed}_{key}_case_id"),
            "party",
            ["organisation_id", narrowed, key, "case_id"],
        )
