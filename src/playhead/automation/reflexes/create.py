"""Make reflexes."""

from dataclasses import dataclass

from playhead.automation.reflexes.choose import checked
from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.errors import TooManyReflexes
from playhead.automation.reflexes.model import Chosen, Reflex, TriggerType
from playhead.automation.reflexes.reading.repository import find
from playhead.automation.reflexes.record import tell, told
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.tables import Listed
from playhead.automation.reflexes.webhooks.secret import add_secret
from playhead.automation.skills import SkillInactive, find_version
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant

MOST_REFLEXES = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """A new reflex, and the secret of its webhook where it has one, which is shown this once."""

    listed: Listed
    secret: str | None


async def create(
    desk: ReflexDesk, author: Author, chosen: Chosen, *, is_active: bool, now: Micros
) -> Made:
    """Make a reflex.

    Raises:
        ConditionInvalid: Its condition, or its key, is none on such a trigger.
        SkillNotFound, LabelNotFound: The organisation has no such skill, or version.
        SkillInactive: The reflex is to be active, and its skill is not.
        TooManyReflexes: The organisation has as many as it may.
    """
    reflex = Reflex(
        reflex_id=desk.id(now),
        org_id=author.org_id,
        chosen=checked(chosen),
        is_active=is_active,
        revision=1,
        active_since=now if is_active else None,
        created_by=author.name,
        created_at=now,
        updated_at=now,
    )
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = ReflexRows(transaction, author.org_id)
        if await rows.count(MOST_REFLEXES) >= MOST_REFLEXES:
            raise TooManyReflexes(MOST_REFLEXES)
        await check_skill(transaction, reflex)
        await rows.insert(reflex)
        secret = None
        if chosen.trigger.type is TriggerType.WEBHOOK:
            secret = await add_secret(desk, rows, reflex.reflex_id, now)
        listed = await find(transaction, author.org_id, reflex.reflex_id)
        await tell(
            desk,
            transaction,
            author,
            Action.REFLEX_CREATED,
            reflex.reflex_id,
            now=now,
            details=told(reflex.chosen),
        )
    return Made(listed, secret)


async def check_skill(transaction: Transaction, reflex: Reflex) -> None:
    """Return if the skill of ``reflex`` is the organisation's, and active if the reflex is.

    Raises:
        SkillNotFound, LabelNotFound, SkillInactive: It is not.
    """
    chosen = reflex.chosen
    version = await find_version(transaction, chosen.skill_id, label=chosen.label, keep=True)
    if reflex.is_active and not version.is_active:
        raise SkillInactive(chosen.skill_id)
