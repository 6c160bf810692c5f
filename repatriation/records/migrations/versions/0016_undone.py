"""A paper may be revoked by nobody, when the step that it was issued with is undone. What a handoff said may
be destroyed, long after all of it is finished.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None

_BEFORE = ("mistake", "replaced", "lost", "person_withdrew", "not_used", "not_completed", "misused")
_BY = ("officer_id", "organisation_id")

_TAKE_OVER = """
    UPDATE paper_revocation
    SET reason = 'not_completed',
        officer_id = (SELECT min(p.officer_id) FROM paper AS p WHERE p.number = paper_revocation.number),
        organisation_id = (
            SELECT min(p.organisation_id) FROM paper AS p WHERE p.number = paper_revocation.number
        )
    WHERE reason = 'step_undone'
"""
"""What nobody revoked is said to have been revoked by who issued it: it must go on counting no more."""


def upgrade() -> None:
    """Let there be one more reason, and nobody who gave it; let handoffs say when they were destroyed."""
    op.add_column("handoff", sa.Column("shredded_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("handoff") as table:  # so that SQLite writes it where the others stand
        table.alter_column("shredded_at", existing_type=UTCDateTime(), nullable=True)
    with op.batch_alter_table("paper_revocation") as table:
        table.drop_constraint(op.f("ck_paper_revocation_reason"), type_="check")
        table.create_check_constraint(op.f("ck_paper_revocation_reason"), _one_of(*_BEFORE, "step_undone"))
        for name in _BY:
            table.alter_column(name, existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    """Take the reason back; every paper that was revoked stays so, and what was destroyed is gone."""
    with op.batch_alter_table("handoff") as table:
        table.drop_column("shredded_at")
    _rewrite("paper_revocation", _TAKE_OVER)
    with op.batch_alter_table("paper_revocation") as table:
        table.drop_constraint(op.f("ck_paper_revocation_reason"), type_="check")
        table.create_check_constraint(op.f("ck_paper_revocation_reason"), _one_of(*_BEFORE))
        for name in _BY:
            table.alter_column(name, existing_type=sa.String(), nullable=False)


def _one_of(*values: str) -> str:
    return f"reason IN ({', '.join(repr(value) for value in values)})"


def _rewrite(table: str, statement: str) -> None:
    """Change rows that are only ever added to. Its guards are put up again after the migration."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(statement)
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    else:
        op.execute(f"DROP TRIGGER guard_{table}_update")
        op.execute(statement)
