"""What the parts of a request cost: endpoints that do one thing more each, in one process."""

import sys
from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.kernel import steps
from benchmarks.kernel.asking import Run, get
from benchmarks.kernel.http import WARM_UP_SECONDS, ask_closed, speed, spent
from benchmarks.kernel.serving import Serving
from benchmarks.kernel.tenants import Key
from benchmarks.report import Row

COMMAND = (sys.executable, "-m", "benchmarks.kernel.steps")
WHOLE = "and the query: the whole"
NAMES = {
    "the server alone": steps.SERVER,
    "and the edge, a bare route": steps.EDGE,
    "and FastAPI's route": steps.ROUTE,
    "and the guard": steps.GUARD,
    "and the limit": steps.LIMIT,
}


def part_rows(server: Serving, keys: Sequence[Key], seconds: float, repeats: int) -> list[Row]:
    """Ask each endpoint in turns, run by run."""
    asked = {name: [get(path, key.headers) for key in keys] for name, path in NAMES.items()}
    asked[WHOLE] = [get(key.path, key.headers) for key in keys]
    for requests in asked.values():
        ask_closed(server, requests, min(seconds, WARM_UP_SECONDS))  # each connection, each key
    runs: dict[str, list[Run]] = {name: [] for name in asked}
    for _ in range(repeats):
        for name, requests in asked.items():
            runs[name].append(ask_closed(server, requests, seconds))
    return _rows(runs)


def _rows(runs: Mapping[str, Sequence[Run]]) -> list[Row]:
    whole, before, rows = _micros(runs[WHOLE]), 0.0, []
    for name, found in runs.items():
        micros = _micros(found)
        rows.append(
            Row(
                f"GET, {name}",
                f"{speed(found)}, {spent(found)} of processor",
                beside=f"more than the line above: {micros - before:,.0f} µs",
                ratio=f"{(micros - before) / whole:.0%} of the whole" if whole else "",
            )
        )
        before = micros
    return rows


def _micros(runs: Sequence[Run]) -> float:
    return median(each.micros_each for each in runs)
