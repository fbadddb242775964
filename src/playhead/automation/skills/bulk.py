"""Change many skills at once, and say of each what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.remove import remove
from playhead.automation.skills.repository import SkillRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller


class BulkAction(StrEnum):
    """What can be done to many skills."""

    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


class Outcome(StrEnum):
    """What became of one skill."""

    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    NOT_FOUND = "not_found"


_DONE = {
    BulkAction.ACTIVATE: Outcome.ACTIVATED,
    BulkAction.DEACTIVATE: Outcome.DEACTIVATED,
    BulkAction.DELETE: Outcome.DELETED,
}


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of each skill, in the order that was asked for."""

    action: BulkAction
    outcomes: tuple[tuple[UUID, Outcome], ...]

    @property
    def affected(self) -> int:
        """How many were changed."""
        return sum(outcome is _DONE[self.action] for _, outcome in self.outcomes)


async def change_many(
    desk: SkillDesk, caller: Caller, skill_ids: Sequence[UUID], action: BulkAction, now: Micros
) -> BulkResult:
    """Do ``action`` to each of the skills, all in one transaction. One that is not there is told.

    Args:
        skill_ids: At most 100; the same again counts once.
    """
    wanted = tuple(dict.fromkeys(skill_ids))
    async with desk.tenants.transaction(caller.tenant) as transaction:
        if action is BulkAction.DELETE:
            states = dict.fromkeys(await remove(desk, transaction, caller, wanted, now), True)
        else:
            states = await SkillRows(transaction, caller.org).take_many(wanted)
        outcomes = tuple((each, _outcome(action, states.get(each))) for each in wanted)
        changed = [each for each, outcome in outcomes if outcome is _DONE[action]]
        if changed and action is not BulkAction.DELETE:
            rows, is_active = SkillRows(transaction, caller.org), action is BulkAction.ACTIVATE
            await rows.set_active(changed, now, is_active=is_active)
        for each in changed:
            name = Action.SKILL_DELETED if action is BulkAction.DELETE else Action.SKILL_UPDATED
            await desk.note(transaction, caller, name, each, now, bulk=action.value)
    return BulkResult(action, outcomes)


def _outcome(action: BulkAction, is_active: bool | None) -> Outcome:
    if is_active is None:
        return Outcome.NOT_FOUND
    if action is not BulkAction.DELETE and is_active is (action is BulkAction.ACTIVATE):
        return Outcome.UNCHANGED
    return _DONE[action]
