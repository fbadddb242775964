"""Every tenant's table x every verb x own, other and no tenant, and the system: who may do what."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from tests.isolation import catalog
from tests.isolation.rows import (
    SERVICE,
    SHARED,
    TENANT,
    VERBS,
    Columns,
    ServiceTable,
    TenantTable,
    Verb,
    some_id,
)
from tests.isolation.scene import Connection, Scene, act_for, put, rows_by_tenant

CELLS = [pytest.param(table, verb, id=f"{table.name}-{verb}") for table in TENANT for verb in VERBS]
GRANTED = [
    pytest.param(table, verb, id=f"{table.name}-{verb}")
    for table in TENANT
    for verb in VERBS
    if verb in table.service and verb != "insert"
]
TABLES = [pytest.param(table, id=table.name) for table in TENANT]
READABLE = [pytest.param(table, id=table.name) for table in TENANT if "select" in table.service]
EVERY_TABLE: list[TenantTable | ServiceTable] = [*TENANT, *SERVICE]

Deed = Callable[[], object]


def denied(table: str) -> AbstractContextManager[object]:
    return pytest.raises(
        psycopg.errors.InsufficientPrivilege, match=f"permission denied for table {table}"
    )


def against_policy() -> AbstractContextManager[object]:
    return pytest.raises(
        psycopg.errors.InsufficientPrivilege, match="violates row-level security policy"
    )


def touched(
    connection: Connection, table: TenantTable, verb: Verb, whose: UUID | None = None
) -> int:
    """Do ``verb`` to every row there is, or to those of ``whose``; return to how many it was."""
    deed = {
        "select": "SELECT * FROM {table}",
        "update": "UPDATE {table} SET {tenant} = {tenant}",
        "delete": "DELETE FROM {table}",
    }[verb]
    names = {"table": sql.Identifier(table.name), "tenant": sql.Identifier(table.tenant)}
    statement = sql.SQL(deed).format(**names)
    if whose is not None:
        statement += sql.SQL(" WHERE {tenant} = {whose}").format(whose=whose, **names)
    return connection.execute(statement).rowcount


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_a_tenant_does_to_its_own_rows_what_is_granted_and_no_more(
    service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    me = scene.newcomers[table.name] if verb == "insert" else scene.own
    act_for(service, me.org_id, me.user_id)

    if verb not in table.service:
        with denied(table.name):
            _do(service, scene, table, verb)
    elif verb == "insert":
        assert put(service, table, scene.first_row(table)) == 1
    elif verb == "select":
        assert rows_by_tenant(service, table).keys() == {table.whose(me.org_id, me.user_id)}
    else:
        assert touched(service, table, verb) > 0


@pytest.mark.parametrize(("table", "verb"), GRANTED)
def test_no_deed_without_a_condition_reaches_beyond_the_tenant(
    service: Connection, system: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    mine = table.whose(scene.own.org_id, scene.own.user_id)
    act_for(service, scene.own.org_id, scene.own.user_id)

    assert touched(service, table, verb) == rows_by_tenant(system, table)[mine]


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_another_tenants_rows_are_not_there(
    service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    act_for(service, scene.own.org_id, scene.own.user_id)

    expect_nothing(service, scene, table, verb)


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_where_no_tenant_was_ever_named_there_is_nothing(
    new_service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    expect_nothing(new_service, scene, table, verb)


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_where_the_tenant_is_left_empty_there_is_nothing(
    service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    act_for(service)

    expect_nothing(service, scene, table, verb)


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_a_person_alone_opens_no_organisations_table_and_an_organisation_no_persons(
    service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    theirs = table.whose(scene.other.org_id, scene.other.user_id)
    act_for(service, **{"user_id" if table.tenant == "org_id" else "org_id": theirs})

    expect_nothing(service, scene, table, verb)


@pytest.mark.parametrize(("table", "verb"), GRANTED)
def test_a_deed_without_a_condition_and_a_tenant_touches_nothing(
    service: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    act_for(service)

    assert touched(service, table, verb) == 0


def expect_nothing(service: Connection, scene: Scene, table: TenantTable, verb: Verb) -> None:
    """Nothing of another's is seen or changed, and nothing can be put among it."""
    theirs = table.whose(scene.other.org_id, scene.other.user_id)
    if verb not in table.service:
        with denied(table.name):
            _do(service, scene, table, verb)
    elif verb == "insert":
        with against_policy():
            put(service, table, scene.first_row(table))
    else:
        assert touched(service, table, verb, theirs) == 0


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_the_system_reaches_every_tenants_rows(
    system: Connection, scene: Scene, table: TenantTable, verb: Verb
) -> None:
    if verb not in table.system:
        with denied(table.name):
            _do(system, scene, table, verb)
    elif verb == "insert":
        assert put(system, table, scene.first_row(table)) == 1
    else:
        assert touched(system, table, verb) >= 2
        assert touched(system, table, verb, uuid4()) == 0


