"""Tells reflexes of gaps in what is recorded."""

import asyncio
import logging
from collections.abc import Callable

from playhead.automation.reflexes import EventName, News, broadcast
from playhead.automation.timeline import Gap, Timeline
from playhead.base.errors import Unavailable
from playhead.base.time import Micros, format_instant
from playhead.storage.tenants import Tenants

LOOK_SECONDS = 0.5
MOST = 100
_log = logging.getLogger(__name__)


async def tell_gaps(
    tenants: Tenants,
    timeline: Timeline,
    now: Callable[[], Micros],
    *,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Tell every gap that opens from now on, until cancelled.

    Several workers may: what two tell is one event of each reflex.
    """
    _, told = await timeline.gaps(None, most=MOST)
    while True:
        try:
            gaps, reached = await timeline.gaps(told, most=MOST)
            for gap in gaps:
                await broadcast(tenants, _news(gap, now()), now=now())
        except Unavailable as error:  # whoever began anew would begin after what was not told
            _log.warning("gaps are told later: %s", error.message)
            await asyncio.sleep(look_seconds)
            continue
        told = reached
        if len(gaps) < MOST:
            await asyncio.sleep(look_seconds)


def _news(gap: Gap, now: Micros) -> News:
    payload = {
        "cause": gap.cause,
        "last_known_at": None if gap.received_to is None else format_instant(gap.received_to),
        "markets": gap.markets,
    }
    at = now if gap.detected_at is None else gap.detected_at
    return News(EventName.GAP_OPENED, f"gap:{gap.gap_id}", at, payload)
