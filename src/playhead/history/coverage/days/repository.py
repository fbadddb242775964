"""The days of the record: the only module of days that knows the tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.coverage.causes import IS_GAP
from playhead.history.coverage.days.model import OVERDUE_SECONDS, Day
from playhead.history.coverage.explain import Pause
from playhead.history.coverage.pauses import Said, pauses_of
from playhead.history.coverage.shares import MICROS_PER_DAY, day_of
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Transaction

SQL = load_sql(__package__)
ENGINE_UNKNOWN = -1
_WANTED = [cause for cause, counts in IS_GAP.items() if not counts]


class Days:
    """Sums up what is proven and what is missing, day by day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(self, since: Micros, until: Micros) -> dict[date, Day]:
        """Return the days (UTC) that `[since, until)` touches and of which anything is known.

        By the time of receipt, over all markets: union over captures, so that a hole of one
        recording that another fills is none. Neither proven nor missing is what lies outside a
        market's trading: before its opening, after its close, in pauses and announced maintenance.
        A book that is being recorded and that nothing has vouched for in ``OVERDUE_SECONDS``
        counts as missing from its last proof on.
        """
        async with self._database.reading() as connection:
            pauses = await _pauses(connection, until)
            maintenance = await connection.fetch_optional(SQL.maintenance, since=since, until=until)
            assert maintenance is not None
            sums = await connection.fetch_all(
                SQL.days,
                since=since,
                until=until,
                day=MICROS_PER_DAY,
                overdue=OVERDUE_SECONDS * MICROS_PER_SECOND,
                wanted=_WANTED,
                maintenance=maintenance.maintenance,
                **_columns(pauses),
            )
            counts = await connection.fetch_all(
                SQL.incidents, since=since, until=until, day=MICROS_PER_DAY
            )
        incidents = {row.number: row.incidents for row in counts}
        summed = {row.number: (row.proven, row.gap, row.markets) for row in sums}
        return {
            day.day: day
            for number in {*incidents, *summed}
            for day in [_day(number, summed.get(number), incidents.get(number, 0))]
        }


async def _pauses(connection: Transaction, until: Micros) -> Mapping[int, Iterable[Pause]]:
    """Return when each matching engine paused, and when all of them did, for one unknown."""
    rows = await connection.fetch_all(SQL.said, until=until)
    by_engine: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said = Said(row.at, row.exchange_index, row.is_active)
        by_engine[said.exchange_index].append(said)
        by_engine[ENGINE_UNKNOWN].append(said)
    return {engine: pauses_of(said) for engine, said in by_engine.items()}


def _columns(pauses: Mapping[int, Iterable[Pause]]) -> dict[str, object]:
    flat = [(engine, pause) for engine, each in pauses.items() for pause in each]
    return {
        "engines": [engine for engine, _ in flat],
        "paused_since": [pause.since for _, pause in flat],
        "paused_until": [pause.until for _, pause in flat],
    }


def _day(number: int, sums: tuple[int, int, int] | None, incidents: int) -> Day:
    proven, gap, markets = sums or (0, 0, 0)
    return Day(day_of(Micros(number * MICROS_PER_DAY)), proven, gap, markets, incidents)
