"""One run of chaos from its beginning to its report."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import uvloop

from playhead.base.time import Micros
from playhead.entrypoints.chaos.conducting import Conductor, RecordingStuck, Stage
from playhead.entrypoints.chaos.following import Following
from playhead.entrypoints.chaos.gate import Gate
from playhead.entrypoints.chaos.judging import Happened, judge
from playhead.entrypoints.chaos.lanes import Lanes
from playhead.entrypoints.chaos.large_oks import LargeOks
from playhead.entrypoints.chaos.options import ChaosOptions
from playhead.entrypoints.chaos.planning import plan_faults
from playhead.entrypoints.chaos.reading import read_tape
from playhead.entrypoints.chaos.recording import Recording
from playhead.entrypoints.chaos.report import ChaosReport, report_of
from playhead.entrypoints.chaos.switchboard import Switchboard
from playhead.entrypoints.chaos.truth import Truth
from playhead.entrypoints.worker import now_micros, now_nanos
from playhead.history.capture import CaptureStore
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange
from playhead.history.kalshi import Hosts

READY_SECONDS = 30.0

OnProgress = Callable[[str, int], None]


def run_chaos(
    options: ChaosOptions, folder: Path, database_url: str, on_progress: OnProgress
) -> ChaosReport:
    """Record a simulated exchange that goes wrong, and hold the tape against the truth.

    Args:
        options: What to do.
        folder: Where the captures go.
        database_url: A migrated, empty database.
        on_progress: Hears what is being done, and how many faults are over.

    Raises:
        RecordingStuck: A recorder did not get whole again.
        IngestFailed: The ingest ended by itself.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_Run(options, folder, database_url, on_progress).report())


class _Clock:
    """Exchange time: it stands still until ``begin``, and is our own from then on."""

    def __init__(self) -> None:
        self.start = now_micros()
        self._has_begun = False

    def __call__(self) -> Micros:
        return max(self.start, now_micros()) if self._has_begun else self.start

    def begin(self) -> None:
        self._has_begun = True


@dataclass
class _Run:
    options: ChaosOptions
    folder: Path
    database_url: str
    on_progress: OnProgress
    happened: list[Happened] = field(default_factory=list)

    async def report(self) -> ChaosReport:
        clock = _Clock()
        exchange_options = ExchangeOptions(
            markets=self.options.markets,
            rate=self.options.rate,
            seed=self.options.seed,
            start=clock.start,
        )
        async with running_exchange(exchange_options, clock) as running:
            truth = Truth(running.exchange.simulation, now_micros)
            running.exchange.observers.append(truth.observe)
            clock.begin()
            seconds = await self._play(running)
        self.on_progress("comparing every book with the exchange's", len(self.happened))
        reading = await read_tape(self.database_url, truth, now_micros(), self.options.pace.slack)
        judgement = judge(self.happened, reading.intervals, reading.clock_faults, reading.unknown)
        return report_of(self.options, seconds, judgement, reading)

    async def _play(self, running: RunningExchange) -> int:
        """Record while everything goes wrong; return for how many seconds it did."""
        captures = CaptureStore(self.folder / "captures", now_nanos)
        following = Following(self.database_url, captures, self.options.pace.limits)
        switchboard = Switchboard(running.exchange)
        hosts = Hosts(running.rest_url, running.ws_url)
        async with AsyncExitStack() as stack:
            stack.enter_context(following.running())
            recordings = [
                await stack.enter_async_context(recording.running())
                for recording in self._recordings(captures, switchboard, hosts)
            ]
            numbers = [recording.capture.number for recording in recordings]
            lanes = Lanes(running.exchange, switchboard, following, numbers)
            await self._until_recorded(lanes, recordings)
            began = time.monotonic()
            await self._conduct(lanes, switchboard, recordings)
            seconds = round(time.monotonic() - began)
            # Every book is audited once more, lest a silent fault go unnoticed.
            await asyncio.sleep(self.options.pace.last_audits_seconds)
            await self._until_recorded(lanes, recordings)
            return seconds

    def _recordings(
        self, captures: CaptureStore, switchboard: Switchboard, hosts: Hosts
    ) -> Iterator[Recording]:
        for number in range(1, self.options.recorders + 1):
            yield Recording(
                f"recorder-{number}",
                self.options.pace.recorder(hosts, self.options.markets_per_connection),
                captures,
                switchboard,
                self._dice("recorder", number),
            )

    async def _until_recorded(self, lanes: Lanes, recordings: Sequence[Recording]) -> None:
        """Wait until every recorder knows the book of every open market."""
        self.on_progress("waiting until every book is known", len(self.happened))

        def is_recorded() -> bool:
            for recording in recordings:
                recording.check()
            return all(lanes.is_recorded(lanes.open_markets(), one) for one in lanes.captures)

        if not await lanes.until(is_recorded, READY_SECONDS):
            raise RecordingStuck("not every open market gets recorded")

    async def _conduct(
        self, lanes: Lanes, switchboard: Switchboard, recordings: Sequence[Recording]
    ) -> None:
        large_oks = LargeOks(lanes)
        switchboard.on_sent = large_oks.sent
        stage = Stage(lanes, Gate(), large_oks, self.options.pace, self._hear)
        plan = plan_faults(self.options.faults, self.options.seed, self.options.only)
        async with unwrapped(), asyncio.TaskGroup() as tasks:
            for number, recording in enumerate(recordings):
                share = plan[number :: len(recordings)]
                conductor = Conductor(recording, stage, share, self._dice("faults", number))
                tasks.create_task(conductor.run())

    def _hear(self, fault: Happened) -> None:
        self.happened.append(fault)
        self.on_progress(fault.kind, len(self.happened))

    def _dice(self, purpose: str, number: int) -> Random:
        return Random(f"{self.options.seed} {purpose} {number}")  # noqa: S311  not for secrets


@asynccontextmanager
async def unwrapped() -> AsyncIterator[None]:
    """Let what goes wrong in one of many tasks come out as itself."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group
