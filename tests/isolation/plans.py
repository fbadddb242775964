"""What a plan says of a policy: it must cost a statement little, however many rows there are."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psycopg import sql

from tests.isolation.scene import Connection

Node = Mapping[str, Any]

CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Join Filter", "Hash Cond", "One-Time Filter")
DEEDS = {
    "select": "SELECT * FROM {table}",
    "update": "UPDATE {table} SET {tenant} = {tenant}",
    "delete": "DELETE FROM {table}",
}


def plan_of(connection: Connection, table: str, tenant: str, verb: str) -> Node:
    """Return the plan of ``verb`` on every row of ``table`` that the connection may see."""
    deed = sql.SQL(DEEDS[verb]).format(table=sql.Identifier(table), tenant=sql.Identifier(tenant))
    row = connection.execute(sql.SQL("EXPLAIN (FORMAT JSON, VERBOSE) ") + deed).fetchone()
    assert row is not None
    told = row[0] if isinstance(row[0], list) else json.loads(str(row[0]))
    plan: Node = told[0]["Plan"]
    return plan


def nodes(plan: Node) -> Iterator[Node]:
    """Return every node of ``plan``, the root first."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def what_is_slow(plan: Node, tenant: str) -> list[str]:
    """Return in sentences what is evaluated for every row that is looked at, or not at all."""
    return [*_evaluated_for_every_row(plan), *_not_asked(plan, tenant)]


def uses_index(plan: Node, tenant: str) -> bool:
    """Tell whether an index leads to the tenant's rows."""
    return any(f"{tenant} = (InitPlan" in _text(node, "Index Cond") for node in nodes(plan))


def _evaluated_for_every_row(plan: Node) -> Iterable[str]:
    for node in nodes(plan):
        if node.get("Parent Relationship") == "SubPlan":
            yield f"a sub-plan is run for every row: {node['Node Type']}"
        for condition in CONDITIONS:
            if "current_setting" in _text(node, condition):
                yield f"a setting is read for every row: {_text(node, condition)}"
            if "SubPlan" in _text(node, condition):
                yield f"every row is looked up in a sub-plan: {_text(node, condition)}"


def _not_asked(plan: Node, tenant: str) -> Iterable[str]:
    read_once = any(
        node.get("Parent Relationship") == "InitPlan"
        and "current_setting" in " ".join(node.get("Output", ()))
        for node in nodes(plan)
    )
    if not read_once:
        yield "no setting is read once, before the rows"
    conditions = " ".join(_text(node, name) for node in nodes(plan) for name in CONDITIONS)
    if f"{tenant} = (InitPlan" not in conditions:
        yield f"rows are not held to their {tenant}"


def _text(node: Node, name: str) -> str:
    # `(InitPlan 1).col1`, which 16 and older call `$0`; the table may be named before the column.
    text = str(node.get(name, "")).replace("= $", "= (InitPlan ")
    return text.replace("(", "( ").replace("( InitPlan", "(InitPlan").replace(".", " ")
