"""The plan gate: no policy costs a statement more than one reading of a setting, and an index."""

import pytest

from tests.isolation.plans import DEEDS, nodes, plan_of, uses_index, what_is_slow
from tests.isolation.rows import TENANT, TenantTable
from tests.isolation.scene import Connection, Scene, act_for

CELLS = [
    pytest.param(table, verb, id=f"{table.name}-{verb}")
    for table in TENANT
    for verb in DEEDS
    if verb in table.service
]
READABLE = [pytest.param(table, id=table.name) for table in TENANT if "select" in table.service]

SLOW = {
    "a setting that is not wrapped": (
        "org_id = nullif(current_setting('app.org_id', true), '')::uuid",
        "a setting is read for every row",
    ),
    "a membership that is looked up": (
        "org_id IN (SELECT m.org_id FROM memberships m"
        " WHERE m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))",
        "every row is looked up in a sub-plan",
    ),
    "a membership that is looked up for each row": (
        "EXISTS (SELECT FROM memberships m WHERE m.org_id = api_keys.org_id"
        " AND m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))",
        "a sub-plan is run for every row",
    ),
    "no tenant": ("true", "rows are not held to their org_id"),
    "a function that hides the setting": ("org_id = mine()", "no setting is read once"),
}


@pytest.mark.parametrize(("table", "verb"), CELLS)
def test_a_policy_reads_its_setting_once(
    service: Connection, scene: Scene, table: TenantTable, verb: str
) -> None:
    act_for(service, scene.own.org_id, scene.own.user_id)

    assert what_is_slow(plan_of(service, table.name, table.tenant, verb), table.tenant) == []


@pytest.mark.parametrize("table", READABLE)
def test_an_index_can_lead_to_the_tenants_rows(
    service: Connection, scene: Scene, table: TenantTable
) -> None:
    act_for(service, scene.own.org_id, scene.own.user_id)
    service.execute("SET LOCAL enable_seqscan = off")

    assert uses_index(plan_of(service, table.name, table.tenant, "select"), table.tenant)


@pytest.mark.parametrize(("expression", "sentence"), SLOW.values(), ids=SLOW.keys())
def test_a_slow_policy_is_found(
    owner: Connection, scene: Scene, expression: str, sentence: str
) -> None:
    owner.execute(
        "CREATE FUNCTION mine() RETURNS uuid LANGUAGE plpgsql STABLE AS"
        " 'BEGIN RETURN nullif(current_setting(''app.org_id'', true), '''')::uuid; END';"
        " GRANT EXECUTE ON FUNCTION mine() TO playhead_service"
    )
    owner.execute(f"ALTER POLICY tenant ON api_keys USING ({expression})".encode())
    owner.execute("SET LOCAL ROLE playhead_service")
    act_for(owner, scene.own.org_id, scene.own.user_id)

    said = what_is_slow(plan_of(owner, "api_keys", "org_id", "select"), "org_id")
    assert any(one.startswith(sentence) for one in said), said


def test_where_there_are_many_tenants_the_index_is_what_is_used(
    owner: Connection, scene: Scene
) -> None:
    owner.execute("SET LOCAL ROLE playhead_system")
    owner.execute(
        "INSERT INTO organisations (org_id, name, created_at, updated_at)"
        " SELECT gen_random_uuid(), 'Acme', 0, 0 FROM generate_series(1, 2000)"
    )
    owner.execute("RESET ROLE; ANALYZE organisations; SET LOCAL ROLE playhead_service")
    act_for(owner, scene.own.org_id)

    plan = plan_of(owner, "organisations", "org_id", "select")
    assert uses_index(plan, "org_id")
    assert not any(node["Node Type"] == "Seq Scan" for node in nodes(plan))
