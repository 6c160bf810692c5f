"""The guards of what is only ever added to: triggers by which the database itself refuses to
change or delete it."""

from sqlalchemy import Connection, inspect, text

APPEND_ONLY = (
    "trail",
    "seal",
    "fact",
    "consent",
    "identification",
    "paper",
    "paper_revocation",
    "partner_card",
    "handoff_receipt",
    "exchange",
    "responsibility",
)

_SQLITE = """
CREATE TRIGGER {name} BEFORE {deed} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END
"""

_POSTGRESQL_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$
"""

_POSTGRESQL = """
CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()
"""

_DEEDS = {"sqlite": ("UPDATE", "DELETE"), "postgresql": ("UPDATE", "DELETE", "TRUNCATE")}

_ON = ("O", "A")
"""How a database says that a trigger is on: always, or for whoever is not a replica."""

_THERE = {
    "sqlite": "SELECT name, 'O' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ),
}


def put_up(connection: Connection) -> None:
    """Create every guard that is missing, and switch on every one that is off. Called after each migration,
    since some of them drop triggers unasked."""
    there = _guards(connection)
    tables = set(inspect(connection).get_table_names())
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRESQL_REFUSE))
    for name, (table, deed) in _wanted(connection).items():
        if table not in tables or there.get(name) in _ON:
            continue
        if name in there:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {name}"))
            continue
        template = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
        each = "STATEMENT" if deed == "TRUNCATE" else "ROW"
        connection.execute(text(template.format(name=name, deed=deed, table=table, each=each)))


def take_down(connection: Connection) -> None:
    """Drop what stands in the way of dropping the tables. Only for a downgrade to nothing."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS refuse_change() CASCADE"))


def missing(connection: Connection) -> tuple[str, ...]:
    """The guards that should be there and are not, or are switched off. Nothing may be served
    while one is missing."""
    there = _guards(connection)
    return tuple(name for name in _wanted(connection) if there.get(name) not in _ON)


def _wanted(connection: Connection) -> dict[str, tuple[str, str]]:
    deeds = _DEEDS[connection.dialect.name]
    return {f"guard_{table}_{deed.lower()}": (table, deed) for table in APPEND_ONLY for deed in deeds}


def _guards(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text(_THERE[connection.dialect.name]))
    return {name: state if isinstance(state, str) else state.decode() for name, state in rows}
