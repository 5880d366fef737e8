"""Row-level security, functions, triggers and rights: declared here, installed anew by every migration run."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Table, text

from mailgate.store.tables import metadata

WITHOUT_TENANT = frozenset({"leases"})  # of the whole installation; the app role reaches it by `take_lease` only
_SQL = Path(__file__).parent / "sql"
_APPEND_ONLY = frozenset({"events", "audit"})


def install(connection: Connection, app_role: str) -> None:
    """Put policies, functions and triggers in place, and give the app role exactly what it needs."""
    connection.exec_driver_sql((_SQL / "guards.sql").read_text(), execution_options={"no_parameters": True})
    for table in metadata.sorted_tables:
        if table.name not in WITHOUT_TENANT:
            _install_policy(connection, table)
    connection.exec_driver_sql((_SQL / "crossing.sql").read_text(), execution_options={"no_parameters": True})
    _grant(connection, app_role)


def _install_policy(connection: Connection, table: Table) -> None:
    column = "id" if table.name == "organisations" else "org_id"
    connection.execute(text(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"DROP POLICY IF EXISTS tenant ON {table.name}"))
    connection.execute(text(f"CREATE POLICY tenant ON {table.name} USING ({column} = current_org())"))


def _grant(connection: Connection, app_role: str) -> None:
    role = connection.dialect.identifier_preparer.quote(app_role)
    connection.execute(text("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"))
    for table in metadata.sorted_tables:
        if table.name in WITHOUT_TENANT:
            continue
        rights = "SELECT, INSERT" if table.name in _APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        rights = "SELECT, UPDATE" if table.name == "organisations" else rights
        connection.execute(text(f"GRANT {rights} ON {table.name} TO {role}"))
