"""The scripted provider on a thread of its own, for workers that are processes."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.automation.models.scripted import ScriptedProvider, scripted_provider

START_SECONDS = 10.0


@contextmanager
def provider_on_a_thread() -> Iterator[ScriptedProvider]:
    """Give a provider that serves until the end; its clock is that of ``time.monotonic``."""
    ready, end = threading.Event(), asyncio.Event()
    made: list[ScriptedProvider] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with scripted_provider() as provider:
            made.append(provider)
            ready.set()
            await end.wait()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=main, name="provider")
    thread.start()
    assert ready.wait(START_SECONDS)
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(START_SECONDS)
