"""Make skills: new, as copies, and from an exported document."""

from dataclasses import replace
from uuid import UUID

from playhead.automation.skills.define import check_definition
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import SkillNameTaken, TooManySkills
from playhead.automation.skills.model import MOST_SKILLS, Definition, Facts, Skill
from playhead.automation.skills.repository import SkillRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller

LONGEST_NAME = 100
MOST_TRIES = 5
SHARED = 60
"""So many characters of a name all names made from it begin with."""


async def create(
    desk: SkillDesk,
    caller: Caller,
    facts: Facts,
    definition: Definition,
    now: Micros,
    *,
    note: str | None = None,
) -> Skill:
    """Make a skill; what it does is its version 1.

    Raises:
        SkillNameTaken: Another skill of the organisation has the name.
        TooManySkills: The organisation has as many as it may.
        ModelUnknown, CompletionInvalid, SchemaInvalid, TemplateInvalid: See `check_definition`.
    """
    check_definition(definition, desk.prices)
    skill = _new(desk, caller, facts, definition, now)
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = SkillRows(transaction, caller.org)
        await _check_room(rows)
        if not await rows.insert(skill, note):
            raise SkillNameTaken(facts.name)
        await desk.note(
            transaction, caller, Action.SKILL_CREATED, skill.skill_id, now, name=facts.name
        )
    return skill


async def duplicate(desk: SkillDesk, caller: Caller, skill_id: UUID, now: Micros) -> Skill:
    """Make a copy of a skill's newest version, called ``X (copy)``, ``X (copy 2)`` ...

    Raises:
        SkillNotFound: The organisation has none of this id.
        TooManySkills: The organisation has as many as it may.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = SkillRows(transaction, caller.org)
        await _check_room(rows)
        original = await rows.find(skill_id)
        copy = _new(desk, caller, original.facts, original.definition, now)
        made = await _insert_renamed(rows, copy, "copy", try_own_name=False)
        await desk.note(
            transaction, caller, Action.SKILL_CREATED, made.skill_id, now, name=made.facts.name
        )
    return made


async def import_skill(
    desk: SkillDesk, caller: Caller, facts: Facts, definition: Definition, now: Micros
) -> Skill:
    """Make a skill; where its name is taken, it is called ``X (imported)``, ``X (imported 2)`` ...

    Raises:
        TooManySkills: The organisation has as many as it may.
        ModelUnknown, CompletionInvalid, SchemaInvalid, TemplateInvalid: See `check_definition`.
    """
    check_definition(definition, desk.prices)
    skill = _new(desk, caller, facts, definition, now)
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = SkillRows(transaction, caller.org)
        await _check_room(rows)
        made = await _insert_renamed(rows, skill, "imported", try_own_name=True)
        await desk.note(
            transaction, caller, Action.SKILL_CREATED, made.skill_id, now, name=made.facts.name
        )
    return made


def _new(
    desk: SkillDesk, caller: Caller, facts: Facts, definition: Definition, now: Micros
) -> Skill:
    return Skill(
        skill_id=desk.new_id(now),
        facts=facts,
        definition=definition,
        version=1,
        created_by=caller.name,
        created_at=now,
        updated_at=now,
    )


async def _check_room(rows: SkillRows) -> None:
    if await rows.count() >= MOST_SKILLS:
        raise TooManySkills(MOST_SKILLS, "skills")


async def _insert_renamed(rows: SkillRows, skill: Skill, word: str, *, try_own_name: bool) -> Skill:
    for _ in range(MOST_TRIES):  # somebody may take the name between our look and our insert
        taken = await rows.names_like(skill.facts.name[:SHARED])
        name = skill.facts.name
        if not try_own_name or name.lower() in taken:
            name = _free_name(name, word, taken)
        made = replace(skill, facts=replace(skill.facts, name=name))
        if await rows.insert(made, None):
            return made
        try_own_name = False
    raise SkillNameTaken(skill.facts.name)


def _free_name(name: str, word: str, taken: frozenset[str]) -> str:
    number = 1
    while True:
        suffix = f" ({word})" if number == 1 else f" ({word} {number})"
        candidate = name[: LONGEST_NAME - len(suffix)] + suffix
        if candidate.lower() not in taken:
            return candidate
        number += 1
