"""A record of nothing: one market is known, and nothing about it."""

from playhead.base.time import Micros
from playhead.history.coverage import Absence, Clock
from playhead.history.coverage.audits import Asked as AuditsAsked
from playhead.history.coverage.audits import Audit, Rate
from playhead.history.coverage.audits import Before as BeforeAudit
from playhead.history.coverage.days import Day
from playhead.history.coverage.errors import AuditNotFound
from playhead.history.coverage.incidents import Asked as IncidentsAsked
from playhead.history.coverage.incidents import Before, Incident
from playhead.history.coverage.page import Recorder
from playhead.history.coverage.record import PublicRecord
from playhead.history.coverage.shares import last_days
from playhead.history.coverage.timeline import Part, Timeline
from playhead.history.markets import MarketNotFound
from tests.history.rewind.builders import TICKER


class EmptyTimelines:
    async def of_market(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> Timeline:
        _known(ticker)
        absence = Absence("before_recording", None, None)
        return Timeline([Part(since, until, absence=absence)], proven=0, gap=0)


class EmptyDays:
    async def last(self, count: int, *, now: Micros) -> list[Day]:
        return [Day(day) for day in last_days(count, now)]


class EmptyAudits:
    async def page(
        self, asked: AuditsAsked, *, before: BeforeAudit | None, limit: int
    ) -> list[Audit]:
        _known(asked.ticker)
        return []

    async def find(self, audit_id: int) -> Audit:
        raise AuditNotFound(str(audit_id))

    async def rates_by_day(
        self, days: int, *, now: Micros, ticker: str | None = None
    ) -> list[Rate]:
        _known(ticker)
        return []

    async def rates_by_market(
        self, days: int, *, now: Micros, ticker: str | None, after: str | None, limit: int
    ) -> list[Rate]:
        _known(ticker)
        return []


class EmptyIncidents:
    async def page(
        self, asked: IncidentsAsked, *, before: Before | None, limit: int
    ) -> list[Incident]:
        return []

    async def open_now(self) -> tuple[int, int]:
        return 0, 0


class EmptyRecorders:
    async def newest(self, limit: int) -> list[Recorder]:
        return []


def empty_record() -> PublicRecord:
    return PublicRecord(
        timelines=EmptyTimelines(),
        days=EmptyDays(),
        audits=EmptyAudits(),
        incidents=EmptyIncidents(),
        recorders=EmptyRecorders(),
    )


def _known(ticker: str | None) -> None:
    if ticker not in {None, TICKER}:
        raise MarketNotFound(str(ticker))
