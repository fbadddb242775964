"""Frames a second from a capture to the durable tape, in one process."""

from statistics import median

import psycopg

from benchmarks.plain_ingest import copy_row_by_row
from benchmarks.report import Row
from benchmarks.stats import seconds_of, times
from benchmarks.tape import follower
from benchmarks.workshop import Workshop

AIM = 100_000


def measure(shop: Workshop) -> list[Row]:
    """Read the simulated capture into fresh databases, and a part of it the plain way."""
    ours = [_rate(shop) for _ in range(shop.sizes.repeats)]
    plain = [_plain_rate(shop) for _ in range(shop.sizes.repeats)]
    return [
        Row(
            "capture to durable tape",
            f"{median(ours):,.0f} frames/s ({min(ours):,.0f} to {max(ours):,.0f})",
            f"json.loads and COPY, row by row: {median(plain):,.0f}",
            times(median(ours), median(plain)),
            f">= {AIM:,}",
        )
    ]


def _rate(shop: Workshop) -> float:
    captures, url = shop.simulated, shop.new_database()
    shop.tell(f"reading {shop.sizes.frames:,} frames on to a tape")
    with follower(captures, url) as reader:
        seconds = seconds_of(reader.catch_up)
        assert reader.totals.frames == shop.sizes.frames
    return shop.sizes.frames / seconds


def _plain_rate(shop: Workshop) -> float:
    captures, url = shop.simulated, shop.new_database()
    shop.tell(f"reading {shop.sizes.plain_frames:,} frames the plain way")
    with psycopg.connect(url) as connection:
        seconds = seconds_of(lambda: copy_row_by_row(connection, captures, shop.sizes.plain_frames))
    return shop.sizes.plain_frames / seconds
