"""Officers have second factors, may be invited, and may sign in with their own organisation."""

import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables. Sessions that are under way go on; nobody has proved who they are lately."""
    _make_provider()
    _make_vouched()
    _make_newcomer()
    _make_invitation()
    _make_factors()
    _make_begun()
    op.add_column("web_session", _moment("proved_at", nullable=True))
    for name, was in (("means", "password"), ("browser", "")):
        op.add_column("web_session", sa.Column(name, sa.String(), nullable=False, server_default=was))
    # The defaults were for the rows that were there: SQLite makes the table anew to be rid of them.
    with op.batch_alter_table("web_session") as table:
        table.alter_column("means", server_default=None)
        table.alter_column("browser", server_default=None)


def downgrade() -> None:
    """Take the tables away; accounts that have no password let nobody in any more."""
    with op.batch_alter_table("web_session") as table:
        for name in ("browser", "means", "proved_at"):
            table.drop_column(name)
    for table_name in (
        "begun",
        "recovery_code",
        "passkey",
        "authenticator",
        "invitation",
        "newcomer",
        "vouched",
        "provider",
    ):
        op.drop_table(table_name)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime.datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _make_provider() -> None:
    op.create_table(
        "provider",
        _text("id"),
        _text("code"),
        _text("issuer"),
        _text("organisation_id"),
        _text("name"),
        sa.Column("settings", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        _moment("entered_at"),
        _refers("provider", "organisation_id", "organisation"),
        _key("provider"),
        _once("provider", "code"),
        _once("provider", "issuer"),
    )
    op.create_index(op.f("ix_provider_organisation_id"), "provider", ["organisation_id"])


def _make_vouched() -> None:
    op.create_table(
        "vouched",
        _text("id"),
        _text("provider_id"),
        _text("subject"),
        _text("officer_id"),
        _moment("since"),
        _refers("vouched", "provider_id", "provider"),
        _refers("vouched", "officer_id", "officer"),
        _key("vouched"),
        _once("vouched", "officer_id"),
        _once("vouched", "provider_id", "subject"),
    )


def _make_newcomer() -> None:
    op.create_table(
        "newcomer",
        _text("id"),
        _text("provider_id"),
        _text("subject"),
        _text("number"),
        _moment("since"),
        _moment("seen_at"),
        _refers("newcomer", "provider_id", "provider"),
        _key("newcomer"),
        _once("newcomer", "number"),
        _once("newcomer", "provider_id", "subject"),
    )


def _make_invitation() -> None:
    op.create_table(
        "invitation",
        _text("id"),
        _text("token_hash"),
        _text("organisation_id"),
        _text("username"),
        _text("display_name"),
        _text("duty"),
        _text("language"),
        _text("invited_by", nullable=True),
        _moment("made_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _text("officer_id", nullable=True),
        _refers("invitation", "organisation_id", "organisation"),
        _refers("invitation", "invited_by", "officer"),
        _refers("invitation", "officer_id", "officer"),
        _key("invitation"),
        _once("invitation", "token_hash"),
    )
    op.create_index(op.f("ix_invitation_organisation_id"), "invitation", ["organisation_id"])


def _make_factors() -> None:
    op.create_table(
        "authenticator",
        _text("id"),
        _text("officer_id"),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        _moment("confirmed_at", nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        _refers("authenticator", "officer_id", "officer"),
        _key("authenticator"),
        _once("authenticator", "officer_id"),
    )
    op.create_table(
        "passkey",
        _text("id"),
        _text("officer_id"),
        _text("credential"),
        _text("public_key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _text("name"),
        _moment("made_at"),
        _moment("used_at", nullable=True),
        _refers("passkey", "officer_id", "officer"),
        _key("passkey"),
        _once("passkey", "credential"),
    )
    op.create_index(op.f("ix_passkey_officer_id"), "passkey", ["officer_id"])
    op.create_table(
        "recovery_code",
        _text("id"),
        _text("officer_id"),
        _text("digest"),
        _moment("used_at", nullable=True),
        _refers("recovery_code", "officer_id", "officer"),
        _key("recovery_code"),
    )
    op.create_index(op.f("ix_recovery_code_officer_id"), "recovery_code", ["officer_id"])


def _make_begun() -> None:
    op.create_table(
        "begun",
        _text("id"),
        _text("token_hash"),
        _text("kind"),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        _moment("expires_at"),
        _key("begun"),
        _once("begun", "token_hash"),
    )
    op.create_index(op.f("ix_begun_expires_at"), "begun", ["expires_at"])
