"""What the endpoints of skills are given."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Path, Query, Request
from pydantic import Field

from playhead.automation.skills.bodies import LABEL_PATTERN, MOST_VERSION
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import SKILL_PREFIX
from playhead.automation.skills.model import Category, Skill, Version
from playhead.automation.skills.wanted import SkillFilters
from playhead.base.ids import parse_id
from playhead.base.time import Micros
from playhead.web import parameters
from playhead.web.pages import PagedQuery, Place


class SkillsQuery(PagedQuery):
    """Which skills to list."""

    category: Category | None = None
    is_active: bool | None = None
    search: parameters.SearchText | None = Field(
        None, description="A part of the name, whatever its capitals."
    )

    @property
    def filters(self) -> SkillFilters:
        """What is asked for."""
        return SkillFilters(self.category and self.category.value, self.is_active, self.search)

    @property
    def bound(self) -> dict[str, object]:
        """What a cursor is of use for."""
        chosen = self.filters
        return {
            "list": "skills",
            "category": chosen.category,
            "is_active": chosen.is_active,
            "search": chosen.search,
        }


class ModelsQuery(parameters.Query):
    """Whose models to list."""

    provider: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] | None = None


def place_of(skill: Skill) -> Place:
    """Return where a skill stands in the list."""
    return Place(at=skill.created_at, id=skill.skill_id)


def versions_bound(skill_id: UUID) -> dict[str, object]:
    """Return what a cursor of a skill's versions is of use for."""
    return {"list": "skill_versions", "skill": str(skill_id)}


def place_of_version(version: Version) -> Place:
    """Return where a version stands among those of its skill: at its number."""
    return Place(at=Micros(version.version), id=UUID(int=0))


def install_skills(app: FastAPI, desk: SkillDesk) -> None:
    """Give the endpoints of skills what they stand on."""
    app.state.skills = desk


async def _desk(request: Request) -> SkillDesk:
    return cast(SkillDesk, request.app.state.skills)


async def _skill_id(
    id: Annotated[parameters.PathName, parameters.id_schema(SKILL_PREFIX)],
) -> UUID:
    return parse_id(SKILL_PREFIX, id, field="id")


DeskOf = Annotated[SkillDesk, Depends(_desk)]
SkillId = Annotated[UUID, Depends(_skill_id)]
SkillsAsked = Annotated[SkillsQuery, Query()]
VersionsAsked = Annotated[PagedQuery, Query()]
ModelsAsked = Annotated[ModelsQuery, Query()]
Number = Annotated[int, Path(ge=1, le=MOST_VERSION)]
LabelPath = Annotated[str, Path(pattern=LABEL_PATTERN)]
