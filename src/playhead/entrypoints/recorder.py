"""The process that records an exchange: from its socket to a capture, and nothing else."""

import asyncio
import logging
import signal
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import SystemRandom

import uvloop

from playhead.base.time import Nanos
from playhead.entrypoints.missed_books import MissedBooks
from playhead.entrypoints.recorders import capture_name, process_name
from playhead.entrypoints.settings import Exchange, Settings
from playhead.entrypoints.status_file import write_status
from playhead.history.capture import Capture, CaptureStore, CaptureWriter
from playhead.history.kalshi import DEMO, PRODUCTION, Hosts, Signer, connect
from playhead.history.recorder import (
    Connector,
    Recorder,
    RecorderOptions,
    accepts_shard,
    rest_client,
)

STATUS_SECONDS = 1.0
MISSED_SECONDS = 0.5
_log = logging.getLogger(__name__)


def main(settings: Settings, *, number: int = 1) -> None:
    """Record the exchange that ``settings`` name until SIGTERM or SIGINT.

    Args:
        settings: Of the process.
        number: Which of several recorders it is, from 1.

    Raises:
        InvalidKey: The private key file cannot be used.
        Refused: The exchange does not accept the key.
        CaptureInUse: Another process is this recorder.
        CaptureUnwritable: The disk refuses.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(record(settings, RecorderOptions(hosts=hosts_of(settings)), number=number))


def hosts_of(settings: Settings) -> Hosts:
    """Return where the exchange that ``settings`` name is reached."""
    if settings.exchange is Exchange.SIMULATED:
        return Hosts.at(f"http://127.0.0.1:{settings.exchange_port}")
    return DEMO if settings.exchange is Exchange.DEMO else PRODUCTION


def signer_of(settings: Settings) -> Signer:
    """Return the key to show: the one given, or one made up, which the simulated exchange takes.

    Raises:
        InvalidKey: The private key file cannot be used.
    """
    if settings.kalshi_key_id is None or settings.kalshi_private_key_file is None:
        return Signer.made_up("simulated")
    return Signer.from_file(settings.kalshi_key_id, settings.kalshi_private_key_file)


async def record(
    settings: Settings, options: RecorderOptions, *, number: int = 1, finish: bool = False
) -> None:
    """Record until a signal comes, or until recording is impossible; see ``main``.

    Args:
        settings: Of the process.
        options: How to record.
        number: Which of several recorders it is, from 1.
        finish: Say at the end that nothing will ever follow in this capture.
    """
    signer, shards = signer_of(settings), settings.recorder_shards
    store = CaptureStore(settings.home / "captures", _now)
    capture = store.for_recorder(capture_name(number), source=options.hosts.websocket_url)
    random = SystemRandom()
    with CaptureWriter(capture.folder) as writer:
        client = rest_client(options, capture=writer, now=_now, random=random, signer=signer)
        async with client as rest:
            recorder = Recorder(
                options,
                capture=writer,
                rest=rest,
                connect=_connector(options, signer),
                now=_now,
                random=random,
                accepts=accepts_shard((number - 1) % shards, shards),
            )
            process = _Process(settings.home, process_name(number), capture, writer, recorder)
            await process.run()
        if finish:
            writer.finish(b'{"cause":"shutdown"}', received_at=_now())


def _connector(options: RecorderOptions, signer: Signer) -> Connector:
    return partial(
        connect,
        options.hosts.websocket_url,
        now=_now,
        signer=signer,
        compression=options.compression,
        patience=options.patience,
    )


class _Process:
    """A recorder and what it exchanges with the other processes, by status files."""

    def __init__(
        self, home: Path, name: str, capture: Capture, writer: CaptureWriter, recorder: Recorder
    ) -> None:
        self._home = home
        self._name = name
        self._capture = capture.folder.name
        self._writer = writer
        self._recorder = recorder
        self._missed = MissedBooks(home, self._capture)

    async def run(self) -> None:
        """Record until a signal comes."""
        recording = asyncio.create_task(self._recorder.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, recording.cancel)
        report_due = loop.time()
        while not recording.done():
            if loop.time() >= report_due:
                self._report()
                report_due = loop.time() + STATUS_SECONDS
            self._recorder.heal(self._missed.look())
            await asyncio.wait([recording], timeout=MISSED_SECONDS)
        with suppress(asyncio.CancelledError):
            recording.result()

    def _report(self) -> None:
        status = {
            **self._recorder.status(),
            "capture": self._capture,
            "capture_offset": self._writer.durable_offset,
            "capture_waiting_bytes": self._writer.waiting_bytes,
        }
        try:
            write_status(self._home, self._name, status)
        except OSError as error:  # a status that cannot be written must not end a recording
            _log.warning("the status cannot be written: %s", error.strerror)


def _now() -> Nanos:
    return Nanos(time.time_ns())
