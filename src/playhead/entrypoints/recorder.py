"""The process that records an exchange: from its socket to a capture, and nothing else."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

import uvloop

from playhead.base.time import Nanos
from playhead.entrypoints.settings import Exchange, Settings
from playhead.entrypoints.status_file import write_status
from playhead.history.capture import CaptureStore, CaptureWriter, Kind
from playhead.history.kalshi import (
    DEMO,
    PRODUCTION,
    Answer,
    Hosts,
    RestClient,
    Signer,
    connect,
    encode_answer,
)
from playhead.history.recorder import Recorder, RecorderOptions

NAME = "recorder"
CAPTURE_NAME = "main"
STATUS_SECONDS = 1.0
_log = logging.getLogger(__name__)


def main(settings: Settings) -> None:
    """Record the exchange that ``settings`` name until SIGTERM or SIGINT.

    Raises:
        InvalidKey: The private key file cannot be used.
        Refused: The exchange does not accept the key.
        CaptureInUse: Another recorder writes this capture.
        CaptureUnwritable: The disk refuses.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(record(settings, RecorderOptions(hosts=hosts_of(settings))))


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


async def record(settings: Settings, options: RecorderOptions, *, finish: bool = False) -> None:
    """Record until a signal comes, or until recording is impossible; see ``main``.

    Args:
        settings: Of the process.
        options: How to record.
        finish: Say at the end that nothing will ever follow in this capture.
    """
    signer = signer_of(settings)
    store = CaptureStore(settings.home / "captures", _now)
    capture = store.for_recorder(CAPTURE_NAME, source=options.hosts.websocket_url)
    random = SystemRandom()
    with CaptureWriter(capture.folder) as writer:
        async with _rest(options, signer, writer, random) as rest:
            recorder = Recorder(
                options,
                capture=writer,
                markets=rest,
                connect=partial(
                    connect,
                    options.hosts.websocket_url,
                    now=_now,
                    signer=signer,
                    compression=options.compression,
                    patience=options.patience,
                ),
                now=_now,
                random=random,
            )
            report = partial(_report, settings.home, capture.folder.name, recorder, writer)
            await _until_signal(recorder, report)
        if finish:
            writer.finish(b'{"cause":"shutdown"}', received_at=_now())


def _rest(
    options: RecorderOptions, signer: Signer, writer: CaptureWriter, random: Random
) -> RestClient:
    def keep(answer: Answer) -> None:
        writer.append(Kind.REST, encode_answer(answer), received_at=_now())

    url = options.hosts.rest_url
    return RestClient(url, now=_now, random=random, signer=signer, on_answer=keep)


async def _until_signal(recorder: Recorder, report: Callable[[], None]) -> None:
    recording = asyncio.create_task(recorder.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, recording.cancel)
    while not recording.done():
        report()
        await asyncio.wait([recording], timeout=STATUS_SECONDS)
    with suppress(asyncio.CancelledError):
        recording.result()


def _report(home: Path, capture_name: str, recorder: Recorder, writer: CaptureWriter) -> None:
    status = {
        **recorder.status(),
        "capture": capture_name,
        "capture_offset": writer.durable_offset,
        "capture_waiting_bytes": writer.waiting_bytes,
    }
    try:
        write_status(home, NAME, status)
    except OSError as error:  # a status that cannot be written must not end a recording
        _log.warning("the status cannot be written: %s", error.strerror)


def _now() -> Nanos:
    return Nanos(time.time_ns())
