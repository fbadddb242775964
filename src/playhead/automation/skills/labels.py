"""Let labels point to versions of a skill."""

from uuid import UUID

from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import TooManySkills, VersionNotFound
from playhead.automation.skills.model import MOST_LABELS, Label
from playhead.automation.skills.repository import HistoryRows, SkillRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller


async def read_labels(desk: SkillDesk, caller: Caller, skill_id: UUID) -> list[Label]:
    """Return every label of a skill, by name.

    Raises:
        SkillNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = HistoryRows(transaction, caller.org, skill_id)
        await rows.newest()
        return await rows.labels()


async def set_label(
    desk: SkillDesk, caller: Caller, skill_id: UUID, label: str, number: int, now: Micros
) -> tuple[Label, bool]:
    """Let a label point to a version; return it, and whether it is new.

    Raises:
        SkillNotFound: The organisation has none of this id.
        VersionNotFound: The skill has no version of this number.
        TooManySkills: The skill has as many labels as it may.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        await SkillRows(transaction, caller.org).take(skill_id)
        rows = HistoryRows(transaction, caller.org, skill_id)
        if number > await rows.newest():
            raise VersionNotFound(skill_id, number)
        known = {each.label for each in await rows.labels()}
        if label not in known and len(known) >= MOST_LABELS:
            raise TooManySkills(MOST_LABELS, "labels")
        made = Label(label, number, now)
        await rows.set_label(made)
        await desk.note(
            transaction, caller, Action.SKILL_LABELLED, skill_id, now, label=label, version=number
        )
    return made, label not in known


async def remove_label(
    desk: SkillDesk, caller: Caller, skill_id: UUID, label: str, now: Micros
) -> None:
    """Remove a label; the version stays.

    Raises:
        SkillNotFound: The organisation has none of this id.
        LabelNotFound: No version of the skill bears it.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        await SkillRows(transaction, caller.org).take(skill_id)
        version = await HistoryRows(transaction, caller.org, skill_id).remove_label(label)
        await desk.note(
            transaction,
            caller,
            Action.SKILL_UNLABELLED,
            skill_id,
            now,
            label=label,
            version=version,
        )
