"""How full a partner's bucket of calls is stands apart from what the partner is: it changes at every call."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table, and take what the partners' rows say."""
    op.create_table(
        "call_bucket",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("drained_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["partner.client_id"], name=op.f("fk_call_bucket_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_call_bucket")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO call_bucket (client_id, drained_at) SELECT client_id, drained_at FROM partner")
    with op.batch_alter_table("partner") as table:
        table.drop_column("drained_at")


def downgrade() -> None:
    """Put it back into the partners' rows."""
    with op.batch_alter_table("partner") as table:
        table.add_column(sa.Column("drained_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE partner SET drained_at = coalesce("
        "(SELECT drained_at FROM call_bucket WHERE call_bucket.client_id = partner.client_id), 0)"
    )
    with op.batch_alter_table("partner") as table:
        table.alter_column("drained_at", server_default=None)
    op.drop_table("call_bucket")
