"""The process that serves a simulated exchange."""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvloop

from playhead.entrypoints.settings import Settings
from playhead.entrypoints.status_file import write_status
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange

NAME = "exchange"
STATUS_SECONDS = 1.0
Report = Callable[[RunningExchange], None]
_log = logging.getLogger(__name__)


def _say_nothing(running: RunningExchange) -> None:
    pass


def main(settings: Settings) -> None:
    """Serve the exchange that ``settings`` describe until SIGTERM or SIGINT.

    Raises:
        PortInUse: Somebody else has the port.
        InvalidOption: A setting is out of bounds.
    """
    options = ExchangeOptions(
        markets=settings.simulated_markets,
        rate=settings.simulated_rate,
        seed=settings.simulated_seed,
        speed=settings.simulated_speed,
        port=settings.exchange_port,
    )
    serve(options, report=partial(_write_status, settings.home))


def serve(options: ExchangeOptions, report: Report = _say_nothing) -> None:
    """Serve a simulated exchange until SIGINT or SIGTERM.

    Args:
        report: Called as soon as it listens, and every second from then on.

    Raises:
        PortInUse: Somebody else has the port.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, report))


async def _serve(options: ExchangeOptions, report: Report) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_exchange(options) as running:
        while not stop.is_set():
            report(running)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), STATUS_SECONDS)


def _write_status(home: Path, running: RunningExchange) -> None:
    status = {"port": running.port, **running.exchange.status()}
    try:
        write_status(home, NAME, status)
    except OSError as error:  # a status that cannot be written must not end an exchange
        _log.warning("the status cannot be written: %s", error.strerror)
