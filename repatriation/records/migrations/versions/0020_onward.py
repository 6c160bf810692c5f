"""A handoff keeps, sealed, who agreed that a case is passed on that was not to be; a card that was put aside
may be thrown away.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

_BEFORE = ("registered", "keys_changed", "quarantined")


def upgrade() -> None:
    """Add the column, and what may come of a card."""
    op.add_column("handoff", sa.Column("onward", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("handoff") as table:  # so that SQLite writes it where the others stand
        table.alter_column("onward", existing_type=sa.LargeBinary(), nullable=True)
    _allow(*_BEFORE, "discarded")


def downgrade() -> None:
    """Take both away. That there was an agreement stays in the trail; a card that was thrown away is put
    aside again.
    """
    _put_aside_again()
    _allow(*_BEFORE)
    with op.batch_alter_table("handoff") as table:
        table.drop_column("onward")


def _allow(*outcomes: str) -> None:
    allowed = f"outcome IN ({', '.join(repr(outcome) for outcome in outcomes)})"
    with op.batch_alter_table("partner_card") as table:
        table.drop_constraint(op.f("ck_partner_card_outcome"), type_="check")
        table.create_check_constraint(op.f("ck_partner_card_outcome"), allowed)


def _put_aside_again() -> None:
    """Change rows that are only ever added to. Their guards are put up again after the migration."""
    statement = "UPDATE partner_card SET outcome = 'quarantined' WHERE outcome = 'discarded'"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE partner_card DISABLE TRIGGER USER")
        op.execute(statement)
        op.execute("ALTER TABLE partner_card ENABLE TRIGGER USER")
    else:
        op.execute("DROP TRIGGER guard_partner_card_update")
        op.execute(statement)
