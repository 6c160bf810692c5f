"""Handoffs, their receipts and files, what passed between us and each partner, and who answers since when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

_DIRECTIONS = ("sent", "received")
_KINDS = ("referral", "transfer", "update", "withdrawal", "decision")
_STATES = ("draft", "queued", "received", "accepted", "declined", "withdrawn", "expired")
_RECEIPTS = ("received", "accepted", "declined")
_BECAUSE = ("sent", "received", "accepted", "withdrawn")


def upgrade() -> None:
    """Make the tables."""
    _make_handoff()
    op.create_table(
        "handoff_receipt",
        _text("id"),
        _text("handoff_id"),
        _text("issuer"),
        _one_of("state", *_RECEIPTS),
        _moment("at"),
        _text("text"),
        _refers("handoff_receipt", "handoff_id", "handoff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_receipt")),
        sa.UniqueConstraint("handoff_id", "state", name=op.f("uq_handoff_receipt_handoff_id_state")),
    )
    op.create_table(
        "handoff_file",
        _text("id"),
        _text("handoff_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("media_type"),
        sa.Column("size", sa.Integer(), nullable=False),
        _text("sha256"),
        _sealed("name"),
        _sealed("key"),
        _text("href", nullable=True),
        _sealed("content"),
        _refers("handoff_file", "handoff_id", "handoff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_file")),
        sa.UniqueConstraint("handoff_id", "number", name=op.f("uq_handoff_file_handoff_id_number")),
    )
    _make_exchange()
    op.create_table(
        "responsibility",
        _text("id"),
        _text("handoff_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("issuer"),
        _text("organisation_id", nullable=True),
        _one_of("because", *_BECAUSE),
        _moment("at"),
        _refers("responsibility", "handoff_id", "handoff"),
        _refers("responsibility", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint("handoff_id", "number", name=op.f("uq_responsibility_handoff_id_number")),
    )


def downgrade() -> None:
    """Drop the tables, and what was still to be delivered from them."""
    for name in ("responsibility", "exchange", "handoff_file", "handoff_receipt", "handoff"):
        op.drop_table(name)
    op.execute("DELETE FROM outbox WHERE kind LIKE 'handoff:%'")


def _make_handoff() -> None:
    op.create_table(
        "handoff",
        _text("id"),
        _one_of("direction", *_DIRECTIONS),
        _one_of("kind", *_KINDS),
        _text("partner_id"),
        _text("issuer"),
        _text("jti"),
        _text("about", nullable=True),
        _text("what", nullable=True),
        *(_text(name, nullable=True) for name in ("case_id", "organisation_id", "officer_id")),
        *(_text(name, nullable=True) for name in ("role", "route", "purpose", "consent", "step")),
        _one_of("state", *_STATES),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("handling", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        *(_text(name, nullable=True) for name in ("reason", "attention", "digest", "prev")),
        _moment("at"),
        _moment("expires_at"),
        _moment("decided_at", nullable=True),
        *(_sealed(name) for name in ("signed", "draft", "note")),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("handoff", "partner_id", "partner"),
        _refers("handoff", "case_id", "case_file"),
        _refers("handoff", "organisation_id", "organisation"),
        _refers("handoff", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
        sa.UniqueConstraint("issuer", "jti", name=op.f("uq_handoff_issuer_jti")),
    )
    op.create_index(
        op.f("ix_handoff_organisation_id_direction_at"), "handoff", ["organisation_id", "direction", "at"]
    )
    op.create_index(op.f("ix_handoff_partner_id_about"), "handoff", ["partner_id", "about"])
    op.create_index(op.f("ix_handoff_key_epoch"), "handoff", ["key_epoch"])
    for name, key, which in (
        ("ix_handoff_case_id", "case_id", "direction = 'sent'"),
        ("ix_handoff_waiting", "expires_at", "waiting"),
        ("ix_handoff_attention", "organisation_id", "attention IS NOT NULL"),
    ):
        only = sa.text(which)
        op.create_index(name, "handoff", [key], sqlite_where=only, postgresql_where=only)


def _make_exchange() -> None:
    op.create_table(
        "exchange",
        _text("id"),
        _text("partner_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _one_of("direction", *_DIRECTIONS),
        _text("jti"),
        _text("digest"),
        _text("prev", nullable=True),
        sa.Column("linked", sa.Boolean(), nullable=False),
        _moment("at"),
        _refers("exchange", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
        sa.UniqueConstraint("partner_id", "number", name=op.f("uq_exchange_partner_id_number")),
    )
    op.create_index(op.f("ix_exchange_partner_id_digest"), "exchange", ["partner_id", "digest"])


def _one_of(name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
