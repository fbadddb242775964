"""The readers behind the reading commands, on the database of a running home."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.entrypoints.reaching import NothingRuns, database_url
from playhead.entrypoints.settings import Settings
from playhead.history.markets import Markets
from playhead.history.markets.ports import MarketReader
from playhead.history.rewind import Rewind
from playhead.history.rewind.ports import RewindReader
from playhead.storage.postgres import Database, Session

__all__ = ["NothingRuns", "Readers", "clock_now", "database_url", "open_database", "open_readers"]


@dataclass(frozen=True, slots=True)
class Readers:
    """What the reading commands read from."""

    rewind: RewindReader
    markets: MarketReader


@asynccontextmanager
async def open_readers(settings: Settings) -> AsyncIterator[Readers]:
    """Open the readers of the home that ``settings`` name.

    Raises:
        NothingRuns: Its embedded database is not up.
        DatabaseUnavailable: The database cannot be reached.
    """
    async with open_database(settings) as database:
        yield Readers(Rewind(database), Markets(database))


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database of the home that ``settings`` name.

    Raises:
        NothingRuns: It is the embedded one, and that is not up.
        DatabaseUnavailable: It cannot be reached.
    """
    url = database_url(settings)
    with Session.open(url):
        pass  # tells at once, and in one sentence, what a pool tells after seconds of trying
    async with Database.open(url, connections=1) as database:
        yield database


def clock_now() -> Micros:
    """Return the time of this machine."""
    return Micros(time.time_ns() // 1000)
