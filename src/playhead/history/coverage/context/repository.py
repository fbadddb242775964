"""Loads what bears on the unknown stretches of a market. The only module here that knows tables."""

from functools import cache

from playhead.base.time import Micros
from playhead.history.coverage.explain import Fault, Pause, Span, Story
from playhead.history.coverage.pauses import Said, pauses_of
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)
_BEGINNING = -(1 << 62)
_END = 1 << 62


class Stories:
    """Reads the stories of markets within one lent connection."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of_market(
        self,
        market_id: int,
        since: Micros | None,
        until: Micros | None,
        *,
        by_exchange: bool,
        now: Micros,
    ) -> Story:
        """Return what explains every unknown stretch of a known market within `[since, until)`.

        None: from the beginning, or without an end.
        """
        start, end = _BEGINNING if since is None else since, _END if until is None else until
        market = await self._transaction.fetch_optional(SQL.market, market_id=market_id)
        assert market is not None
        pauses = await self._pauses(market.exchange_index, start, end)
        spans = await self._transaction.fetch_all(
            _clocked(SQL.spans, by_exchange), market_id=market_id, since=start, until=end
        )
        return Story(
            now=now,
            open_at=market.open_at,
            close_at=market.close_at,
            pauses=pauses,
            started=market.started,
            spans=[_span(row) for row in spans],
        )

    async def _pauses(self, exchange_index: int | None, since: int, until: int) -> list[Pause]:
        """Return when the engine of a market did not trade; of one unknown: when none did."""
        said = await self._transaction.fetch_all(
            SQL.said, exchange_index=exchange_index, until=until
        )
        planned = await self._transaction.fetch_all(SQL.maintenance, since=since, until=until)
        return [
            *pauses_of(Said(row.at, row.exchange_index, row.is_active) for row in said),
            *(Pause(row.start_at, row.end_at) for row in planned),
        ]


@cache
def _clocked(query: str, by_exchange: bool) -> str:
    """Return the query with the clock that is asked for in it."""
    clock, detected = (
        ("exchange", "detected_exchange_at") if by_exchange else ("received", "detected_at")
    )
    return query.replace("{clock}", clock).replace("{detected}", detected)


def _span(row: Row) -> Span:
    faults = zip(row.faults_since or (), row.faults_upto or (), row.fault_causes or (), strict=True)
    return Span(
        since=row.since,
        upto=row.upto,
        capture_id=row.capture_id,
        recorder=row.recorder,
        closed_by=row.closed_by,
        detected=row.detected,
        faults=tuple(Fault(*each) for each in faults),
    )