def _do(connection: Connection, scene: Scene, table: TenantTable, verb: Verb) -> int:
    if verb == "insert":
        return put(connection, table, scene.first_row(table))
    return touched(connection, table, verb)


@pytest.mark.parametrize("table", TABLES)
def test_no_row_moves_to_another_tenant(
    service: Connection, scene: Scene, table: TenantTable
) -> None:
    theirs = table.whose(scene.other.org_id, scene.other.user_id)
    act_for(service, scene.own.org_id, scene.own.user_id)
    move = sql.SQL("UPDATE {} SET {} = {}").format(
        sql.Identifier(table.name), sql.Identifier(table.tenant), theirs
    )

    with against_policy() if "update" in table.service else denied(table.name):
        service.execute(move)


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_put_over_another_tenants(
    service: Connection, scene: Scene, table: TenantTable
) -> None:
    theirs = table.row(scene.other.org_id, scene.other.user_id, 1)
    act_for(service, scene.own.org_id, scene.own.user_id)

    with against_policy() if "insert" in table.service else denied(table.name):
        put(service, table, theirs, unless=" ON CONFLICT DO NOTHING")


@pytest.mark.parametrize(
    ("name", "column", "what"),
    [("refresh_tokens", "session_id", "session"), ("api_key_usage", "key_id", "key")],
)
def test_no_row_points_at_another_tenants(
    service: Connection, scene: Scene, name: str, column: str, what: str
) -> None:
    table = next(table for table in TENANT if table.name == name)
    theirs = some_id(table.whose(scene.other.org_id, scene.other.user_id), what)
    row = table.row(scene.own.org_id, scene.own.user_id, 3)
    act_for(service, scene.own.org_id, scene.own.user_id)

    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        put(service, table, {**row, column: theirs})


@pytest.mark.parametrize("table", READABLE)
def test_copying_a_table_out_gives_the_tenants_rows_only(
    service: Connection, scene: Scene, table: TenantTable
) -> None:
    act_for(service, scene.own.org_id, scene.own.user_id)
    rows = touched(service, table, "select")

    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.name))
    with service.cursor().copy(out) as copy:
        assert len(list(copy.rows())) == rows


@pytest.mark.parametrize("table", READABLE)
def test_a_tenant_that_is_no_id_is_an_error(service: Connection, table: TenantTable) -> None:
    act_for(service, "' OR true --", "' OR true --")

    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        touched(service, table, "select")


@pytest.mark.parametrize("table", TABLES)
def test_the_service_cannot_switch_policies_off(
    service: Connection, scene: Scene, table: TenantTable
) -> None:
    service.execute("SET LOCAL row_security = off")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        touched(service, table, "select")


@pytest.mark.parametrize("role", ["playhead_service", "playhead_system"])
def test_nobody_empties_a_table(owner: Connection, role: str) -> None:
    owner.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))

    for name in [table.name for table in EVERY_TABLE] + sorted(SHARED):
        with denied(name), owner.transaction():
            owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(name)))


def test_what_is_granted_is_what_is_stated(owner: Connection) -> None:
    stated = {catalog.Grant(name, "playhead_service", "SELECT") for name in SHARED}
    for table in EVERY_TABLE:
        for role, verbs in (("service", table.service), ("system", table.system)):
            stated |= {
                catalog.Grant(table.name, f"playhead_{role}", verb.upper()) for verb in verbs
            }
    views = {view.name for view in catalog.views(owner)}
    granted = {grant for grant in catalog.grants(owner) if grant.table not in views}

    assert granted == stated


@pytest.mark.parametrize("table", SERVICE, ids=lambda table: table.name)
@pytest.mark.parametrize("verb", VERBS)
def test_the_service_does_to_its_own_tables_what_is_stated(
    service: Connection, scene: Scene, table: ServiceTable, verb: Verb
) -> None:
    row = table.row(scene.other.org_id, scene.other.user_id, 1)
    if verb in table.service:
        assert _done(service, table, verb, row) == 1
    else:
        with denied(table.name):
            _done(service, table, verb, row)


def _done(connection: Connection, table: ServiceTable, verb: Verb, row: Columns) -> int:
    if verb == "insert":
        return put(connection, table, row)
    deed = {"select": "SELECT * FROM {}", "update": "UPDATE {} SET {} = {}"}.get(
        verb, "DELETE FROM {}"
    )
    column = sql.Identifier(next(reversed(list(row))))
    statement = sql.SQL(deed).format(sql.Identifier(table.name), column, column)
    return connection.execute(statement).rowcount
