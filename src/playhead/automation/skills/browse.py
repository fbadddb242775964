"""Look at skills, their versions, and what refers to them."""

from dataclasses import dataclass
from uuid import UUID

from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.model import Skill, Version
from playhead.automation.skills.relations import RelationRows, Relations
from playhead.automation.skills.repository import HistoryRows, SkillRows
from playhead.automation.skills.wanted import SkillFilters
from playhead.kernel.identity import Caller
from playhead.web.pages import Slice


@dataclass(frozen=True, slots=True)
class Portrait:
    """A skill with what refers to it."""

    skill: Skill
    relations: Relations


async def browse(
    desk: SkillDesk, caller: Caller, filters: SkillFilters, part: Slice
) -> tuple[list[Skill], int | None]:
    """Return a part of the list of skills, the newest first, and the total where it is wanted."""
    async with desk.tenants.transaction(caller.tenant) as transaction:
        return await SkillRows(transaction, caller.org).page(filters, part)


async def read(desk: SkillDesk, caller: Caller, skill_id: UUID) -> Skill:
    """Return a skill with its newest version.

    Raises:
        SkillNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        return await SkillRows(transaction, caller.org).find(skill_id)


async def portray(desk: SkillDesk, caller: Caller, skill_id: UUID, *, in_full: bool) -> Portrait:
    """Return a skill with what refers to it; ``in_full`` lists habits and reflexes too.

    Raises:
        SkillNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        skill = await SkillRows(transaction, caller.org).find(skill_id)
        relations = await RelationRows(transaction, caller.org, skill_id).read(in_full=in_full)
    return Portrait(skill, relations)


async def browse_versions(
    desk: SkillDesk, caller: Caller, skill_id: UUID, part: Slice
) -> tuple[list[Version], int]:
    """Return a part of a skill's versions, the newest first, and how many there are.

    Raises:
        SkillNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = HistoryRows(transaction, caller.org, skill_id)
        newest = await rows.newest()  # numbered from 1 without a gap
        return await rows.page(part), newest


async def read_version(desk: SkillDesk, caller: Caller, skill_id: UUID, number: int) -> Version:
    """Return one version of a skill.

    Raises:
        SkillNotFound: The organisation has none of this id.
        VersionNotFound: The skill has no version of this number.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        return await HistoryRows(transaction, caller.org, skill_id).version(number)
