"""The book at an instant over HTTP, while everything else is at work on the same machine."""

import time
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from random import Random

from benchmarks.processes import RATE, Started, started
from benchmarks.report import Row
from benchmarks.stats import latencies
from benchmarks.workshop import Workshop
from playhead.base.time import Micros, format_instant, parse_instant

BUSIEST = 10
WARM_UP = 100
_PROVEN = b'"state":"proven"'
_NOW = 500_000  # microseconds that an instant stays behind the newest one


def measure(shop: Workshop) -> list[Row]:
    """Ask for random instants of the busiest markets, by one connection that is kept alive."""
    with started(shop.folder / "live") as playhead:
        shop.tell(f"recording for {shop.sizes.recorded_seconds:.0f} s before the first request")
        playhead.seconds_to_first_book()
        time.sleep(shop.sizes.recorded_seconds)
        shop.tell(f"asking over HTTP, {shop.sizes.repeats} times {shop.sizes.requests:,} requests")
        runs = [_run(playhead, shop.sizes.requests, seed) for seed in range(shop.sizes.repeats)]
    return [
        Row(
            f"book at an instant, HTTP, recording {RATE} changes/s",
            str(latencies(runs)),
            aim="p50 <= 3 ms, p99 <= 15 ms",
        )
    ]


def _run(playhead: Started, requests: int, seed: int) -> list[int]:
    with closing(playhead.connect()) as connection:
        headers = playhead.headers()
        paths = _paths(playhead.ask(connection, "/markets?limit=1000")["data"], requests, seed)
        for path in paths[:WARM_UP]:
            _nanos(connection, path, headers)
        return [_nanos(connection, path, headers) for path in paths]


def _paths(markets: Sequence[dict[str, object]], count: int, seed: int) -> list[str]:
    """Return questions about the busiest of ``markets``, within what is proven of each."""
    dice = Random(seed)
    spans = sorted(map(_span, markets), reverse=True)[:BUSIEST]
    return [_path(dice, *dice.choice(spans)[1:]) for _ in range(count)]


def _span(market: dict[str, object]) -> tuple[int, str, Micros, Micros]:
    coverage = market["coverage"]
    assert isinstance(coverage, dict)
    if coverage["since"] is None or not coverage["recording"]:
        return -1, str(market["ticker"]), Micros(0), Micros(0)
    since, until = parse_instant(coverage["since"]), parse_instant(coverage["until"])
    return coverage["events"], str(market["ticker"]), since, Micros(until - _NOW)


def _path(dice: Random, ticker: str, since: Micros, until: Micros) -> str:
    at = format_instant(Micros(dice.randint(since, until)))
    return f"/api/v1/markets/{ticker}/book?at={at}"


def _nanos(connection: HTTPConnection, path: str, headers: dict[str, str]) -> int:
    began = time.perf_counter_ns()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse().read()
    taken = time.perf_counter_ns() - began
    assert _PROVEN in answer, f"{path}: {answer[:300]!r}"
    return taken
