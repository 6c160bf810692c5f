"""Partners whose programs may call, their cards, and what their calls leave behind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_DUTIES = ("consular", "coordinator", "reception", "caseworker", "protection", "police", "iom", "auditor")


def _document() -> sa.JSON:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _refers(table: str, column: str, to: str, there: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{there}"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Make the tables, and let a partner's program have an officer's place."""
    with op.batch_alter_table("officer") as table:
        table.alter_column(
            "duty",
            existing_type=_one_of("duty", *_DUTIES),
            type_=_one_of("duty", *_DUTIES, "system"),
            existing_nullable=False,
        )
    _make_partner()
    _make_partner_card()
    _make_authorizations()
    for name, key in (("used_once", "digest"), ("revoked_token", "id")):
        op.create_table(
            name, _text(key), _moment("until"), sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}"))
        )
        op.create_index(op.f(f"ix_{name}_until"), name, ["until"])


def downgrade() -> None:
    """Drop the tables; programs of partners lose their place, since nobody could take it over."""
    for name in ("revoked_token", "used_once", "code", "pushed_request", "partner_card", "partner"):
        op.drop_table(name)
    op.execute("UPDATE officer SET active = false, duty = 'auditor' WHERE duty = 'system'")
    with op.batch_alter_table("officer") as table:
        table.alter_column(
            "duty",
            existing_type=_one_of("duty", *_DUTIES, "system"),
            type_=_one_of("duty", *_DUTIES),
            existing_nullable=False,
        )


def _make_partner() -> None:
    op.create_table(
        "partner",
        _text("id"),
        _text("client_id"),
        _text("organisation_id"),
        _text("officer_id", nullable=True),
        sa.Column("state", _one_of("state", "pending", "active", "suspended"), nullable=False),
        _text("name"),
        sa.Column("described", _document(), nullable=False),
        sa.Column("scopes", _document(), nullable=False),
        sa.Column("keys", _document(), nullable=False),
        sa.Column("envelope_keys", _document(), nullable=True),
        _text("envelope_issuer", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("registered_at"),
        _text("registered_by", nullable=True),
        _text("approved_by", nullable=True),
        _text("approved_and", nullable=True),
        _moment("approved_at", nullable=True),
        _moment("suspended_at", nullable=True),
        sa.Column("drained_at", sa.BigInteger(), nullable=False),
        *(
            _refers("partner", name, "officer")
            for name in ("officer_id", "registered_by", "approved_by", "approved_and")
        ),
        _refers("partner", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("client_id", name=op.f("uq_partner_client_id")),
        sa.UniqueConstraint("envelope_issuer", name=op.f("uq_partner_envelope_issuer")),
    )
    op.create_index(op.f("ix_partner_organisation_id"), "partner", ["organisation_id"])


def _make_partner_card() -> None:
    op.create_table(
        "partner_card",
        _text("id"),
        _text("client_id"),
        _moment("at"),
        sa.Column("outcome", _one_of("outcome", "registered", "keys_changed", "quarantined"), nullable=False),
        _text("digest"),
        _text("card"),
        _text("officer_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_card")),
    )
    op.create_index(op.f("ix_partner_card_client_id_at"), "partner_card", ["client_id", "at"])


def _make_authorizations() -> None:
    op.create_table(
        "pushed_request",
        _text("digest"),
        _text("client_id"),
        sa.Column("asked", _document(), nullable=False),
        _moment("until"),
        sa.Column("used", sa.Boolean(), nullable=False),
        _refers("pushed_request", "client_id", "partner", "client_id"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pushed_request")),
    )
    op.create_table(
        "code",
        _text("digest"),
        _text("client_id"),
        _text("officer_id"),
        sa.Column("asked", _document(), nullable=False),
        sa.Column("auth_time", sa.BigInteger(), nullable=False),
        _moment("until"),
        sa.Column("used", sa.Boolean(), nullable=False),
        _text("token_id", nullable=True),
        _refers("code", "client_id", "partner", "client_id"),
        _refers("code", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_code")),
    )
    for name in ("pushed_request", "code"):
        op.create_index(op.f(f"ix_{name}_until"), name, ["until"])
