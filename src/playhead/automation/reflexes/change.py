"""Change reflexes: what is chosen about them, whether they are active, their count of failures."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from playhead.automation.reflexes.choose import checked
from playhead.automation.reflexes.create import check_skill
from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.model import Chosen, Reflex
from playhead.automation.reflexes.reading.repository import find
from playhead.automation.reflexes.record import changes, tell, told
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.tables import Listed
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.tenants import Tenant

Edit = Callable[[Chosen], Chosen]


async def change(
    desk: ReflexDesk,
    author: Author,
    reflex_id: UUID,
    edit: Edit,
    *,
    is_active: bool | None = None,
    now: Micros,
) -> Listed:
    """Apply ``edit`` to what is chosen about a reflex, and switch it on or off if asked.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        PlayheadError: As `create`.
    """

    def edited(reflex: Reflex) -> Reflex:
        chosen = checked(edit(reflex.chosen))
        revision = reflex.revision + (_deciding(chosen) != _deciding(reflex.chosen))
        changed = replace(reflex, chosen=chosen, revision=revision)
        return changed if is_active is None else switched(changed, is_active, now)

    return await _apply(desk, author, reflex_id, edited, Action.REFLEX_UPDATED, now)


async def switch(
    desk: ReflexDesk, author: Author, reflex_id: UUID, is_active: bool | None, now: Micros
) -> Listed:
    """Switch a reflex on or off; None turns it to the other.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        SkillInactive: It is to be active, and its skill is not.
    """

    def edited(reflex: Reflex) -> Reflex:
        return switched(reflex, not reflex.is_active if is_active is None else is_active, now)

    return await _apply(desk, author, reflex_id, edited, None, now)


async def reset_errors(desk: ReflexDesk, author: Author, reflex_id: UUID, now: Micros) -> Listed:
    """Forget the failures of a reflex, and switch it on again if they had paused it.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        SkillInactive: It is to be active again, and its skill is not.
    """

    def edited(reflex: Reflex) -> Reflex:
        was_paused = reflex.paused_at is not None
        forgiven = replace(
            reflex,
            consecutive_failures=0,
            last_error_message=None,
            paused_at=None,
            paused_because=None,
        )
        return switched(forgiven, True, now) if was_paused else forgiven

    return await _apply(desk, author, reflex_id, edited, Action.REFLEX_ERRORS_RESET, now)


async def remove(desk: ReflexDesk, author: Author, reflex_id: UUID, now: Micros) -> None:
    """Remove a reflex with all that reached it. Its executions stay.

    Raises:
        ReflexNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = ReflexRows(transaction, author.org_id)
        reflex = await rows.take(reflex_id)
        await rows.delete(reflex_id)
        details = told(reflex.chosen)
        await tell(
            desk, transaction, author, Action.REFLEX_DELETED, reflex_id, now=now, details=details
        )


def switched(reflex: Reflex, is_active: bool, now: Micros) -> Reflex:
    """Return ``reflex`` on or off. Switched on, it has no part in what happened before."""
    if reflex.is_active == is_active:
        return reflex
    return replace(
        reflex,
        is_active=is_active,
        active_since=now if is_active else None,
        revision=reflex.revision + 1,
        paused_at=None if is_active else reflex.paused_at,
        paused_because=None if is_active else reflex.paused_because,
        consecutive_failures=0 if is_active else reflex.consecutive_failures,
    )


async def _apply(
    desk: ReflexDesk,
    author: Author,
    reflex_id: UUID,
    edited: Callable[[Reflex], Reflex],
    done: Action | None,
    now: Micros,
) -> Listed:
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = ReflexRows(transaction, author.org_id)
        before = await rows.take(reflex_id)
        after = edited(before)
        if after is before or after == before:
            return await find(transaction, author.org_id, reflex_id)
        if _asks_more(before, after):
            await check_skill(transaction, after)
        after = replace(after, updated_at=now)
        await rows.save(after)
        listed = await find(transaction, author.org_id, reflex_id)
        details = _details(before, after)
        said = done or (Action.REFLEX_ACTIVATED if after.is_active else Action.REFLEX_DEACTIVATED)
        await tell(desk, transaction, author, said, reflex_id, now=now, details=details)
    return listed


def _deciding(chosen: Chosen) -> tuple[object, ...]:
    # Who follows a market begins anew with each revision: a new name is no reason for it.
    return chosen.trigger, chosen.condition, chosen.rules


def _asks_more(before: Reflex, after: Reflex) -> bool:
    # Switched off, it asks nothing of its skill: a label that is gone must not keep it running.
    if after.is_active and not before.is_active:
        return True
    old, new = before.chosen, after.chosen
    return (old.skill_id, old.label) != (new.skill_id, new.label)


def _details(before: Reflex, after: Reflex) -> dict[str, object]:
    details = changes(before.chosen, after.chosen)
    if before.is_active != after.is_active:
        details["is_active"] = {"from": before.is_active, "to": after.is_active}
    return details
