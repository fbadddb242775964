"""A whole Playhead under its real supervisor, in front of an exchange whose true books are told.

Its parts are killed the hard way, and come back by themselves.
"""

import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from playhead.entrypoints.embedded.processes import birth_of, processes_in, wait_until
from playhead.entrypoints.settings import Exchange, Settings, child_environment, load_settings
from playhead.entrypoints.status_file import Status, read_statuses
from playhead.entrypoints.supervisor.part import Program
from playhead.entrypoints.supervisor.programs import programs_of
from playhead.entrypoints.supervisor.running import Running, running
from playhead.history.capture import CaptureStore
from playhead.storage.postgres import DatabaseUnavailable, Session
from tests.chaos.plain import Levels, levels_of
from tests.entrypoints.supervisor.playheads import free_port

SECONDS = 120.0
GLANCE_SECONDS = 0.5
VICTIMS = ("recorder", "ingest", "sealer", "postgres")
BOOKS_SID = 3  # after the lifecycle and the trades
SERVE = """
from playhead.entrypoints.exchange import serve
from playhead.history.exchange import ExchangeOptions

serve(ExchangeOptions(markets={markets}, rate={rate}, seed={seed}, port={port},
                      control_surface=True))
"""


@dataclass(frozen=True, slots=True)
class Kill:
    """A process that was killed; at ``at`` it was surely gone."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Every true book of the exchange at one instant of its clock."""

    at: int
    books: dict[str, Levels]


class Stage:
    """Playhead at work, and what was done to it."""

    def __init__(self, playhead: Running, control: httpx2.Client) -> None:
        self.settings = playhead.settings
        self.kills: list[Kill] = []
        self.glimpses: list[Glimpse] = []
        self._supervisor = playhead.supervisor
        self._control = control
        self._born = now()
        self._glance_due = math.inf

    @property
    def store(self) -> CaptureStore:
        """The captures."""
        return CaptureStore(self.settings.home / "captures", time.time_ns)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """The database."""
        return str(self.settings.database_url)

    @property
    def seconds(self) -> tuple[int, int]:
        """From when until now it has been running, as microseconds."""
        return self._born, now()

    def begin(self) -> None:
        """Wait until it records; from then on the true books are looked at."""
        self.wait_for(self.is_recording)
        self._glance_due = 0.0

    def let_run(self, seconds: float) -> None:
        """Let time pass."""
        deadline = time.monotonic() + seconds
        self._supervisor.run(self._glance, until=lambda: time.monotonic() >= deadline)

    def wait_for(self, claim: Callable[[], bool]) -> None:
        """Let time pass until ``claim`` holds."""
        deadline = time.monotonic() + SECONDS
        self._supervisor.run(self._glance, until=lambda: claim() or time.monotonic() > deadline)
        assert claim(), read_statuses(self.settings.home)

    def kill(self, name: str) -> None:
        """Kill what runs as ``name``, its children included, as if the power of it were cut."""
        pid = self._pid(name)
        assert pid is not None, f"{name} does not run"
        os.killpg(pid, signal.SIGKILL)
        if name == "postgres":
            for child in self._servers():
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        assert wait_until(lambda: birth_of(pid) is None, SECONDS)
        self.kills.append(Kill(name, now()))
        self._supervisor.tick()

    def alive(self) -> list[str]:
        """The parts that could be killed now."""
        pids = {name: self._pid(name) for name in VICTIMS}
        return [name for name, pid in pids.items() if pid is not None and birth_of(pid)]

    def lose_a_frame(self) -> None:
        """Let the exchange lose one frame of a subscription to books, if there is one."""
        fault = json.dumps({"fault": "drop_one", "sid": BOOKS_SID})
        self._control.post("/faults", content=fault.encode())

    def is_recording(self) -> bool:
        """Whether the recorder that runs now has every market that it wants."""
        status = read_statuses(self.settings.home).get("recorder")
        return (
            status is not None
            and status["pid"] == self._pid("recorder")
            and status["state"] == "recording"
            and status["discovery"] == "complete"
            and status["markets_subscribed"] == status["markets_wanted"]
        )

    def is_caught_up(self) -> bool:
        """Whether all that is durable is on the tape, and all that can be sealed is sealed."""
        try:
            with Session.open(self.url) as session:
                rows = session.fetch_all("SELECT capture_id, ingested_to FROM captures")
                left = session.fetch_all("SELECT 1 FROM segments WHERE digest IS NULL LIMIT 1")
        except DatabaseUnavailable:
            return False
        ingested = {row.capture_id: row.ingested_to for row in rows}
        durable = {each.number: each.durable_offset() for each in self.store.captures()}
        return ingested == durable and not left

    def end_recording(self) -> None:
        """End the recording in good order, and wait until everything is on the tape."""
        self.wait_for(self.is_recording)
        self.let_run(3.0)
        self._supervisor.stop(["recorder"])
        self.wait_for(self.is_caught_up)

    def _glance(self) -> None:
        """Note the true books of now, once in a while."""
        if time.monotonic() < self._glance_due:
            return
        self._glance_due = time.monotonic() + GLANCE_SECONDS
        answer = self._control.get("/books").raise_for_status().json()
        books = {ticker: levels_of(body) for ticker, body in answer["books"].items()}
        self.glimpses.append(Glimpse(answer["now"], books))

    def _pid(self, name: str) -> int | None:
        pid = self._part(name)["pid"]
        return pid if isinstance(pid, int) else None

    def _part(self, name: str) -> Status:
        parts = read_statuses(self.settings.home)["supervisor"]["parts"]
        assert isinstance(parts, list)
        return next(part for part in parts if part["name"] == name)

    def _servers(self) -> list[int]:
        return processes_in(self.settings.home / "postgres" / "data", "postgres")


@contextmanager
def staged(home: Path, *, markets: int, rate: int, seed: int) -> Iterator[Stage]:
    """Playhead, started; it records ``markets`` simulated markets."""
    settings = load_settings(
        home=home,
        exchange=Exchange.SIMULATED,
        exchange_port=free_port(),
        port=free_port(),
        simulated_markets=markets,
        simulated_rate=rate,
        simulated_seed=seed,
    )
    address = f"http://127.0.0.1:{settings.exchange_port}/control"
    with (
        running(settings, print, programs) as playhead,
        httpx2.Client(base_url=address, trust_env=False) as control,
    ):
        stage = Stage(playhead, control)
        stage.begin()
        yield stage


def programs(settings: Settings) -> Sequence[Program]:
    """The real processes; the exchange also tells its true books, and nobody asks the API."""
    ours = [one for one in programs_of(settings) if one.name not in ("api", "exchange")]
    script = SERVE.format(
        markets=settings.simulated_markets,
        rate=settings.simulated_rate,
        seed=settings.simulated_seed,
        port=settings.exchange_port,
    )
    exchange = Program(
        "exchange", (sys.executable, "-P", "-c", script), child_environment(settings)
    )
    return [exchange, *ours]


def now() -> int:
    """This machine's time, UTC microseconds."""
    return time.time_ns() // 1000
