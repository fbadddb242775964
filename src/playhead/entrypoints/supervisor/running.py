"""All of Playhead, started and stopped in the right order."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playhead.entrypoints.databases import prepare_service_role
from playhead.entrypoints.embedded import EmbeddedPostgres, EmbeddedValkey
from playhead.entrypoints.settings import Exchange, Settings, variable_of
from playhead.entrypoints.status_file import forget_statuses
from playhead.entrypoints.supervisor.home import locked_home
from playhead.entrypoints.supervisor.part import Part
from playhead.entrypoints.supervisor.ports import check_ports
from playhead.entrypoints.supervisor.programs import programs_of
from playhead.entrypoints.supervisor.supervisor import Supervisor, Tell
from playhead.storage.migrate import migrate

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Running:
    """Playhead at work. ``settings`` name the servers' addresses, embedded or not."""

    settings: Settings
    supervisor: Supervisor


@contextmanager
def running(
    settings: Settings,
    tell: Tell,
    programs: Callable[[Settings], Sequence[Part]] = programs_of,
) -> Iterator[Running]:
    """Start servers, schema and processes; stop them at the end, whatever ends it.

    Raises:
        AlreadyRunning, HomeUnusable, DiskFull, PortBusy: Before anything was started.
        ServerFailed, DatabaseUnavailable: A server does not come up.
        StopAsked: A signal asked to stop before all had started.
    """
    with locked_home(settings.home) as home:
        supervisor = Supervisor(home, tell)
        supervisor.end_leftovers()
        forget_statuses(home)
        _check_ports(settings)
        tell(f"starting in {home} ...")
        with _signals_ask(supervisor):
            try:
                settings = _start_servers(supervisor, _absolute(settings))
                supervisor.start(programs(settings))
                yield Running(settings, supervisor)
            finally:
                supervisor.stop()


def _start_servers(supervisor: Supervisor, settings: Settings) -> Settings:
    postgres = EmbeddedPostgres(settings.home / "postgres")
    valkey = EmbeddedValkey(settings.home / "valkey")
    ours: list[Part] = []
    if settings.database_url is None:
        ours.append(postgres)
    if settings.valkey_url is None:
        ours.append(valkey)
    supervisor.start(ours)
    supervisor.wait_until_ready(*ours)
    found = settings.model_copy(
        update={
            "database_url": settings.database_url or postgres.url,
            "valkey_url": settings.valkey_url or valkey.url,
        }
    )
    migrate(str(found.database_url))
    return found.model_copy(update={"service_database_url": prepare_service_role(found)})


def _absolute(settings: Settings) -> Settings:
    # Children work in another folder.
    key_file = settings.kalshi_private_key_file
    return settings.model_copy(
        update={
            "home": settings.home.absolute(),
            "kalshi_private_key_file": key_file and key_file.absolute(),
        }
    )


def _check_ports(settings: Settings) -> None:
    wanted = {variable_of("port"): settings.port}
    if settings.exchange is Exchange.SIMULATED:
        wanted[variable_of("exchange_port")] = settings.exchange_port
    check_ports(wanted)


@contextmanager
def _signals_ask(supervisor: Supervisor) -> Iterator[None]:
    before = {number: signal.signal(number, supervisor.ask_to_stop) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
