"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from repatriation.records import guards

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Make every table, table by table."""
    _make_beat()
    _make_idempotency()
    _make_instance()
    _make_job_run()
    _make_organisation()
    _make_outbox()
    _make_seal()
    _make_throttle()
    _make_trail()
    _make_case_file()
    _make_officer()
    _make_consent()
    _make_fact()
    _make_identification()
    _make_import_run()
    _make_name_token()
    _make_party()
    _make_person()
    _make_trafficking_account()
    _make_visit()
    _make_web_session()
    _make_import_row()
    _make_person_name()


def downgrade() -> None:
    """Drop everything, with all that is kept in it."""
    guards.take_down(op.get_bind())
    op.drop_table("person_name")
    op.drop_table("import_row")
    op.drop_table("web_session")
    op.drop_table("visit")
    op.drop_table("trafficking_account")
    op.drop_table("person")
    op.drop_table("party")
    op.drop_table("name_token")
    op.drop_table("import_run")
    op.drop_table("identification")
    op.drop_table("fact")
    op.drop_table("consent")
    op.drop_table("officer")
    op.drop_table("case_file")
    op.drop_table("trail")
    op.drop_table("throttle")
    op.drop_table("seal")
    op.drop_table("outbox")
    op.drop_table("organisation")
    op.drop_table("job_run")
    op.drop_table("instance")
    op.drop_table("idempotency")
    op.drop_table("beat")


def _make_beat() -> None:
    op.create_table(
        "beat",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_beat")),
    )


def _make_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("answer", _DOCUMENT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("officer_id", "key", name=op.f("pk_idempotency")),
    )


def _make_instance() -> None:
    op.create_table(
        "instance",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", _DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_instance")),
    )


def _make_job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_job_run")),
    )


def _make_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_local", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("functions", _DOCUMENT, nullable=False),
        sa.Column("stationed", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient_id", sa.String(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", _one_of("state", "open", "sent", "dead"), nullable=False),
        sa.Column("detail", _DOCUMENT, nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_outbox_once",
        "outbox",
        ["once"],
        unique=True,
        sqlite_where=sa.text("once IS NOT NULL"),
        postgresql_where=sa.text("once IS NOT NULL"),
    )


def _make_seal() -> None:
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ranges", _DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
    )


def _make_throttle() -> None:
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("empty_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )


def _make_trail() -> None:
    op.create_table(
        "trail",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("detail", _DOCUMENT, nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_trail")),
    )
    op.create_index(
        "ix_trail_identity_opened",
        "trail",
        ["at", "chain"],
        sqlite_where=sa.text("tag = 'person:identity:opened'"),
        postgresql_where=sa.text("tag = 'person:identity:opened'"),
    )


def _make_case_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_id", sa.String(), nullable=False),
        sa.Column("age_group", _one_of("age_group", "adult", "child", "unknown"), nullable=False),
        sa.Column("state", _DOCUMENT, nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("gate", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_seq", sa.Integer(), nullable=False),
        sa.Column("trail_head", sa.String(), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopens_id", sa.String(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_epoch", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_case_file_holder_id")),
        sa.ForeignKeyConstraint(["reopens_id"], ["case_file.id"], name=op.f("fk_case_file_reopens_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_file_reference")),
    )
    op.create_index(op.f("ix_case_file_expected_on_gate"), "case_file", ["expected_on", "gate"], unique=False)
    op.create_index(op.f("ix_case_file_key_epoch"), "case_file", ["key_epoch"], unique=False)
    op.create_index(
        "ix_case_file_unsealed",
        "case_file",
        ["id"],
        unique=False,
        sqlite_where=sa.text("trail_seq > sealed_seq"),
        postgresql_where=sa.text("trail_seq > sealed_seq"),
    )


def _make_officer() -> None:
    op.create_table(
        "officer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column(
            "duty",
            _one_of(
                "duty",
                "consular",
                "coordinator",
                "reception",
                "caseworker",
                "protection",
                "police",
                "iom",
                "auditor",
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_officer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("username", name=op.f("uq_officer_username")),
    )
    op.create_index(op.f("ix_officer_organisation_id"), "officer", ["organisation_id"], unique=False)


def _make_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("decision", _one_of("decision", "given", "refused", "withdrawn"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=True),
        sa.Column("interpreter", sa.LargeBinary(), nullable=True),
        sa.Column("guardian", sa.LargeBinary(), nullable=True),
        sa.Column("own_view", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_consent_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("case_id", "seq", "name", name=op.f("uq_consent_case_id_seq_name")),
    )


def _make_fact() -> None:
    op.create_table(
        "fact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("event", _one_of("event", "recorded", "cleared"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_fact_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        sa.UniqueConstraint("case_id", "seq", "name", name=op.f("uq_fact_case_id_seq_name")),
    )


def _make_identification() -> None:
    op.create_table(
        "identification",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", "screening", "formal"), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_identification_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_identification_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identification")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_identification_case_id_seq")),
    )


def _make_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_import_run_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )


def _make_name_token() -> None:
    op.create_table(
        "name_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_name_token_case_id")),
        sa.PrimaryKeyConstraint("token", "case_id", name=op.f("pk_name_token")),
    )
    op.create_index(op.f("ix_name_token_case_id"), "name_token", ["case_id"], unique=False)


def _make_party() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_party_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_party_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index(
        op.f("ix_party_organisation_id_due_on_case_id"),
        "party",
        ["organisation_id", "due_on", "case_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_party_organisation_id_stage_updated_at_case_id"),
        "party",
        ["organisation_id", "stage", "updated_at", "case_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_party_organisation_id_updated_at_case_id"),
        "party",
        ["organisation_id", "updated_at", "case_id"],
        unique=False,
    )
    op.create_index(
        "uq_party_live",
        "party",
        ["case_id", "organisation_id", "role"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def _make_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("salutation", sa.LargeBinary(), nullable=True),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("birthdate", sa.LargeBinary(), nullable=True),
        sa.Column("birth_year_estimated", sa.Boolean(), nullable=False),
        sa.Column("gender", sa.LargeBinary(), nullable=True),
        sa.Column("deceased", sa.LargeBinary(), nullable=True),
        sa.Column("marital_status", sa.LargeBinary(), nullable=True),
        sa.Column("number_of_children", sa.LargeBinary(), nullable=True),
        sa.Column("primary_language", sa.LargeBinary(), nullable=True),
        sa.Column("secondary_language", sa.LargeBinary(), nullable=True),
        sa.Column("education", sa.LargeBinary(), nullable=True),
        sa.Column("citizenship", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("home_address", sa.LargeBinary(), nullable=True),
        sa.Column("contacts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_person_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("case_id", name=op.f("uq_person_case_id")),
    )


def _make_trafficking_account() -> None:
    op.create_table(
        "trafficking_account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("trafficking_status", sa.LargeBinary(), nullable=True),
        sa.Column("status_decided_by", sa.LargeBinary(), nullable=True),
        sa.Column("relationship_to_trafficker", sa.LargeBinary(), nullable=True),
        sa.Column("age_when_trafficked", sa.LargeBinary(), nullable=True),
        sa.Column("recruitment_websites", sa.LargeBinary(), nullable=True),
        sa.Column("method_of_recruitment", sa.LargeBinary(), nullable=True),
        sa.Column("location_of_recruitment", sa.LargeBinary(), nullable=True),
        sa.Column("methods_of_control", sa.LargeBinary(), nullable=True),
        sa.Column("type_of_exploitation", sa.LargeBinary(), nullable=True),
        sa.Column("forced_labour_industry", sa.LargeBinary(), nullable=True),
        sa.Column("type_of_sex_exploitation", sa.LargeBinary(), nullable=True),
        sa.Column("location_of_exploitation", sa.LargeBinary(), nullable=True),
        sa.Column("exploitation_websites", sa.LargeBinary(), nullable=True),
        sa.Column("vulnerabilities", sa.LargeBinary(), nullable=True),
        sa.Column("details_of_vulnerabilities", sa.LargeBinary(), nullable=True),
        sa.Column("forced_criminality", sa.LargeBinary(), nullable=True),
        sa.Column("events", sa.LargeBinary(), nullable=True),
        sa.Column("perpetrators", sa.LargeBinary(), nullable=True),
        sa.Column("other", sa.LargeBinary(), nullable=True),
        sa.Column("unrecognised", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_trafficking_account_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trafficking_account")),
        sa.UniqueConstraint("case_id", name=op.f("uq_trafficking_account_case_id")),
    )


def _make_visit() -> None:
    op.create_table(
        "visit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("seen_alone", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("safety", sa.String(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_visit_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_visit_officer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_visit_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_case_id_due_on"), "visit", ["case_id", "due_on"], unique=False)
    op.create_index(op.f("ix_visit_officer_id_due_on"), "visit", ["officer_id", "due_on"], unique=False)
    op.create_index(
        "ix_visit_waiting",
        "visit",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def _make_web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("officer_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", _DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_web_session_officer_id")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_officer_id"), "web_session", ["officer_id"], unique=False)
    op.create_index(op.f("ix_web_session_seen_at"), "web_session", ["seen_at"], unique=False)


def _make_import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_import_row_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")),
        sa.PrimaryKeyConstraint("row_key", name=op.f("pk_import_row")),
    )
    op.create_index(op.f("ix_import_row_case_id"), "import_row", ["case_id"], unique=False)
    op.create_index(op.f("ix_import_row_run_id"), "import_row", ["run_id"], unique=False)


def _make_person_name() -> None:
    op.create_table(
        "person_name",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("script", _one_of("script", "latn", "khmr", "thai"), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("middle", sa.LargeBinary(), nullable=True),
        sa.Column("family", sa.LargeBinary(), nullable=True),
        sa.Column("full", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_person_name_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_name_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_name")),
        sa.UniqueConstraint(
            "case_id", "person_id", "script", name=op.f("uq_person_name_case_id_person_id_script")
        ),
    )
