"""Papers that were issued are kept with their sealed files, and so is that one no longer counts."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

_REASONS = ("mistake", "replaced", "lost", "person_withdrew", "not_used", "not_completed", "misused")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "paper",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("data_sha256", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_paper_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_paper_officer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_paper_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("number", "case_id", name=op.f("uq_paper_number_case_id")),
    )
    op.create_index(op.f("ix_paper_case_id_seq"), "paper", ["case_id", "seq"])
    op.create_index(op.f("ix_paper_file_sha256"), "paper", ["file_sha256"])
    reason = sa.Enum(*_REASONS, name="reason", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "paper_revocation",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", reason, nullable=False),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("superseded_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_paper_revocation_officer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_paper_revocation_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_paper_revocation")),
    )


def downgrade() -> None:
    """Drop both, with whatever was issued: a paper that was printed cannot be checked any more."""
    op.drop_table("paper_revocation")
    op.drop_table("paper")
