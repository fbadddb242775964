"""Looks at a running Playhead from outside: over its API, its status files and its disk."""

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx2

from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant, parse_instant
from playhead.entrypoints.cli.demo.numbers import Numbers
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.status_file import read_statuses

ANSWER_SECONDS = 1.0
TRIED = 20
BLOCK_BYTES = 512
Market = dict[str, Any]
Found = tuple[str, str]


class Onlooker:
    """Asks what any key may ask; a part that does not answer yet leaves its numbers out."""

    def __init__(self, settings: Settings, api: httpx2.Client) -> None:
        self._home = settings.home
        self._api = api
        self._markets: Sequence[Market] = ()
        self._came = _now()

    def look(self) -> Numbers:
        """Return the numbers of now."""
        self._markets = self._ask("/markets?limit=1000").get("data", ())
        coverages = [market["coverage"] for market in self._markets]
        is_open = [market["status"] == "active" for market in self._markets]
        frames = read_statuses(self._home).get("recorder", {}).get("frames")
        return Numbers(
            markets=sum(is_open) or None,
            proven=sum(
                each["recording"] for each, open_ in zip(coverages, is_open, strict=True) if open_
            ),
            frames=frames if isinstance(frames, int) else None,
            events=sum(coverage["events"] for coverage in coverages) or None,
            lag_seconds=_lag(coverages, _now()),
            disk_bytes=disk_bytes(self._home),
        )

    def find_proven(self, *, seconds_ago: int) -> Found | None:
        """Return a market of the last look whose book of then is proven, and the instant.

        The one with most changes of those that were recorded then and still are.
        """
        at = Micros((_now() // MICROS_PER_SECOND - seconds_ago) * MICROS_PER_SECOND)
        return self._first_proven(
            (market["ticker"], at)
            for market in self._busiest()
            if market["coverage"]["recording"] and _since(market) < at
        )

    def find_last_proven(self) -> Found | None:
        """Return a market whose book is proven at the end of its recording, and the instant.

        Only what was recorded since the onlooker came counts.
        """
        return self._first_proven(
            (market["ticker"], Micros(_until(market) - 1))
            for market in self._busiest()
            if _until(market) > self._came
        )

    def _busiest(self) -> list[Market]:
        known = [market for market in self._markets if market["coverage"]["since"]]
        return sorted(known, key=_events, reverse=True)[:TRIED]

    def _first_proven(self, candidates: Iterable[tuple[str, Micros]]) -> Found | None:
        for ticker, at in candidates:
            text = format_instant(at).replace(".000000Z", "Z")
            answer = self._ask(f"/markets/{ticker}/book?at={text}")
            if answer.get("coverage", {}).get("state") == "proven":
                return ticker, text
        return None

    def _ask(self, path: str) -> dict[str, Any]:
        try:
            answer = self._api.get(path)
            return dict(answer.json()) if answer.is_success else {}
        except (httpx2.HTTPError, ValueError):
            return {}


def api_of(settings: Settings, key: str) -> httpx2.Client:
    """Return a client of the API that ``settings`` start, who asks with ``key``."""
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{settings.port}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=ANSWER_SECONDS,
        trust_env=False,
    )


def disk_bytes(folder: Path) -> int:
    """Return what ``folder`` takes on its disk; files that go meanwhile do not count."""
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * BLOCK_BYTES
            except FileNotFoundError:
                continue
    return total


def _since(market: Market) -> Micros:
    return parse_instant(market["coverage"]["since"])


def _until(market: Market) -> Micros:
    return parse_instant(market["coverage"]["until"])


def _events(market: Market) -> int:
    return int(market["coverage"]["events"])


def _lag(coverages: Sequence[Market], now: Micros) -> float | None:
    newest = max(
        (parse_instant(each["until"]) for each in coverages if each["until"]), default=None
    )
    return None if newest is None else max(0, now - newest) / MICROS_PER_SECOND


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
