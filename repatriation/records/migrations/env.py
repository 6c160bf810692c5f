"""How Alembic runs a migration here: inside the transaction it is given, and with the guards
put up afterwards."""

from alembic import context

from repatriation.records import guards
from repatriation.records.tables import METADATA

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=METADATA,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,  # SQLite can, when nobody commits behind its back
)

with context.begin_transaction():
    context.run_migrations()
    if context.get_context().get_current_revision() is not None:
        guards.put_up(connection)
