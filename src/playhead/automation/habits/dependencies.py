"""What the endpoints of habits are given."""

from dataclasses import dataclass
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.automation.executions import ExecutionReader, ExecutionStatus, Filter, Starter
from playhead.automation.habits.desk import HabitDesk
from playhead.automation.habits.errors import HABIT_PREFIX
from playhead.automation.habits.model import State
from playhead.automation.habits.repository import HabitReader
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import parse_id
from playhead.kernel.audit import AuditPort
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.tenants import Tenants
from playhead.web import parameters
from playhead.web.pages import PagedQuery

_ID = r"^[!-.0-~]{1,200}$"


@dataclass(frozen=True, slots=True)
class HabitRoom:
    """All that the endpoints of habits stand on."""

    desk: HabitDesk
    reader: HabitReader
    executions: ExecutionReader

    @classmethod
    def on(
        cls, tenants: Tenants, *, audit: AuditPort, starter: Starter, bell: JobBell | None = None
    ) -> "HabitRoom":
        """Return it over a database that is connected as the service role."""
        desk = HabitDesk(tenants, audit, starter, bell=bell or SilentBell())
        return cls(desk, HabitReader(tenants), ExecutionReader(tenants))


class HabitsQuery(PagedQuery):
    """Which habits to list."""

    skill_id: str | None = Field(None, pattern=_ID, description="Of this skill only.")
    is_active: bool | None = None

    def skill(self) -> UUID | None:
        """Return the skill whose habits are wanted; None: all.

        Raises:
            InvalidId: It is not the id of a skill.
        """
        if self.skill_id is None:
            return None
        return parse_id(SKILL_PREFIX, self.skill_id, field="skill_id")

    def bound(self) -> dict[str, Any]:
        """Return what a cursor is bound to."""
        return {"list": "habits", "skill": self.skill_id, "is_active": self.is_active}


class RunsQuery(PagedQuery):
    """Which executions of a habit to list."""

    status: ExecutionStatus | None = None

    def filter(self, habit_id: UUID) -> Filter:
        """Return which executions are wanted."""
        return Filter(reference_id=habit_id, status=self.status)

    def bound(self, habit_id: UUID) -> dict[str, Any]:
        """Return what a cursor is bound to."""
        return {"list": "habit_executions", "habit": str(habit_id), "status": self.status}


class OccurrencesQuery(PagedQuery):
    """Which ticks of a habit to list."""

    state: State | None = None

    def bound(self, habit_id: UUID) -> dict[str, Any]:
        """Return what a cursor is bound to."""
        return {"list": "occurrences", "habit": str(habit_id), "state": self.state}


def install_habits(app: FastAPI, room: HabitRoom) -> None:
    """Give the endpoints of habits what they stand on."""
    app.state.habits = room


async def _room(request: Request) -> HabitRoom:
    return cast(HabitRoom, request.app.state.habits)


async def _habit_id(
    habit_id: Annotated[parameters.PathName, parameters.id_schema(HABIT_PREFIX)],
) -> UUID:
    return parse_id(HABIT_PREFIX, habit_id, field="habit_id")


RoomOf = Annotated[HabitRoom, Depends(_room)]
HabitId = Annotated[UUID, Depends(_habit_id)]
HabitsAsked = Annotated[HabitsQuery, Query()]
RunsAsked = Annotated[RunsQuery, Query()]
OccurrencesAsked = Annotated[OccurrencesQuery, Query()]
