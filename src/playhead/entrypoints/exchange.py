"""The process that serves a simulated exchange."""

import asyncio
import signal
from collections.abc import Callable

import uvloop

from playhead.entrypoints.settings import Settings
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange


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
    serve(options)


def serve(
    options: ExchangeOptions, on_start: Callable[[RunningExchange], None] | None = None
) -> None:
    """Serve a simulated exchange until SIGINT or SIGTERM.

    Args:
        on_start: Called once it listens, with where it does.

    Raises:
        PortInUse: Somebody else has the port.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, on_start))


async def _serve(
    options: ExchangeOptions, on_start: Callable[[RunningExchange], None] | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_exchange(options) as running:
        if on_start is not None:
            on_start(running)
        await stop.wait()
