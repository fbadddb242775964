"""What is wrong with a schema, in sentences; none where every tenant's rows are kept apart."""

import re
from collections.abc import Callable, Iterable

from tests.isolation import catalog
from tests.isolation.catalog import Owner, Policy
from tests.isolation.rows import SERVICE, SHARED, TENANT, WHAT_TO_DO

ROLES = frozenset({"playhead_service", "playhead_system"})
TENANT_COLUMNS = {table.name: table.tenant for table in TENANT}
SECURED = frozenset(TENANT_COLUMNS) | {table.name for table in SERVICE}
LISTED = SECURED | SHARED

INNERMOST = re.compile(r"\([^()]*\)")
SUB_SELECT = re.compile(r"\(\s*SELECT .*", re.DOTALL)
MARK = "\N{WHITE SQUARE}"


def what_is_wrong(owner: Owner, migrated_by: str) -> list[str]:
    """Return every sentence, sorted; ``migrated_by`` is the role that is to own the tables."""
    checks: tuple[Callable[[Owner], Iterable[str]], ...] = (
        unlisted_tables,
        missing_tables,
        unsecured_tables,
        missing_policies,
        policies_for_others,
        open_policies,
        slow_policies,
        slow_tables,
        bypassing_views,
        bypassing_partitions,
        tenants_in_shared_tables,
        loose_references,
        strange_grants,
    )
    found = [sentence for check in checks for sentence in check(owner)]
    return sorted([*found, *strange_owners(owner, migrated_by)])


def unlisted_tables(owner: Owner) -> Iterable[str]:
    for table in catalog.tables(owner):
        if table.name not in LISTED:
            yield f"the table {table.name} is in no list: {WHAT_TO_DO}"


def missing_tables(owner: Owner) -> Iterable[str]:
    for name in LISTED - {table.name for table in catalog.tables(owner)}:
        yield f"{name} is listed in tests/isolation/rows.py and is no table"


def unsecured_tables(owner: Owner) -> Iterable[str]:
    """Row-level security must be on, and hold the owner too, wherever nobody said otherwise."""
    for table in catalog.tables(owner):
        if table.name not in SHARED:
            if not table.is_secured:
                yield f"row-level security of {table.name} is not enabled"
            if not table.is_forced:
                yield f"row-level security of {table.name} is not forced"


def strange_owners(owner: Owner, migrated_by: str) -> Iterable[str]:
    for table in catalog.tables(owner):
        if table.owner != migrated_by:
            yield f"{table.name} belongs to {table.owner}, not to {migrated_by}"


def missing_policies(owner: Owner) -> Iterable[str]:
    """Each tenant's table has the two policies that the matrix speaks of, and no third."""
    found = catalog.policies(owner)
    for name in TENANT_COLUMNS:
        kinds = sorted((policy.name, policy.command) for policy in found if policy.table == name)
        if kinds != [("system", "ALL"), ("tenant", "ALL")]:
            yield f"{name} has the policies {kinds}, not one of the tenant and one of the system"


def policies_for_others(owner: Owner) -> Iterable[str]:
    for policy in catalog.policies(owner):
        for role in sorted(policy.roles - ROLES):
            yield f"policy {policy.name} of {policy.table} lets {role} in"


def open_policies(owner: Owner) -> Iterable[str]:
    """What the service may see or write of a tenant's table depends on the tenant's column."""
    for policy in _for_the_service(owner):
        tenant = TENANT_COLUMNS.get(policy.table)
        for expression in (policy.using, policy.check):
            if tenant and not re.match(rf"\({tenant} = \( SELECT ", expression):
                yield (
                    f"policy {policy.name} of {policy.table} does not hold rows to their"
                    f" {tenant}: {expression or 'no expression'}"
                )


def slow_policies(owner: Owner) -> Iterable[str]:
    """What stands outside a sub-select is evaluated for every row; a table in one may be too."""
    for policy in catalog.policies(owner):
        for expression in (policy.using, policy.check):
            outside, inside = split(expression)
            name = f"policy {policy.name} of {policy.table}"
            if "current_setting" in outside:
                yield f"{name} reads a setting for every row: wrap it in a sub-select"
            elif re.search(r"\w\(", outside):
                yield f"{name} calls a function for every row: {expression}"
            if any(re.search(r"\bFROM\b", part) for part in inside):
                yield f"{name} reads another table: {expression}"


def split(expression: str) -> tuple[str, list[str]]:
    """Return ``expression`` without its sub-selects, and those, each without the ones inside."""
    selects: list[str] = []
    kept: list[str] = []

    def fold(match: re.Match[str]) -> str:
        text = match.group()
        into = selects if SUB_SELECT.fullmatch(text) else kept
        into.append(text)
        return f"{MARK}{'s' if into is selects else 'k'}{len(into) - 1};"

    def unfold(text: str, letter: str, parts: list[str]) -> str:
        pattern = re.compile(rf"{MARK}{letter}(\d+);")
        while pattern.search(text):
            text = pattern.sub(lambda match: parts[int(match.group(1))], text)
        return text

    while INNERMOST.search(expression):
        expression = INNERMOST.sub(fold, expression)
    return unfold(expression, "k", kept), [unfold(part, "k", kept) for part in selects]


def slow_tables(owner: Owner) -> Iterable[str]:
    for table in catalog.tables(owner):
        tenant = TENANT_COLUMNS.get(table.name)
        if tenant and tenant not in table.led_by:
            yield f"no index of {table.name} is led by {tenant}"


def bypassing_views(owner: Owner) -> Iterable[str]:
    """A view asks as its owner unless it says otherwise; a materialised one always does."""
    views = {view.name: view for view in catalog.views(owner)}

    def read(name: str) -> frozenset[str]:
        below = views[name].tables if name in views else frozenset()
        return below.union(*(read(part) for part in below))

    for view in views.values():
        bypassed = sorted(read(view.name) & SECURED)
        if bypassed and (view.is_materialised or not view.asks_as_caller):
            yield f"view {view.name} shows {', '.join(bypassed)} to whoever may read it"


def bypassing_partitions(owner: Owner) -> Iterable[str]:
    for partition in catalog.partitions(owner):
        if partition.root not in SHARED and partition.grantees:
            yield (
                f"{', '.join(sorted(partition.grantees))} may reach the partition"
                f" {partition.name} without the policies of {partition.root}"
            )


def tenants_in_shared_tables(owner: Owner) -> Iterable[str]:
    for table in catalog.tables(owner):
        for column in sorted(table.columns & {"org_id", "user_id"}):
            if table.name in SHARED:
                yield f"{table.name} has the column {column} and is listed as shared"


def loose_references(owner: Owner) -> Iterable[str]:
    """Policies do not look at what a foreign key points to: the key must say whose it is."""
    for reference in catalog.references(owner):
        ours, theirs = TENANT_COLUMNS.get(reference.table), TENANT_COLUMNS.get(reference.to)
        named = {of_theirs for _, of_theirs in reference.columns}
        kept = ours != theirs or (ours, theirs) in reference.columns
        if theirs and not (theirs in named and kept):
            yield (
                f"a row of {reference.table} can point at another tenant's row of {reference.to}:"
                f" add the {theirs} to the foreign key"
            )


def strange_grants(owner: Owner) -> Iterable[str]:
    for grant in sorted(catalog.grants(owner), key=str):
        if grant.role not in ROLES:
            yield f"{grant.role} may {grant.verb} {grant.table}"


def _for_the_service(owner: Owner) -> Iterable[Policy]:
    return (policy for policy in catalog.policies(owner) if policy.roles != {"playhead_system"})
