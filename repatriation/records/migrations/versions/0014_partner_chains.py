"""What each partner delivers has a chain of its own in the trail."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """What was delivered before stands in the installation's own chain and stays there."""
    op.add_column("partner", sa.Column("trail_seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("partner", sa.Column("trail_head", sa.String(), nullable=False, server_default=""))
    op.add_column("partner", sa.Column("sealed_seq", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("partner") as table:
        for name, kind in (("trail_seq", sa.Integer), ("trail_head", sa.String), ("sealed_seq", sa.Integer)):
            table.alter_column(name, existing_type=kind(), existing_nullable=False, server_default=None)
    _go_on()


def _go_on() -> None:
    """Where this revision was here before, its events are still there: each chain goes on where it ended."""
    connection, meta = op.get_bind(), sa.MetaData()
    partner, trail, seal = (
        sa.Table(name, meta, autoload_with=connection) for name in ("partner", "trail", "seal")
    )
    sealed = list(connection.scalars(sa.select(seal.c.ranges)))
    ends = sa.select(trail.c.chain, sa.func.max(trail.c.seq)).join(partner, partner.c.id == trail.c.chain)
    for chain, seq in connection.execute(ends.group_by(trail.c.chain)).all():
        head = connection.scalar(sa.select(trail.c.hash).where(trail.c.chain == chain, trail.c.seq == seq))
        under = max((ranges[chain][1] for ranges in sealed if chain in ranges), default=0)
        ended = {"trail_seq": seq, "trail_head": head, "sealed_seq": under}
        connection.execute(partner.update().where(partner.c.id == chain).values(ended))


def downgrade() -> None:
    """Forget where the chains end; their events stay."""
    with op.batch_alter_table("partner") as table:
        for name in ("sealed_seq", "trail_head", "trail_seq"):
            table.drop_column(name)
