"""A step writes to fewer places: tables that are their own key, time limits listed only where there are any,
and a mark for what waits to be sealed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

OWN_KEY = {"fact": ["case_id", "seq", "name"], "consent": ["case_id", "seq", "name"]}
"""Tables whose rows were found by a second index and never by their id."""

KEY_IS_TABLE = ("fact", "consent", "stay")
"""Tables that SQLite keeps in one tree with their key. Not those with long rows, whose tree grows deep."""

LISTED = "stage IS NOT NULL"
DATED = "stage IS NOT NULL AND due_on IS NOT NULL"
MARK = ("ix_case_file_unsealed", "case_file", ["id"])
ROOM = 80
"""How full PostgreSQL makes a page of cases, in percent, so that a changed row finds room beside the old one
and no index need be told."""


def upgrade() -> None:
    """Change the indexes of the lists, then the keys, then the mark."""
    for key in ("updated_at", "due_on"):
        op.drop_index(op.f(f"ix_party_{key}"), "party")
    _list_by("updated_at", LISTED, "due_on")
    _list_by("due_on", DATED)
    for name in KEY_IS_TABLE:
        _change_key(name, OWN_KEY.get(name), rowid=False)
    op.drop_index(op.f("ix_case_file_unsealed"), "case_file")
    op.add_column("case_file", sa.Column("unsealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE case_file SET unsealed = true WHERE trail_seq > sealed_seq")
    # The default was for the rows that were there: SQLite makes the table anew to be rid of it.
    with op.batch_alter_table("case_file") as table:
        table.alter_column("unsealed", server_default=None)
        table.create_check_constraint(op.f("ck_case_file_waits"), "unsealed = (trail_seq > sealed_seq)")
    op.create_index(*MARK, sqlite_where=sa.text("unsealed"), postgresql_where=sa.text("unsealed"))
    if _on_postgresql():
        op.execute(f"ALTER TABLE case_file SET (fillfactor = {ROOM})")


def downgrade() -> None:
    """Take the mark away, then change the keys and the indexes back."""
    if _on_postgresql():
        op.execute("ALTER TABLE case_file RESET (fillfactor)")
    op.drop_index(op.f("ix_case_file_unsealed"), "case_file")
    with op.batch_alter_table("case_file") as table:
        table.drop_constraint(op.f("ck_case_file_waits"), type_="check")
        table.drop_column("unsealed")
    waits = sa.text("trail_seq > sealed_seq")
    op.create_index(*MARK, sqlite_where=waits, postgresql_where=waits)
    for name in KEY_IS_TABLE:
        _change_key(name, ["id"] if name in OWN_KEY else None, rowid=True)
    for key in ("updated_at", "due_on"):
        op.drop_index(op.f(f"ix_party_{key}"), "party")
        _list_by(key, LISTED)


def _list_by(key: str, where: str, *further: str) -> None:
    """The index of one order of the lists."""
    op.create_index(
        op.f(f"ix_party_{key}"),
        "party",
        ["organisation_id", "stage", key, "case_id", "role", "route", *further],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _change_key(name: str, key: list[str] | None, *, rowid: bool) -> None:
    """Give a table another key. On SQLite it also becomes one tree with its key, or two again."""
    if key is None and _on_postgresql():
        return
    kept = {} if _on_postgresql() else {"recreate": "always", "table_kwargs": {"sqlite_with_rowid": rowid}}
    with op.batch_alter_table(name, **kept) as table:  # type: ignore[arg-type]
        if key is None:
            return
        unique = op.f(f"uq_{name}_case_id_seq_name")
        if key != ["id"]:
            table.drop_constraint(unique, type_="unique")
        table.drop_constraint(op.f(f"pk_{name}"), type_="primary")
        table.create_primary_key(op.f(f"pk_{name}"), key)
        if key == ["id"]:
            table.create_unique_constraint(unique, ["case_id", "seq", "name"])


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
