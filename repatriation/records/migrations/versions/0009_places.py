"""The directory of services, referrals and placements of cases, and needs that nobody meets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

_OPEN_NEED = sa.text("ended_at IS NULL")
_OPEN = sa.text("state IN ('offered', 'accepted')")
_LIVE = sa.text("to_on IS NULL")


def upgrade() -> None:
    """Make the tables. Cases that were placed before have no rows: their facts say that they were."""
    _make_offer()
    _make_referral()
    _make_placement()
    _make_need()


def downgrade() -> None:
    """Take the tables away."""
    for name in ("unmet_need", "placement", "referral", "service_offer"):
        op.drop_table(name)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _day(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _document(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def _one_of(name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _make_offer() -> None:
    op.create_table(
        "service_offer",
        _text("id"),
        _text("organisation_id", nullable=True),
        _text("name"),
        _document("services"),
        _text("place"),
        *(_flag(name) for name in ("women", "men", "trans", "children")),
        _number("min_age", nullable=True),
        _number("max_age", nullable=True),
        _document("languages"),
        _flag("accessible"),
        _number("capacity", nullable=True),
        _number("taken"),
        _day("registered_until"),
        _day("checked_on"),
        _text("checked_by", nullable=True),
        _one_of("state", "open", "withdrawn"),
        _number("version"),
        _flag("demonstration"),
        _refers("service_offer", "organisation_id", "organisation"),
        _refers("service_offer", "checked_by", "officer"),
        _key("service_offer"),
    )
    op.create_index(op.f("ix_service_offer_organisation_id"), "service_offer", ["organisation_id"])


def _make_referral() -> None:
    op.create_table(
        "referral",
        _text("id"),
        _text("case_id"),
        _text("organisation_id"),
        _text("offer_id", nullable=True),
        _text("service", nullable=True),
        _one_of("state", "offered", "accepted", "declined", "withdrawn"),
        _text("reason", nullable=True),
        _moment("offered_at"),
        _text("offered_by", nullable=True),
        _moment("answered_at", nullable=True),
        _text("answered_by", nullable=True),
        _refers("referral", "case_id", "case_file"),
        _refers("referral", "organisation_id", "organisation"),
        _refers("referral", "offer_id", "service_offer"),
        _refers("referral", "offered_by", "officer"),
        _refers("referral", "answered_by", "officer"),
        _key("referral"),
    )
    op.create_index(op.f("ix_referral_case_id_offered_at"), "referral", ["case_id", "offered_at"])
    op.create_index(
        op.f("ix_referral_organisation_id_state_offered_at"),
        "referral",
        ["organisation_id", "state", "offered_at"],
    )
    op.create_index("ix_referral_open", "referral", ["case_id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _make_placement() -> None:
    op.create_table(
        "placement",
        _text("id"),
        _text("case_id"),
        _text("offer_id", nullable=True),
        _text("organisation_id", nullable=True),
        _one_of("kind", "family", "community", "shelter", "foster", "other"),
        *(_text(name, nullable=True) for name in ("place", "custody_basis", "signed_by", "signed_for")),
        _day("from_on", nullable=False),
        _day("to_on"),
        _text("ended", nullable=True),
        _refers("placement", "case_id", "case_file"),
        _refers("placement", "offer_id", "service_offer"),
        _refers("placement", "organisation_id", "organisation"),
        _refers("placement", "signed_by", "officer"),
        _refers("placement", "signed_for", "organisation"),
        _key("placement"),
    )
    op.create_index(op.f("ix_placement_case_id"), "placement", ["case_id"])
    op.create_index(
        "ix_placement_offer_id", "placement", ["offer_id"], sqlite_where=_LIVE, postgresql_where=_LIVE
    )
    op.create_index("ix_placement_live", "placement", ["case_id"], sqlite_where=_LIVE, postgresql_where=_LIVE)


def _make_need() -> None:
    op.create_table(
        "unmet_need",
        _text("id"),
        _text("case_id"),
        _text("organisation_id"),
        _text("service"),
        _text("province"),
        _document("profile"),
        _text("reason"),
        _moment("at"),
        _moment("ended_at", nullable=True),
        _text("ended", nullable=True),
        _refers("unmet_need", "case_id", "case_file"),
        _refers("unmet_need", "organisation_id", "organisation"),
        _key("unmet_need"),
    )
    op.create_index(op.f("ix_unmet_need_province_service"), "unmet_need", ["province", "service"])
    op.create_index(
        "uq_unmet_need_open",
        "unmet_need",
        ["case_id", "service"],
        unique=True,
        sqlite_where=_OPEN_NEED,
        postgresql_where=_OPEN_NEED,
    )
