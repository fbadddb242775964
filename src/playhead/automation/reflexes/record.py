"""What the audit log is told of reflexes. Never a secret."""

from collections.abc import Mapping
from uuid import UUID

from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.model import REFLEX_PREFIX, Chosen
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.postgres import Transaction


async def tell(
    desk: ReflexDesk,
    transaction: Transaction,
    author: Author,
    action: Action,
    reflex_id: UUID,
    *,
    now: Micros,
    details: Mapping[str, object],
) -> None:
    """Add to the audit log what ``author`` did to a reflex; the last thing in a transaction."""
    await desk.audit.append(
        transaction,
        org_id=author.org_id,
        actor=author.name,
        action=action.value,
        subject=format_id(REFLEX_PREFIX, reflex_id),
        details=details,
        address=author.address,
        request_id=author.request_id,
        now=now,
    )


def told(chosen: Chosen) -> dict[str, object]:
    """Return what is chosen about a reflex, as the log keeps it: not the input, which is theirs."""
    rules = chosen.rules
    return {
        "skill": format_id(SKILL_PREFIX, chosen.skill_id),
        "name": chosen.name,
        "label": chosen.label,
        "trigger_type": chosen.trigger.type.value,
        "condition": None if chosen.condition is None else chosen.condition[:500],
        "debounce_us": rules.debounce,
        "throttle_us": rules.throttle,
        "dedupe_key": rules.dedupe_key,
        "pause_after": chosen.pause_after,
    }


def changes(before: Chosen, after: Chosen) -> dict[str, object]:
    """Return what differs, by name: from what, to what."""
    old, new = told(before), told(after)
    differing: dict[str, object] = {
        name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name]
    }
    if before.input != after.input:
        differing["input"] = "changed"
    if before.trigger.config != after.trigger.config:
        differing["trigger_config"] = "changed"
    return differing
