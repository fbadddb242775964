"""Medians, percentiles and stopwatches."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

Asked = TypeVar("Asked")
NANOS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long one kind of question took: medians over the runs of each run's percentiles."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {milliseconds(self.p50)}, p99 {milliseconds(self.p99)}"


def percentile(values: Sequence[int], share: float) -> int:
    """Return the smallest value that at least ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(rank, 1) - 1]


def latencies(runs: Sequence[Sequence[int]]) -> Latencies:
    """Return the latencies of ``runs``, which hold nanoseconds."""
    return Latencies(
        p50=median(percentile(run, 0.50) for run in runs),
        p99=median(percentile(run, 0.99) for run in runs),
    )


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / NANOS_PER_SECOND


async def nanos_of_each(
    ask: Callable[[Asked], Awaitable[object]], questions: Sequence[Asked]
) -> list[int]:
    """Return how long each question takes, asked one after the other."""
    taken = []
    for question in questions:
        began = time.perf_counter_ns()
        await ask(question)
        taken.append(time.perf_counter_ns() - began)
    return taken


def milliseconds(nanos: float) -> str:
    """Return nanoseconds as milliseconds with three digits that say something."""
    value = nanos / 1_000_000
    return f"{value:.3f} ms" if value < 1 else f"{value:.2f} ms"


def times(more: float, less: float) -> str:
    """Return how many times ``less`` goes into ``more``."""
    return f"{more / less:.2f}x" if more < 2 * less else f"{more / less:.1f}x"
