"""A GET as most are: authenticated, limited, of one tenant, with one indexed query."""

from collections.abc import Sequence
from statistics import median

from benchmarks.kernel.asking import Run, get, run
from benchmarks.kernel.load import Load
from benchmarks.kernel.serving import Serving
from benchmarks.kernel.tenants import Key
from benchmarks.report import Row
from benchmarks.stats import latencies

CONNECTIONS = 16
OPEN_CONNECTIONS = 128
RATE = 1_500.0
AIM = ">= 1,500/s, p99 <= 40 ms"
WARM_UP_SECONDS = 0.8


def ask_closed(server: Serving, requests: list[str], seconds: float) -> Run:
    """Ask over 16 connections, each as soon as it has its answer."""
    return run(Load(server.port, requests, CONNECTIONS, seconds), server.process_id)


def ask_open(server: Serving, requests: list[str], seconds: float, seed: int) -> Run:
    """Let 1,500 requests a second arrive at random."""
    load = Load(server.port, requests, OPEN_CONNECTIONS, seconds, rate=RATE, seed=seed)
    return run(load, server.process_id)


def whole_rows(server: Serving, keys: Sequence[Key], seconds: float, repeats: int) -> list[Row]:
    """Ask for keys with these keys, in the API's process as it is."""
    requests = [get(key.path, key.headers) for key in keys]
    ask_closed(server, requests, min(WARM_UP_SECONDS, seconds))
    closed = [ask_closed(server, requests, seconds) for _ in range(repeats)]
    at_rate = [ask_open(server, requests, seconds, seed) for seed in range(repeats)]
    return [
        Row(
            f"GET of a key, HTTP, one process, {CONNECTIONS} connections",
            f"{speed(closed)}, {latencies([each.nanos for each in closed])}",
            beside=f"processor of the API: {spent(closed)} a request",
            aim=AIM,
        ),
        Row(
            f"GET of a key, {RATE:,.0f}/s arriving at random",
            str(latencies([each.nanos for each in at_rate])),
            beside=f"processor of the API: {spent(at_rate)} a request",
            aim="p99 <= 40 ms",
        ),
    ]


def speed(runs: Sequence[Run]) -> str:
    """Return how many a second were answered: the median, the least and the most."""
    found = [each.per_second for each in runs]
    return f"{median(found):,.0f}/s ({min(found):,.0f} to {max(found):,.0f})"


def spent(runs: Sequence[Run]) -> str:
    """Return what the server's process spends on a request."""
    return f"{median([each.micros_each for each in runs]):,.0f} µs"
