"""What the endpoints of executions are given."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Query, Request
from pydantic import Field

from playhead.automation.executions.bodies import MOST_DAYS, USUAL_FORGOTTEN_DAYS
from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.errors import IntervalEmpty
from playhead.automation.executions.export import ExportFormat
from playhead.automation.executions.forget import MICROS_PER_DAY
from playhead.automation.executions.model import (
    EXECUTION_PREFIX,
    HABIT_PREFIX,
    REFLEX_PREFIX,
    ExecutionStatus,
    ExecutionType,
)
from playhead.automation.executions.reading import Filter
from playhead.automation.executions.statistics import Granularity
from playhead.automation.executions.watch import LAST_EVENT_ID, Mark
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import parse_id
from playhead.base.time import Micros
from playhead.web import parameters
from playhead.web.pages import PagedQuery

MOST_RECENT = 100
MOST_WAIT = 60
LONGEST_WAIT = 55.0
"""A key for repeating a request is held for a minute: its answer comes before that."""

SkillIdText = Annotated[parameters.PathName, parameters.id_schema(SKILL_PREFIX)]
ReferenceText = Annotated[
    parameters.PathName, Field(description="The habit (`hab_...`) or reflex (`rfx_...`).")
]


class Choice(parameters.Query):
    """Which executions."""

    skill_id: SkillIdText | None = None
    status: ExecutionStatus | None = None
    execution_type: ExecutionType | None = None
    reference_id: ReferenceText | None = None
    date_from: parameters.InstantParameter | None = Field(None, description="Made then or later.")
    date_to: parameters.InstantParameter | None = Field(None, description="Made before then.")

    def filter(self, skill_id: UUID | None = None) -> Filter:
        """Return the choice; ``skill_id`` is that of the path.

        Raises:
            InvalidId: One of the ids is none.
            IntervalEmpty: It ends before it begins.
        """
        since, until = self.date_from, self.date_to
        if since is not None and until is not None and until <= since:
            raise IntervalEmpty
        return Filter(
            skill_id=skill_id or _optional(SKILL_PREFIX, self.skill_id, "skill_id"),
            status=self.status,
            type=self.execution_type,
            reference_id=_reference(self.reference_id),
            since=since,
            until=until,
        )


class ExecutionsQuery(PagedQuery, Choice):
    """Which executions, and which part of the list."""

    def bound(self) -> dict[str, object]:
        """Return what a cursor belongs to."""
        chosen = self.model_dump(mode="json", include=set(Choice.model_fields), exclude_none=True)
        return {"list": "executions", **chosen}


class SkillExecutionsQuery(PagedQuery):
    """Which executions of a skill, and which part of the list."""

    status: ExecutionStatus | None = None
    execution_type: ExecutionType | None = None

    def filter(self, skill_id: UUID) -> Filter:
        """Return the choice."""
        return Filter(skill_id=skill_id, status=self.status, type=self.execution_type)

    def bound(self, skill_id: UUID) -> dict[str, object]:
        """Return what a cursor belongs to."""
        chosen = {"status": self.status, "type": self.execution_type}
        return {"list": "executions of", "skill": str(skill_id), **chosen}


class ExportQuery(Choice):
    """Which executions to write, and how."""

    format: ExportFormat = Field(ExportFormat.CSV, description="csv, json or ndjson.")


class RecentQuery(parameters.Query):
    """How many."""

    limit: int = Field(10, ge=1, le=MOST_RECENT)


class DaysQuery(parameters.Query):
    """How far back to count."""

    days: int = Field(30, ge=1, le=365, description="Back from now.")

    def since(self, now: Micros) -> Micros:
        """Return when the interval begins."""
        return Micros(max(now - self.days * MICROS_PER_DAY, 0))


class BySkillQuery(DaysQuery):
    """How far back to count, and how many skills."""

    limit: int = Field(20, ge=1, le=100, description="How many skills at most.")


class ByPeriodQuery(DaysQuery):
    """How far back to count, and by which periods."""

    granularity: Granularity = Granularity.DAY


class WaitQuery(parameters.Query):
    """How long to wait for the end."""

    wait: int | None = Field(
        None,
        ge=0,
        le=MOST_WAIT,
        description=f"Seconds; the answer comes after {LONGEST_WAIT:g} of them at the latest.",
    )

    def seconds(self, usual: float = 0.0) -> float:
        """Return how long to wait where nothing else is said but ``usual``."""
        return usual if self.wait is None else min(float(self.wait), LONGEST_WAIT)


class CleanupQuery(parameters.Query):
    """Which executions to forget."""

    older_than_days: int = Field(
        USUAL_FORGOTTEN_DAYS, ge=1, le=MOST_DAYS, description="Those that ended so long ago."
    )
    dry_run: bool = Field(False, description="true only counts them.")


def install_executions(app: FastAPI, desk: ExecutionDesk) -> None:
    """Give the endpoints of executions what they stand on."""
    app.state.executions = desk


async def _desk(request: Request) -> ExecutionDesk:
    return cast(ExecutionDesk, request.app.state.executions)


async def _execution_id(
    execution_id: Annotated[parameters.PathName, parameters.id_schema(EXECUTION_PREFIX)],
) -> UUID:
    return parse_id(EXECUTION_PREFIX, execution_id, field="execution_id")


async def _skill_id(skill_id: SkillIdText) -> UUID:
    return parse_id(SKILL_PREFIX, skill_id, field="skill_id")


async def _mark(
    last_event_id: Annotated[
        str | None,
        Header(pattern=LAST_EVENT_ID, description="Of the last event that was received."),
    ] = None,
) -> Mark:
    return Mark.parse(last_event_id)


async def _accept(request: Request) -> str:
    return request.headers.get("accept", "")


def _optional(prefix: str, text: str | None, field: str) -> UUID | None:
    return None if text is None else parse_id(prefix, text, field=field)


def _reference(text: str | None) -> UUID | None:
    prefix = REFLEX_PREFIX if text and text.startswith(REFLEX_PREFIX) else HABIT_PREFIX
    return _optional(prefix, text, "reference_id")


DeskOf = Annotated[ExecutionDesk, Depends(_desk)]
ExecutionId = Annotated[UUID, Depends(_execution_id)]
SkillId = Annotated[UUID, Depends(_skill_id)]
MarkDep = Annotated[Mark, Depends(_mark)]
Accepted = Annotated[str, Depends(_accept)]
ExecutionsAsked = Annotated[ExecutionsQuery, Query()]
SkillExecutionsAsked = Annotated[SkillExecutionsQuery, Query()]
ExportAsked = Annotated[ExportQuery, Query()]
RecentAsked = Annotated[RecentQuery, Query()]
DaysAsked = Annotated[DaysQuery, Query()]
BySkillAsked = Annotated[BySkillQuery, Query()]
ByPeriodAsked = Annotated[ByPeriodQuery, Query()]
WaitAsked = Annotated[WaitQuery, Query()]
CleanupAsked = Annotated[CleanupQuery, Query()]
