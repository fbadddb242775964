"""Which version of a skill somebody asks for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version of a skill: by number, by label, or (with neither) the newest."""

    skill_id: UUID
    version: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SkillFilters:
    """Which skills to list.

    Attributes:
        search: A part of the name, whatever its capitals; no character of it is special.
    """

    category: str | None = None
    is_active: bool | None = None
    search: str | None = None
