"""Rehearse a reflex over the past."""

from uuid import UUID

from playhead.automation.reflexes.dependencies import ReflexRoom
from playhead.automation.reflexes.errors import NotMarket
from playhead.automation.reflexes.model import TriggerType
from playhead.automation.reflexes.rehearsing import Rehearsal
from playhead.base.time import Micros


async def rehearse(
    room: ReflexRoom, org_id: UUID, reflex_id: UUID, *, since: Micros, until: Micros, most: int
) -> Rehearsal:
    """Return what a reflex would have done in `[since, until)`; nothing is run.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        NotMarket: It is not on a market, or nothing is recorded here.
        IntervalInvalid, MarketsTooMany, MarketUnknown: There is no going through it.
    """
    reflex = (await room.reader.find(org_id, reflex_id)).reflex
    rehearsing = room.desk.rehearsing
    if reflex.chosen.trigger.type is not TriggerType.MARKET or rehearsing is None:
        raise NotMarket
    return await rehearsing.rehearse(reflex, since=since, until=until, most=most)
