"""Everything that is looked at, in order; what does not run is told, not asked."""

from collections.abc import AsyncIterator, Callable

from playhead.base.errors import PlayheadError
from playhead.base.time import Micros
from playhead.entrypoints.administration import Administration
from playhead.entrypoints.databases import service_database_url, valkey_address
from playhead.entrypoints.doctor.database import (
    AUDIT,
    MASTER_KEY,
    ROLE,
    examine_role,
    examine_schema,
    examine_tenants,
)
from playhead.entrypoints.doctor.findings import Finding, has_problem, ok, problem, unchecked
from playhead.entrypoints.doctor.home import examine_home
from playhead.entrypoints.doctor.schema import DATABASE, MIGRATIONS
from playhead.entrypoints.doctor.servers import (
    API,
    VALKEY,
    examine_api,
    examine_mail,
    examine_provider,
    examine_valkey,
)
from playhead.entrypoints.kernel.mail import FOLDER, mail_transport
from playhead.entrypoints.kernel_settings import SignInKind
from playhead.entrypoints.reaching import NothingRuns, database_url
from playhead.entrypoints.secrets_of_home import FILE, has_master_key, open_sealer
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.supervisor.home import is_running

SETTINGS = "settings"
START = "start it with `playhead up`"


async def examine(settings: Settings, now: Callable[[], Micros]) -> AsyncIterator[Finding]:
    """Look at all of a Playhead, whether it runs or not. Nothing is changed, and nothing made."""
    runs = is_running(settings.home)
    state = "runs" if runs else "does not run"
    yield ok(SETTINGS, f"they can be read; Playhead {state} in {settings.home.absolute()}")
    for finding in examine_home(settings, runs=runs):
        yield finding
    async for finding in _database(settings, now):
        yield finding
    if settings.valkey_url is None and not runs:
        yield unchecked(VALKEY, "the embedded one does not run", START)
    else:
        yield await examine_valkey(valkey_address(settings))
    yield await examine_mail(mail_transport(settings), settings.home / FOLDER)
    if settings.sign_in is SignInKind.OIDC:
        yield await examine_provider(str(settings.oidc_issuer))
    yield await examine_api(settings.port) if runs else unchecked(API, "it does not run", START)


async def _database(settings: Settings, now: Callable[[], Micros]) -> AsyncIterator[Finding]:
    try:
        url = database_url(settings)
    except NothingRuns:
        yield unchecked(DATABASE, "the embedded one does not run", START)
        yield unchecked(AUDIT, "they need the database")
        return
    found = list(examine_schema(url, now))
    for finding in found:
        yield finding
    if has_problem(each for each in found if each.check in (DATABASE, MIGRATIONS)):
        yield unchecked(ROLE, "the database has to be put in order first")
        yield unchecked(AUDIT, "the database has to be put in order first")
        return
    if not has_master_key(settings):
        # To open it would make another, which nothing was sealed with.
        remedy = "put it back from a copy, or set PLAYHEAD_MASTER_KEY"
        yield problem(MASTER_KEY, f"there is no {settings.home / FILE}", remedy)
        return
    async for finding in _as_the_service(settings):
        yield finding


async def _as_the_service(settings: Settings) -> AsyncIterator[Finding]:
    try:
        sealer = open_sealer(settings)
        role = examine_role(service_database_url(settings))
    except PlayheadError as error:
        yield problem(MASTER_KEY, error.message, "put it back from a copy")
        return
    yield role
    if has_problem([role]):
        yield unchecked(AUDIT, "they are read as the role that serves")
        return
    async with Administration.open(settings) as desk:
        async for finding in examine_tenants(desk, sealer):
            yield finding
