"""Gaps are told to whoever listens, also when the database was away in between."""

import asyncio
from collections.abc import Mapping
from typing import cast

import pytest

from playhead.automation.reflexes import News
from playhead.automation.timeline import Gap, Timeline
from playhead.base.time import Micros
from playhead.entrypoints.automation import gaps
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.tenants import Tenants


class OneGap:
    """A recording in which one gap opens after the first look."""

    async def gaps(
        self, told: Mapping[str, int] | None, *, most: int
    ) -> tuple[list[Gap], dict[str, int]]:
        if told is None:
            return [], {"gap": 0}
        found = [] if told["gap"] else [_gap()]
        return found, {"gap": 1}


def _gap() -> Gap:
    return Gap(gap_id=1, cause="stall", received_to=None, detected_at=Micros(5), markets=2)


def test_a_gap_is_told_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    async def broadcast(tenants: Tenants, news: News, *, now: Micros) -> int:
        tries.append(news.id)
        if len(tries) == 1:
            raise DatabaseUnavailable("away")
        return 1

    async def story() -> None:
        timeline, nobody = cast(Timeline, OneGap()), cast(Tenants, None)
        told = gaps.tell_gaps(nobody, timeline, lambda: Micros(9), look_seconds=0.001)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await told

    monkeypatch.setattr(gaps, "broadcast", broadcast)
    asyncio.run(story())
    assert tries == ["gap:1", "gap:1"]
