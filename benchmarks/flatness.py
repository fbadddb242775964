"""Whether a book at an instant takes as long after ten million events as after a hundred thousand.

The events pass through the real parser, ingest and commits; only the capture's files are left out,
which would take some gigabytes. Everything complete is sealed.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from benchmarks.history import History
from benchmarks.instants import Questions, asker, in_turns, run, sealed_instants
from benchmarks.loading import Loader
from benchmarks.report import Row
from benchmarks.stats import Latencies, milliseconds
from benchmarks.tape import seal, settle
from benchmarks.workshop import Workshop
from playhead.history.rewind import Rewind
from playhead.storage.postgres import Database, Session


def measure(shop: Workshop) -> list[Row]:
    """Ask for random sealed instants of twenty markets at each length of history, in turns."""
    lengths = shop.sizes.history
    urls = [_tape(shop, length) for length in lengths]
    shop.tell(f"asking for {shop.sizes.instants:,} books at each length of history")
    found = run(_latencies(shop, urls))
    return [
        Row(
            f"book at an instant, {lengths[0]:,} to {lengths[-1]:,} events",
            "p50 " + ", ".join(milliseconds(each.p50) for each in found),
            "the longest history beside the shortest",
            f"{found[-1].p50 / found[0].p50:.2f}x",
            "<= 1.3x",
        )
    ]


def _tape(shop: Workshop, events: int) -> str:
    """Return a tape with the first ``events`` changes of the history, sealed."""
    shop.tell(f"making a history of {events:,} events")
    url = shop.new_database()
    with Session.open(url, name="bench-ingest") as session:
        Loader(session, History()).load(events)
    seal(url)
    settle(url)
    return url


async def _latencies(shop: Workshop, urls: Sequence[str]) -> list[Latencies]:
    async with AsyncExitStack() as stack:
        questions = []
        for url in urls:
            instants = sealed_instants(url, shop.sizes.instants)
            database = await stack.enter_async_context(Database.open(url))
            questions.append(Questions(asker(Rewind(database)), instants))
        return await in_turns(questions, shop.sizes.repeats)
