"""``python -m benchmarks``: measure, and print one table."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import (
    audits,
    demo,
    detection,
    flatness,
    habits,
    ingest,
    instant,
    jobs,
    live,
    reflexes,
    segments,
)
from benchmarks.automation import executions, webhooks
from benchmarks.kernel import measuring as kernel
from benchmarks.machine import machine
from benchmarks.report import Row, table
from benchmarks.sizes import FULL, QUICK, Sizes
from benchmarks.workshop import Workshop, workshop

MEASURES: dict[str, Callable[[Workshop], list[Row]]] = {
    "ingest": ingest.measure,
    "audits": audits.measure,
    "segments": segments.measure,
    "instant": instant.measure,
    "flatness": flatness.measure,
    "demo": demo.measure,
    "live": live.measure,
    "detection": detection.measure,
    "kernel": kernel.measure,
    "jobs": jobs.measure,
    "habits": habits.measure,
    "reflexes": reflexes.measure,
    "webhooks": webhooks.measure,
    "executions": executions.measure,
}
_RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "data"


def main(arguments: Sequence[str]) -> None:
    """Run what ``arguments`` choose and print the table."""
    chosen = _parser().parse_args(arguments)
    tell = _teller()
    with workshop(_sizes(chosen), chosen.data, tell, chosen.folder) as shop:
        where = machine(shop.postgres_url)
        rows = [row for name in chosen.only or MEASURES for row in MEASURES[name](shop)]
        tell("done")
    print(f"{where}\nmedians of {shop.sizes.repeats} runs\n\n{table(rows)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one run, under a minute")
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="leave the others out")
    parser.add_argument("--folder", type=Path, help="put the throw-away servers here")
    parser.add_argument("--data", type=Path, default=_RECORDINGS, help="where recordings are")
    for name in ("frames", "repeats", "instants", "requests"):
        parser.add_argument(f"--{name}", type=int, help=f"default {getattr(FULL, name):,}")
    parser.add_argument("--history", type=int, nargs="+", help="events at which books are compared")
    return parser


def _sizes(chosen: argparse.Namespace) -> Sizes:
    given = {
        name: getattr(chosen, name) for name in ("frames", "repeats", "instants", "requests")
    } | {"history": tuple(sorted(chosen.history)) if chosen.history else None}
    wanted = {name: value for name, value in given.items() if value is not None}
    sizes = replace(QUICK if chosen.quick else FULL, **wanted)
    return replace(sizes, plain_frames=min(sizes.plain_frames, sizes.frames))


def _teller() -> Callable[[str], None]:
    began = time.monotonic()

    def tell(sentence: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {sentence}", file=sys.stderr, flush=True)

    return tell


if __name__ == "__main__":
    main(sys.argv[1:])
