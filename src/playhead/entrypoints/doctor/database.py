"""The database: reached, and its schema, roles, secrets and audit logs looked at."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from playhead.base.time import Micros
from playhead.entrypoints.administration import Administration, OrgRecord, organisations
from playhead.entrypoints.doctor.findings import Finding, ok, problem, warning
from playhead.entrypoints.doctor.repository import Catalogue, newest_sealed
from playhead.entrypoints.doctor.schema import (
    DATABASE,
    check_clock,
    check_definers,
    check_migrations,
    check_policies,
    check_version,
)
from playhead.kernel.audit import AuditReader, Verification, verify
from playhead.kernel.audit.chain import Reason
from playhead.kernel.auth.signing.keys import PURPOSE
from playhead.storage.migrate import MIGRATIONS as FOLDER
from playhead.storage.postgres import DatabaseUnavailable, Session
from playhead.storage.roles import ServiceRoleUnsafe, check_service_role
from playhead.storage.sealing import SealBroken, Sealer

ROLE, MASTER_KEY, AUDIT = "service role", "master key", "audit logs"
MOST_ORGANISATIONS = 1000
MOST_ENTRIES = 100_000
MOST_SEALED = 5
REASONS = {
    Reason.MISSING: "is missing",
    Reason.ALTERED: "is not what was written",
    Reason.COLUMNS_DIFFER: "says another thing in its columns than in its text",
}


def newest_migration() -> str:
    """Return the number of the newest migration that this program has."""
    return max(file.name.partition("_")[0] for file in FOLDER.glob("*.sql"))


def examine_schema(owner_url: str, now: Callable[[], Micros]) -> Iterator[Finding]:
    """Ask the catalogue as the owner of the database."""
    try:
        with Session.open(owner_url) as session:
            yield from _schema(Catalogue(session), now)
    except DatabaseUnavailable as error:
        yield problem(
            DATABASE, error.message, "start it, or correct PLAYHEAD_DATABASE_URL; see its log"
        )


def _schema(catalogue: Catalogue, now: Callable[[], Micros]) -> Iterator[Finding]:
    yield check_version(catalogue.version())
    asked = now()
    told = catalogue.clock()
    yield check_clock(told - (asked + now()) // 2)
    current = catalogue.migration()
    newest = newest_migration()
    yield check_migrations(current, newest)
    if current is not None and current >= newest:
        yield from check_policies(catalogue.tables(), catalogue.policies())
        yield from check_definers(catalogue.definers())


def examine_role(service_url: str) -> Finding:
    """Log in as whoever serves requests, and see whether row-level security holds them."""
    try:
        check_service_role(service_url)
    except ServiceRoleUnsafe as error:
        return problem(ROLE, error.message, "take these powers from it before anything serves")
    except DatabaseUnavailable as error:
        remedy = "`playhead up` lets the role log in; else set PLAYHEAD_SERVICE_DATABASE_URL"
        return problem(ROLE, error.message, remedy)
    return ok(ROLE, "whoever serves requests is held by row-level security")


def check_seals(sealer: Sealer, sealed: Sequence[bytes]) -> Finding:
    """Judge whether the master key opens what it, or one before it, has ``sealed``."""
    if not sealed:
        return ok(MASTER_KEY, "it has sealed no signing key yet")
    try:
        for each in sealed:
            sealer.open(each, purpose=PURPOSE)
    except SealBroken:
        return problem(
            MASTER_KEY,
            "it does not open the signing keys of this database",
            "put master.key back from a copy, or add the earlier key to PLAYHEAD_MASTER_KEY; where"
            " it is lost: `playhead users new-signing-key --withdraw`",
        )
    return ok(MASTER_KEY, "it opens the signing keys")


def check_chain(org: OrgRecord, found: Verification) -> Finding | None:
    """Judge one organisation's audit log; None where nothing is to be said."""
    if found.broken is not None:
        says = f"entry {found.broken.number} of {org.id} {REASONS[found.broken.reason]}"
        remedy = "somebody changed the log in the database: compare it with a copy"
        return problem(AUDIT, says, remedy)
    return None


async def examine_tenants(desk: Administration, sealer: Sealer) -> AsyncIterator[Finding]:
    """Open what is sealed, and follow the audit logs, up to `MOST_ENTRIES` in all."""
    async with desk.view.transaction() as transaction:
        sealed = await newest_sealed(transaction, MOST_SEALED)
    yield check_seals(sealer, sealed)
    orgs = await organisations(desk, limit=MOST_ORGANISATIONS)
    reader, left, whole = AuditReader(desk.tenants), MOST_ENTRIES, 0
    for org in orgs:
        if left <= 0:
            break
        found = await verify(reader, org.org_id, most=left)
        left -= found.entries
        whole += found.is_complete
        if finding := check_chain(org, found):
            yield finding
    yield _followed(whole, len(orgs), MOST_ENTRIES - left)


def _followed(whole: int, organisations: int, entries: int) -> Finding:
    says = f"followed those of {whole:,} of {organisations:,} organisations, {entries:,} entries"
    if whole < organisations or organisations == MOST_ORGANISATIONS:
        return warning(
            AUDIT, f"{says}; more was not looked at", "GET /api/v1/audit/verify follows one whole"
        )
    return ok(AUDIT, says)
