"""Tell PostgreSQL what it cannot know of a table that nobody has looked at yet: whose rows it holds.

Every key begins with the tenant. Until a table is analyzed for the first time, the planner believes that few rows
share one, finds every index that begins with it as good as the primary key, and lets the checks of foreign keys read
half the table. A busy first minute went by like that: at 4,000 mails, four fifths of what PostgreSQL did.
Servers before PostgreSQL 18 cannot be told, and learn it by themselves within a minute or two.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, text

_CAN_BE_TOLD = 180_000  # pg_restore_attribute_stats came with PostgreSQL 18

# One tenant has all rows, no two rows have one id. What is analyzed later replaces this.
_TELL = """
SELECT count(pg_restore_attribute_stats(
    'schemaname', n.nspname::text, 'relname', c.relname::text, 'attname', a.attname::text, 'inherited', false,
    'version', :version, 'null_frac', 0::real, 'avg_width', 8,
    'n_distinct', CASE a.attname WHEN 'org_id' THEN 1 ELSE -1 END::real
))
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('org_id', 'id')
WHERE c.relkind = 'r' AND c.reltuples < 0
    AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'org_id')
"""


def tell(connection: Connection) -> int:
    """Tell it of every table of tenants that was never analyzed; of how many columns it has been told."""
    version = connection.scalar(text("SELECT current_setting('server_version_num')::integer"))
    if version < _CAN_BE_TOLD:
        return 0
    return cast("int", connection.scalar(text(_TELL), {"version": version}))
