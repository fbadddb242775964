"""Replace the secret of a webhook."""

from uuid import UUID

from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.errors import NotWebhook
from playhead.automation.reflexes.model import TriggerType
from playhead.automation.reflexes.record import tell
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.webhooks.secret import add_secret
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.tenants import Tenant


async def regenerate(
    desk: ReflexDesk, author: Author, reflex_id: UUID, *, overlap: Micros, now: Micros
) -> str:
    """Make a new secret and return it, this once; the four before it stay good for ``overlap``.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        NotWebhook: The reflex is not set off by a webhook.
    """
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = ReflexRows(transaction, author.org_id)
        reflex = await rows.take(reflex_id)
        if reflex.chosen.trigger.type is not TriggerType.WEBHOOK:
            raise NotWebhook
        await rows.retire_secrets(reflex_id, until=Micros(now + overlap), now=now)
        secret = await add_secret(desk, rows, reflex_id, now)
        details = {"overlap_us": int(overlap)}
        await tell(
            desk,
            transaction,
            author,
            Action.REFLEX_SECRET_REGENERATED,
            reflex_id,
            now=now,
            details=details,
        )
    return secret
