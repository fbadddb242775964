"""Delete skills, with all that belongs to them."""

from collections.abc import Collection
from uuid import UUID

from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import SkillNotFound
from playhead.automation.skills.repository import SkillRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller
from playhead.storage.postgres import Transaction


async def delete(desk: SkillDesk, caller: Caller, skill_id: UUID, now: Micros) -> None:
    """Delete a skill with its versions, habits, reflexes and executions; what runs is stopped.

    Raises:
        SkillNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        names = await remove(desk, transaction, caller, [skill_id], now)
        if skill_id not in names:
            raise SkillNotFound(skill_id)
        name = names[skill_id]
        await desk.note(transaction, caller, Action.SKILL_DELETED, skill_id, now, name=name)


async def remove(
    desk: SkillDesk,
    transaction: Transaction,
    caller: Caller,
    skill_ids: Collection[UUID],
    now: Micros,
) -> dict[UUID, str]:
    """Delete those of the skills that there are; return their names.

    Everybody locks in one order: jobs and executions, habits, reflexes, skills. So what runs is
    ended first, and again once nobody can start more of it.
    """
    rows, by = SkillRows(transaction, caller.org), caller.name
    await desk.runs.end_of_skills(transaction, caller.org, skill_ids, by=by, now=now)
    names = await rows.take_to_delete(skill_ids)
    await desk.runs.end_of_skills(transaction, caller.org, list(names), by=by, now=now)
    await rows.delete_many(list(names))
    return names
