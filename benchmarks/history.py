"""A long history: frames of today's protocol, made fast, with sizes and bursts as measured.

Twenty markets of one event share the changes with a heavy tail. A change adds a size to a level,
the next one there takes it back; sizes repeat, as bots' do; levels near the best are busiest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated import START
from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos, format_instant
from playhead.history.capture import Kind, Record

MARKETS = 20
LEVELS = 60
FRAMES_A_BATCH = 4_096
Ints = NDArray[np.int64]

_REPEATED_SIZES = np.array([92, 292, 95, 115, 200, 200, 1_000])
_REPEATED_SHARE = 0.6
_GAPS = np.array([400, 6_000, 45_000])  # microseconds: pairs, bursts, pauses
_GAP_SHARES = np.array([0.5, 0.35, 0.15])
_ON_THE_WAY = 36_000
_RESTING = 500  # contracts at every level at the start


def ticker_of(market: int) -> str:
    """Return the ticker of one of the markets."""
    return f"KXBENCH-26MAY28-B{market:02}"


@dataclass(frozen=True, slots=True)
class _Changes:
    """Some changes, in order: one list a column."""

    market: list[int]
    level: list[int]
    size: list[int]
    at: list[int]


class History:
    """An endless recording of one connection, taken a piece at a time. The same every time."""

    def __init__(self, *, seed: int = 1) -> None:
        self._dice = np.random.default_rng(seed)
        self._now = int(START)
        self._seq = 0
        self._offset = 0
        self._added = np.zeros(MARKETS * LEVELS, dtype=np.int64)
        self._heads = [_head(number) for number in range(MARKETS)]
        self._levels = [_level(number) for number in range(LEVELS)]

    def opening(self) -> list[Record]:
        """Return the snapshots that come first."""
        return [self._snapshot(market) for market in range(MARKETS)]

    def batches(self, events: int) -> Iterator[list[Record]]:
        """Yield the next ``events`` changes in batches as an ingest reads them."""
        for start in range(0, events, FRAMES_A_BATCH):
            yield self._batch(min(FRAMES_A_BATCH, events - start))

    def _batch(self, count: int) -> list[Record]:
        changes = self._draw(count)
        rows = zip(changes.market, changes.level, changes.size, changes.at, strict=True)
        return [self._change(*row) for row in rows]

    def _draw(self, count: int) -> _Changes:
        dice = self._dice
        market = (MARKETS * dice.random(count) ** 2.5).astype(np.int64)
        level = (LEVELS * dice.random(count) ** 3).astype(np.int64)
        kinds = dice.choice(len(_GAPS), count, p=_GAP_SHARES)
        gaps = (dice.exponential(_GAPS[kinds]) + 1).astype(np.int64)
        at = self._now + np.cumsum(gaps)
        self._now = int(at[-1])
        size = self._sizes(market * LEVELS + level)
        return _Changes(market.tolist(), level.tolist(), size.tolist(), at.tolist())

    def _sizes(self, place: Ints) -> Ints:
        """Return a size for each change: one adds, the next one at the same place takes it back."""
        dice, count = self._dice, len(place)
        size = dice.choice(_REPEATED_SIZES, count)
        rare = dice.random(count) > _REPEATED_SHARE
        size[rare] = np.exp(dice.normal(5, 1.5, int(rare.sum()))).astype(np.int64) + 1
        added, sizes = self._added, size.tolist()
        for index, where in enumerate(place.tolist()):
            held = int(added[where])
            if held:
                sizes[index] = -held
            added[where] = 0 if held else sizes[index]
        return np.array(sizes, dtype=np.int64)

    def _change(self, market: int, level: int, size: int, at: int) -> Record:
        seq = self._seq = self._seq + 1
        price, side = self._levels[level]
        millis = at // 1000
        return self._record(
            f'{{"type":"orderbook_delta","sid":1,"seq":{seq},"msg":{self._heads[market]}'
            f'"price_dollars":"{price}","delta_fp":"{size}.00","side":"{side}",'
            f'"ts":"{_second(at // MICROS_PER_SECOND)}.{at % MICROS_PER_SECOND:06}Z",'
            f'"ts_ms":{millis}}},"sending_ts_ms":{millis + 2}}}\n',
            at,
        )

    def _snapshot(self, market: int) -> Record:
        seq = self._seq = self._seq + 1
        yes, no = (_resting(side) for side in ("yes", "no"))
        return self._record(
            f'{{"type":"orderbook_snapshot","sid":1,"seq":{seq},"msg":{_head(market)}'
            f'"yes_dollars_fp":[{yes}],"no_dollars_fp":[{no}]}},'
            f'"sending_ts_ms":{self._now // 1000}}}\n',
            self._now,
        )

    def _record(self, frame: str, at: int) -> Record:
        offset = self._offset
        end = self._offset = offset + len(frame)
        received_at = Nanos((at + _ON_THE_WAY + self._seq * 7_919 % 2_000) * 1000)
        return Record(offset, end, Kind.FRAME, received_at, 1, frame.encode())


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return format_instant(Micros(seconds * MICROS_PER_SECOND))[:19]


def _head(market: int) -> str:
    number = f"00000000-0000-4000-8000-{market:012}"
    return f'{{"market_ticker":"{ticker_of(market)}","market_id":"{number}",'


def _level(number: int) -> tuple[str, str]:
    """Return the price and the side of a level; the first ones are the best of their side."""
    side = ("yes", "no")[number % 2]
    return f"0.{45 - number // 2:02}00", side


def _resting(side: str) -> str:
    """Return the levels of one side at the start, by rising price."""
    levels = [_level(number) for number in reversed(range(LEVELS))]
    return ",".join(f'["{price}","{_RESTING}.00"]' for price, which in levels if which == side)
