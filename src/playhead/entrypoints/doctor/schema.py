"""The schema of the database as it is, and what has to hold of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playhead.base.time import MICROS_PER_SECOND
from playhead.entrypoints.doctor.findings import Finding, ok, problem, warning
from playhead.storage.migrate import OLDEST_POSTGRES
from playhead.storage.roles import SERVICE_ROLE, SYSTEM_ROLE

DATABASE, MIGRATIONS, POLICIES, FUNCTIONS, CLOCK = (
    "database",
    "migrations",
    "policies",
    "functions",
    "clock",
)
OF_THE_SERVICE = frozenset({"signing_keys", "oauth_flows", "outgoing_mail"})
"""Tables that no tenant owns and that not everybody may read."""
TENANT_SETTINGS = {"org_id": "app.org_id", "user_id": "app.user_id"}
EVERYBODY = "PUBLIC"
RESTORE = "restore the database from a copy, or compare it with src/playhead/migrations/sql"
SKEW_WARNING = 1 * MICROS_PER_SECOND
SKEW_PROBLEM = 5 * MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns that name a tenant, and whether row-level security holds everybody."""

    name: str
    tenant_columns: tuple[str, ...]
    is_enabled: bool
    is_forced: bool

    @property
    def is_guarded(self) -> bool:
        """Whether it has rows that are not for everybody."""
        return bool(self.tenant_columns) or self.name in OF_THE_SERVICE


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of a table: for whom, and what it asks of rows that are read and written."""

    table: str
    name: str
    roles: tuple[str, ...]
    using: str
    check: str


@dataclass(frozen=True, slots=True)
class Definer:
    """A function that acts as its owner: who may call it, and where it looks for names."""

    name: str
    callers: tuple[str, ...]
    has_search_path: bool


def check_version(number: int) -> Finding:
    """Judge the major version of PostgreSQL."""
    if number < OLDEST_POSTGRES:
        remedy = f"move to PostgreSQL {OLDEST_POSTGRES} or newer"
        return problem(DATABASE, f"it is PostgreSQL {number}, which is too old", remedy)
    return ok(DATABASE, f"PostgreSQL {number} answers")


def check_migrations(current: str | None, newest: str) -> Finding:
    """Judge the schema that the database has against the ``newest`` that this program knows."""
    if current == newest:
        return ok(MIGRATIONS, f"the schema is the newest, {newest}")
    if current is None or current < newest:
        has = "no schema" if current is None else f"schema {current}"
        remedy = "start `playhead up`, which brings it up to date"
        return problem(MIGRATIONS, f"the database has {has}, the newest is {newest}", remedy)
    return problem(
        MIGRATIONS,
        f"the database has schema {current}, this program knows {newest}",
        "update Playhead: the database was used by a newer one",
    )


def check_clock(skew_micros: int) -> Finding:
    """Judge how far the database's clock is ahead of ours (negative: behind)."""
    distance = abs(skew_micros)
    direction = "ahead of" if skew_micros > 0 else "behind"
    seconds = f"{distance / MICROS_PER_SECOND:.1f} s {direction} ours"
    if distance > SKEW_PROBLEM:
        remedy = "set both clocks by NTP: times of receipt and the lives of tokens go wrong"
        return problem(CLOCK, f"the database's clock is {seconds}", remedy)
    if distance > SKEW_WARNING:
        return warning(CLOCK, f"the database's clock is {seconds}", "set both clocks by NTP")
    return ok(CLOCK, "the database's clock agrees with ours")


def check_policies(tables: Sequence[Table], policies: Sequence[Policy]) -> list[Finding]:
    """Judge whether row-level security keeps tenants apart; one line where all of it does."""
    guarded = [table for table in tables if table.is_guarded]
    wrong = [
        problem(POLICIES, sentence, RESTORE)
        for table in guarded
        for sentence in _wrong(table, [each for each in policies if each.table == table.name])
    ]
    if wrong or not guarded:
        return wrong or [problem(POLICIES, "there is no tenant's table at all", RESTORE)]
    return [ok(POLICIES, f"{len(guarded)} tables keep the rows of tenants apart")]


def check_definers(definers: Sequence[Definer]) -> list[Finding]:
    """Judge who may call the functions that look across tenants."""
    wrong = []
    for each in definers:
        if EVERYBODY in each.callers:
            remedy = f"REVOKE ALL ON FUNCTION {each.name} FROM PUBLIC"
            says = f"everybody may call {each.name}, which acts as its owner"
            wrong.append(problem(FUNCTIONS, says, remedy))
        if not each.has_search_path:
            remedy = f"ALTER FUNCTION {each.name} SET search_path = pg_catalog, public, pg_temp"
            says = f"{each.name} acts as its owner and looks for names where its caller says"
            wrong.append(problem(FUNCTIONS, says, remedy))
    count = len(definers)
    return wrong or [ok(FUNCTIONS, f"{count} functions look across tenants, for the service only")]


def _wrong(table: Table, policies: Sequence[Policy]) -> Iterator[str]:
    if not table.is_enabled:
        yield f"row-level security of {table.name} is off"
    if not table.is_forced:
        yield f"row-level security of {table.name} does not hold its owner"
    for role in (SERVICE_ROLE, SYSTEM_ROLE):
        if not any(role in policy.roles for policy in policies):
            yield f"{table.name} has no policy for {role}"
    for policy in policies:
        for role in policy.roles:
            if role not in (SERVICE_ROLE, SYSTEM_ROLE):
                yield f"the policy {policy.name} of {table.name} lets {role} in"
        if table.tenant_columns and SERVICE_ROLE in policy.roles and not _is_held(table, policy):
            yield f"the policy {policy.name} of {table.name} does not hold rows to their tenant"


def _is_held(table: Table, policy: Policy) -> bool:
    # Where only one of the two is said, the other follows it, or nothing is allowed.
    conditions = [condition for condition in (policy.using, policy.check) if condition]
    return bool(conditions) and all(
        any(_compares(condition, column) for column in table.tenant_columns)
        for condition in conditions
    )


def _compares(condition: str, column: str) -> bool:
    begins = condition.startswith(f"({column} = ( SELECT ")
    return begins and f"'{TENANT_SETTINGS[column]}'" in condition and " OR " not in condition
