"""The public record put together: what its endpoints and its page read from."""

from dataclasses import dataclass
from typing import Self

from fastapi import APIRouter, FastAPI

from playhead.history.coverage.audits import Audits
from playhead.history.coverage.audits.dependencies import install_audits
from playhead.history.coverage.audits.ports import AuditReader
from playhead.history.coverage.audits.router import router as audits_router
from playhead.history.coverage.days import Days, RecentDays
from playhead.history.coverage.days.ports import DayReader
from playhead.history.coverage.dependencies import install_coverage
from playhead.history.coverage.incidents import Incidents
from playhead.history.coverage.incidents.dependencies import install_incidents
from playhead.history.coverage.incidents.ports import IncidentReader
from playhead.history.coverage.incidents.router import router as incidents_router
from playhead.history.coverage.page import Recorders, StatusPage
from playhead.history.coverage.page.ports import RecorderReader
from playhead.history.coverage.page.router import install_page
from playhead.history.coverage.page.router import router as page_router
from playhead.history.coverage.router import router as coverage_router
from playhead.history.coverage.timeline import Timelines
from playhead.history.coverage.timeline.ports import TimelineReader
from playhead.storage.postgres import Database

routers: tuple[APIRouter, ...] = (coverage_router, audits_router, incidents_router)
"""The endpoints; `page_router` is apart, because it is not of the API."""

__all__ = ["PublicRecord", "install_record", "page_router", "routers"]


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """The readers of the record."""

    timelines: TimelineReader
    days: DayReader
    audits: AuditReader
    incidents: IncidentReader
    recorders: RecorderReader

    @classmethod
    def on(cls, database: Database) -> Self:
        """Return the record of the tape in ``database``."""
        return cls(
            timelines=Timelines(database),
            days=RecentDays(Days(database)),
            audits=Audits(database),
            incidents=Incidents(database),
            recorders=Recorders(database),
        )


def install_record(app: FastAPI, record: PublicRecord) -> None:
    """Give the endpoints and the page of ``app`` what they read from."""
    install_coverage(app, timelines=record.timelines, days=record.days)
    install_audits(app, record.audits)
    install_incidents(app, record.incidents)
    install_page(
        app,
        StatusPage(
            days=record.days,
            audits=record.audits,
            incidents=record.incidents,
            recorders=record.recorders,
        ),
    )
