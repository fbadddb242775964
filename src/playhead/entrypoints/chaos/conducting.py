"""Does one fault after another to every connection of a recorder, each once the last is over.

At most one fault is under way on a connection, so that what is told of it can be laid at its door.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from random import Random

from playhead.base.errors import Unavailable
from playhead.entrypoints.chaos.gate import Gate
from playhead.entrypoints.chaos.injecting import inject
from playhead.entrypoints.chaos.judging import Happened
from playhead.entrypoints.chaos.kinds import EXPECTED, Kind
from playhead.entrypoints.chaos.lanes import LOOK_SECONDS, Lane, Lanes
from playhead.entrypoints.chaos.large_oks import LargeOks
from playhead.entrypoints.chaos.pace import Pace
from playhead.entrypoints.chaos.recording import Recording
from playhead.entrypoints.chaos.watching import Watch
from playhead.entrypoints.worker import now_micros
from playhead.history.exchange import Injected

STUCK_SECONDS = 60.0
LATE_SECONDS = 3.0
BUSY_SHARE = 5
"""A connection is busy that has at least one in so many of the changes of the busiest one."""
ANOTHER_RESET_SECONDS = 2.0
LONGEST_DOWN_SECONDS = 0.6
SET_BACK = 250_000
SET_BACK_SECONDS = 0.2
"""Shorter than the clock is set back: every instant that is told wrongly is told twice."""
PAUSE_SECONDS = (0.6, 1.2)
REFUSAL_SECONDS = (0.2, 0.6)

OnHappened = Callable[[Happened], None]


class RecordingStuck(Unavailable):
    """No connection became whole again for a long time."""

    code = "chaos.stuck"


@dataclass(frozen=True, slots=True)
class Stage:
    """What conductors share."""

    lanes: Lanes
    gate: Gate
    large_oks: LargeOks
    pace: Pace
    on_happened: OnHappened


class Conductor:
    """Brings the planned faults over one recorder."""

    def __init__(
        self, recording: Recording, stage: Stage, plan: Iterable[Kind], random: Random
    ) -> None:
        self._recording = recording
        self._capture = recording.capture.number
        self._stage = stage
        self._lanes = stage.lanes
        self._plan = deque(plan)
        self._random = random
        self._busy: set[int] = set()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Do everything that is planned, and return when all of it is over.

        Raises:
            RecordingStuck: The recorder does not get whole again.
        """
        async with asyncio.TaskGroup() as tasks:
            while self._plan or self._running:
                self._recording.check()
                if self._plan:
                    await self._next(self._plan.popleft(), tasks)
                else:
                    await asyncio.sleep(LOOK_SECONDS)

    async def _next(self, kind: Kind, tasks: asyncio.TaskGroup) -> None:
        match kind:
            case Kind.LATE_LISTING:
                self._begin(self._list_late(), tasks)
            case Kind.LARGE_OK:
                self._begin(self._enlarge_ok(), tasks)
            case Kind.CRASH:
                await self._by_itself(self._crash)
            case Kind.CLOCK_STEP:
                await self._by_itself(self._step_clock)
            case Kind.REFUSE_UPGRADES | Kind.PAUSE:
                await self._idle()
                async with self._stage.gate.alone():
                    await self._to_everybody(kind)
            case _:
                lane = await self._free_lane(kind)
                self._busy.add(lane.number)
                self._begin(self._to_lane(kind, lane), tasks)

    def _begin(self, work: Coroutine[None, None, None], tasks: asyncio.TaskGroup) -> None:
        task = tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _idle(self) -> None:
        await self._lanes.until(lambda: not self._busy)

    async def _by_itself(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        await self._idle()
        async with self._stage.gate.together():
            await work()

    async def _free_lane(self, kind: Kind) -> Lane:
        """Wait for a whole connection without a fault; a busy one where changes are needed."""
        clock = asyncio.get_running_loop()
        late = clock.time() + STUCK_SECONDS
        while clock.time() < late:
            lanes = self._lanes.of_capture(self._capture)
            if EXPECTED[kind].needs_change:
                most = max((lane.changes for lane in lanes), default=0)
                lanes = [lane for lane in lanes if lane.changes * BUSY_SHARE >= max(most, 1)]
            free = [lane for lane in lanes if self._is_free(lane)]
            if free:
                return self._random.choice(free)
            await asyncio.sleep(LOOK_SECONDS)
        raise RecordingStuck(f"{self._recording.name} does not get whole again")

    def _is_free(self, lane: Lane) -> bool:
        return lane.number not in self._busy and self._lanes.is_whole(lane)

    def _watch(self, kind: Kind, lane: Lane | None = None, *, reaches_back: int = 0) -> Watch:
        told_seconds, mine = self._stage.pace.told_seconds, (self._capture,)
        return Watch(self._lanes, kind, mine, told_seconds, lane, reaches_back=reaches_back)

    # -- one connection -------------------------------------------------------------------------

    async def _to_lane(self, kind: Kind, lane: Lane) -> None:
        try:
            async with self._stage.gate.together():
                watch = self._watch(kind, lane)
                injected = None
                if self._lanes.is_whole(lane):
                    injected = await self._inject(kind, lane)
                if injected is None:
                    self._plan.append(kind)  # there was nothing to do it to: elsewhere, then
                else:
                    self._stage.on_happened(await watch.until_over(injected))
        finally:
            self._busy.discard(lane.number)

    async def _inject(self, kind: Kind, lane: Lane) -> Injected | None:
        seconds = self._stage.pace.delay_seconds
        return await inject(kind, lane, self._lanes, self._random, seconds)

    async def _enlarge_ok(self) -> None:
        """Wait until markets are added somewhere; see to it that they are."""
        asking = asyncio.ensure_future(self._stage.large_oks.next(self._capture, self._busy))
        while not (await asyncio.wait([asking], timeout=ANOTHER_RESET_SECONDS))[0]:
            self._plan.append(Kind.RESET)
        lane, injected = asking.result()
        try:
            if injected is None:
                self._plan.append(Kind.LARGE_OK)
            else:
                watch = self._watch(Kind.LARGE_OK, lane)
                self._stage.on_happened(await watch.until_over(injected))
        finally:
            self._busy.discard(lane.number)

    # -- a recorder -----------------------------------------------------------------------------

    async def _crash(self) -> None:
        watch = self._watch(Kind.CRASH)
        await self._recording.crash()
        await asyncio.sleep(self._random.uniform(0.0, LONGEST_DOWN_SECONDS))
        self._recording.start()
        self._stage.on_happened(await watch.until_over())

    async def _step_clock(self) -> None:
        watch = self._watch(Kind.CLOCK_STEP, reaches_back=SET_BACK)
        self._recording.set_clock_back(SET_BACK)
        await asyncio.sleep(SET_BACK_SECONDS)
        self._recording.set_clock_back(0)
        self._stage.on_happened(await watch.until_over())

    # -- the exchange ---------------------------------------------------------------------------

    async def _to_everybody(self, kind: Kind) -> None:
        faults = self._lanes.exchange.faults
        watch = Watch(self._lanes, kind, self._lanes.captures, self._stage.pace.told_seconds)
        if kind is Kind.PAUSE:
            seconds, cut = self._random.uniform(*PAUSE_SECONDS), self._random.random() < 0.7
            injected = faults.pause(seconds, disconnects=cut)
        else:
            seconds = self._random.uniform(*REFUSAL_SECONDS)
            injected = faults.refuse_upgrades(seconds, reset=True)
        self._stage.on_happened(await watch.until_over(injected))

    async def _list_late(self) -> None:
        at = self._lanes.now
        self._lanes.exchange.faults.late_listing(LATE_SECONDS)
        await asyncio.sleep(LATE_SECONDS)
        self._lanes.exchange.faults.late_listing(0)
        self._stage.on_happened(Happened(Kind.LATE_LISTING, at, now_micros(), loses=False))
