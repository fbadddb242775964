"""A recorder that can crash, start again, and be given a wrong time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from random import Random

from playhead.base.time import Nanos
from playhead.entrypoints.chaos.switchboard import MortalCapture, Switchboard
from playhead.history.capture import Capture, CaptureStore, CaptureWriter, Kind
from playhead.history.kalshi import Answer, RestClient, Signer, connect, encode_answer
from playhead.history.recorder import Recorder, RecorderOptions

FLUSH_SECONDS = 0.03


class Recording:
    """One recorder, again and again on one capture.

    Attributes:
        capture: What it records to.
        recorder: The one at work; None between a crash and the next start.
    """

    def __init__(
        self,
        name: str,
        options: RecorderOptions,
        captures: CaptureStore,
        switchboard: Switchboard,
        random: Random,
    ) -> None:
        self.name = name
        self.capture: Capture = captures.for_recorder(name, source=options.hosts.websocket_url)
        self.recorder: Recorder | None = None
        self._options = options
        self._switchboard = switchboard
        self._random = random
        self._signer = Signer.made_up(name)
        self._set_back = 0
        self._port: MortalCapture | None = None
        self._life: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Recording"]:
        """Record, until the end in good order."""
        self.start()
        try:
            yield self
        finally:
            await self._end()

    def start(self) -> None:
        """Start the recorder; it must not be at work."""
        assert self._life is None
        self._life = asyncio.create_task(self._live())

    async def crash(self) -> None:
        """Let the recorder die without another record, as if it were killed."""
        if self._port is not None:
            self._port.is_dead = True
        await self._end()

    def set_clock_back(self, micros: int) -> None:
        """Let the recorder's clock be ``micros`` behind the time; 0: it is right again."""
        self._set_back = micros * 1000

    def check(self) -> None:
        """Raise what ended the recorder, if it ended by itself."""
        if self._life is not None and self._life.done():
            self._life.result()

    async def _end(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life

    async def _live(self) -> None:
        async with AsyncExitStack() as stack:
            writer = stack.enter_context(
                CaptureWriter(self.capture.folder, flush_interval_seconds=FLUSH_SECONDS)
            )
            self._port = port = MortalCapture(self.capture.number, writer, self._switchboard)
            rest = await stack.enter_async_context(self._rest(port))
            url = self._options.hosts.websocket_url
            door = partial(
                connect, url, now=self._now, signer=self._signer, patience=self._options.patience
            )
            self.recorder = Recorder(
                self._options,
                capture=port,
                rest=rest,
                connect=self._switchboard.connector(door),
                now=self._now,
                random=self._random,
            )
            stack.callback(setattr, self, "recorder", None)
            await self.recorder.run()

    def _rest(self, port: MortalCapture) -> RestClient:
        def keep(answer: Answer) -> None:
            port.append(Kind.REST, encode_answer(answer), received_at=self._now())

        return RestClient(
            self._options.hosts.rest_url,
            now=self._now,
            random=self._random,
            signer=self._signer,
            on_answer=keep,
            policy=self._options.asking,
        )

    def _now(self) -> Nanos:
        return Nanos(time.time_ns() - self._set_back)
