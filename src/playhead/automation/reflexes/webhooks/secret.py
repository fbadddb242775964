"""The secrets that webhooks are signed with: sealed at rest, shown once."""

from uuid import UUID

from playhead.automation.reflexes.desk import ReflexDesk
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.webhooks.signature import key_of, new_secret
from playhead.base.time import Micros
from playhead.storage.sealing import SealBroken, Sealer

PURPOSE = "reflex webhook"


async def add_secret(desk: ReflexDesk, rows: ReflexRows, reflex_id: UUID, now: Micros) -> str:
    """Make a secret that is in force from now on, and return it: nobody will see it again."""
    secret = new_secret(desk.random)
    # With whose it is: a row that was copied to another reflex opens nothing there.
    sealed = desk.sealer.seal(reflex_id.bytes + key_of(secret), purpose=PURPOSE)
    await rows.add_secret(reflex_id, sealed, now)
    return secret


def opened(sealer: Sealer, reflex_id: UUID, sealed: bytes) -> bytes:
    """Return the key that was sealed for a reflex.

    Raises:
        SealBroken: It was sealed for another, or under another master key.
    """
    plain = sealer.open(sealed, purpose=PURPOSE)
    if not plain.startswith(reflex_id.bytes):
        raise SealBroken("the secret of a webhook belongs to another reflex")
    return plain[len(reflex_id.bytes) :]
