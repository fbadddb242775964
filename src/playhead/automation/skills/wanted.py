"""Which version of a skill somebody asks for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version of a skill: by number, by label, or (with neither) the newest."""

    skill_id: UUID
    version: int | None = None
    label: str | None = None
