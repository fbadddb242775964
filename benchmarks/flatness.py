"""Whether a book at an instant takes as long after ten million events as after a hundred thousand.

The events pass through the real parser, ingest and commits; only the capture's files are left out,
which would take some gigabytes. After each step everything complete is sealed.
"""

from itertools import pairwise

from benchmarks.history import History
from benchmarks.instants import rewind_latencies, run, sealed_instants
from benchmarks.loading import Loader
from benchmarks.report import Row
from benchmarks.stats import Latencies, milliseconds
from benchmarks.tape import seal, settle
from benchmarks.workshop import Workshop
from playhead.storage.postgres import Session


def measure(shop: Workshop) -> list[Row]:
    """Ask for random sealed instants of twenty markets at each length of history."""
    url, found = shop.new_database(), list[Latencies]()
    with Session.open(url, name="bench-ingest") as session:
        loader = Loader(session, History())
        for before, upto in pairwise((0, *shop.sizes.history)):
            shop.tell(f"making a history of {upto:,} events")
            loader.load(upto - before)
            found.append(_latencies(shop, url))
    first, last = shop.sizes.history[0], shop.sizes.history[-1]
    return [
        Row(
            f"book at an instant, {first:,} to {last:,} events",
            "p50 " + ", ".join(milliseconds(each.p50) for each in found),
            "the longest history beside the shortest",
            f"{found[-1].p50 / found[0].p50:.2f}x",
            "<= 1.3x",
        )
    ]


def _latencies(shop: Workshop, url: str) -> Latencies:
    seal(url)
    settle(url)
    instants = sealed_instants(url, shop.sizes.instants)
    return run(rewind_latencies(url, instants, shop.sizes.repeats))
