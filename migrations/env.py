"""Run by Alembic: applies migrations on the connection `mailgate.store.migrate` opened, inside its transaction."""

from alembic import context

from mailgate.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    transactional_ddl=True,
    include_schemas=False,
)
context.run_migrations()
