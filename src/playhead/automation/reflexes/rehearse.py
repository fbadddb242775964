"""Rehearse a reflex over the past."""

from uuid import UUID

from playhead.automation.reflexes.dependencies import ReflexRoom
from playhead.automation.reflexes.desk import Author
from playhead.automation.reflexes.errors import NotMarket
from playhead.automation.reflexes.model import TriggerType
from playhead.automation.reflexes.rehearsing import Rehearsed, Stretch
from playhead.automation.reflexes.run_firings import run_firings
from playhead.base.time import Micros


async def rehearse(
    room: ReflexRoom, author: Author, reflex_id: UUID, stretch: Stretch, *, now: Micros
) -> Rehearsed:
    """Return what a reflex would have done; nothing is run unless that is asked for.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        NotMarket: It is not on a market, or nothing is recorded here.
        IntervalInvalid, MarketsTooMany, MarketUnknown: There is no going through it.
        SkillNotFound, InputInvalid, ...: Its skill cannot be run, and was to be.
    """
    reflex = (await room.reader.find(author.org_id, reflex_id)).reflex
    rehearsing = room.desk.rehearsing
    if reflex.chosen.trigger.type is not TriggerType.MARKET or rehearsing is None:
        raise NotMarket
    rehearsal = await rehearsing.rehearse(
        reflex, since=stretch.since, until=stretch.until, most=stretch.most
    )
    if not (stretch.execute and rehearsal.firings):
        return Rehearsed(rehearsal)
    started = await run_firings(room.desk, author, reflex, rehearsal.firings, now=now)
    return Rehearsed(rehearsal, started)
