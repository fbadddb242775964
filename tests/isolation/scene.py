"""Two tenants with rows in every table, and newcomers who lack the rows of one table each."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from tests.isolation.rows import SERVICE, TENANT, Columns, ServiceTable, TenantTable

Connection = psycopg.Connection[tuple[object, ...]]

EACH = 2
"""So many rows are tried of each table; where the tenant is the key, one stays."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation and the one person in it."""

    org_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is there. ``newcomers`` has, by table, somebody who has rows of the earlier ones only."""

    own: Party
    other: Party
    newcomers: dict[str, Party]

    def first_row(self, table: TenantTable) -> Columns:
        """Return the first row of the table's newcomer: it can be inserted."""
        newcomer = self.newcomers[table.name]
        return table.row(newcomer.org_id, newcomer.user_id, 1)


def set_scene(owner: Connection) -> Scene:
    """Make everybody's rows, in the role of the system, and commit."""
    owner.execute("SET LOCAL ROLE playhead_system")
    own, other = (_party(owner, EACH, TENANT) for _ in range(2))
    newcomers = {table.name: _party(owner, 1, TENANT[:index]) for index, table in enumerate(TENANT)}
    for service_table in SERVICE:
        put(owner, service_table, service_table.row(own.org_id, own.user_id, 1))
    owner.commit()
    return Scene(own, other, newcomers)


def put(
    connection: Connection,
    table: TenantTable | ServiceTable,
    row: Columns,
    *,
    unless: LiteralString = "",
) -> int:
    """Insert ``row`` and return how many rows were; ``unless`` says when it need not be."""
    return connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table.name),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        + sql.SQL(unless),
        list(row.values()),
    ).rowcount


def act_for(connection: Connection, org_id: object = None, user_id: object = None) -> None:
    """Say for this transaction whose rows it may touch, as `playhead.storage.tenants` does."""
    connection.execute(
        "SELECT set_config('app.org_id', %s, true), set_config('app.user_id', %s, true)",
        (str(org_id or ""), str(user_id or "")),
    )


def rows_by_tenant(connection: Connection, table: TenantTable) -> dict[object, int]:
    """Return how many rows of each tenant the connection sees."""
    tenant = sql.Identifier(table.tenant)
    found = connection.execute(
        sql.SQL("SELECT {}, count(*) FROM {} GROUP BY 1").format(tenant, sql.Identifier(table.name))
    )
    return {whose: int(str(count)) for whose, count in found}


def _party(owner: Connection, each: int, tables: tuple[TenantTable, ...]) -> Party:
    party = Party(uuid4(), uuid4())
    for table in tables:
        for n in range(1, each + 1):
            row = table.row(party.org_id, party.user_id, n)
            put(owner, table, row, unless=" ON CONFLICT DO NOTHING")
    return party
