"""Change skills: what they are called, what they do, back to an earlier version."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from playhead.automation.skills.define import check_definition
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import TooManySkills
from playhead.automation.skills.model import MOST_VERSIONS, Definition, Facts, Skill
from playhead.automation.skills.repository import HistoryRows, SkillRows
from playhead.automation.skills.serial import same
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller
from playhead.storage.postgres import Transaction

Edit = Callable[[Facts, Definition], tuple[Facts, Definition]]


async def change(
    desk: SkillDesk,
    caller: Caller,
    skill_id: UUID,
    edit: Edit,
    now: Micros,
    *,
    note: str | None = None,
) -> Skill:
    """Apply ``edit`` to a skill and return it. What it does changes by a new version only.

    Raises:
        SkillNotFound: The organisation has none of this id.
        SkillNameTaken: Another skill of the organisation has the new name.
        TooManySkills: The skill has as many versions as it may.
        ModelUnknown, CompletionInvalid, SchemaInvalid, TemplateInvalid: See `check_definition`.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        skill = await SkillRows(transaction, caller.org).take(skill_id)
        facts, definition = edit(skill.facts, skill.definition)
        return await _Writing(desk, transaction, caller, now).write(skill, facts, definition, note)


async def restore(
    desk: SkillDesk, caller: Caller, skill_id: UUID, number: int, now: Micros
) -> Skill:
    """Let a skill do again what an earlier version did, by a new version.

    Raises:
        SkillNotFound: The organisation has none of this id.
        VersionNotFound: The skill has no version of this number.
        TooManySkills: The skill has as many versions as it may.
        ModelUnknown, CompletionInvalid, SchemaInvalid, TemplateInvalid: It could not be saved now.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        skill = await SkillRows(transaction, caller.org).take(skill_id)
        earlier = await HistoryRows(transaction, caller.org, skill_id).version(number)
        return await _Writing(desk, transaction, caller, now).write(
            skill, skill.facts, earlier.definition, f"version {number} again"
        )


@dataclass(frozen=True, slots=True)
class _Writing:
    """Who writes what a skill is from now on, and where."""

    desk: SkillDesk
    transaction: Transaction
    caller: Caller
    now: Micros

    async def write(
        self, skill: Skill, facts: Facts, definition: Definition, note: str | None
    ) -> Skill:
        """Write what differs, and return the skill; nothing at all where nothing does."""
        does_other = not same(definition, skill.definition)
        if not does_other and facts == skill.facts:
            return skill
        if does_other:
            self._check(skill, definition)
        changed = replace(
            skill,
            facts=facts,
            definition=definition,
            version=skill.version + does_other,
            updated_at=self.now,
        )
        rows = SkillRows(self.transaction, self.caller.org)
        await rows.save(changed)
        if does_other:
            await rows.add_version(changed, note, self.caller.name)
        told = _told(skill, changed)
        await self.desk.note(
            self.transaction, self.caller, Action.SKILL_UPDATED, skill.skill_id, self.now, **told
        )
        return changed

    def _check(self, skill: Skill, definition: Definition) -> None:
        check_definition(definition, self.desk.prices)
        if skill.version >= MOST_VERSIONS:
            raise TooManySkills(MOST_VERSIONS, "versions")


def _told(before: Skill, after: Skill) -> dict[str, object]:
    told: dict[str, object] = {"name": after.facts.name}
    if after.facts.name != before.facts.name:
        told["name_before"] = before.facts.name
    if after.facts.is_active != before.facts.is_active:
        told["is_active"] = after.facts.is_active
    if after.version != before.version:
        told["version"] = after.version
    return told
