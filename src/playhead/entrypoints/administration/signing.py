"""The key that signs access tokens, replaced by the operator before it is due."""

from playhead.entrypoints.administration.opening import Administration
from playhead.kernel.auth.signing import KeyRing, SigningKeys, SigningPolicy
from playhead.storage.sealing import Sealer


async def new_signing_key(desk: Administration, sealer: Sealer, *, withdraw: bool) -> str:
    """Make a key that follows those there are, and return its id.

    It signs in ten minutes, once everybody can know it. With ``withdraw`` it signs at once, and
    what earlier keys signed is refused within half a minute: after one was stolen, or when the
    master key that sealed them is lost.

    Raises:
        DatabaseUnavailable: The database does not answer.
    """
    keys = SigningKeys(desk.tenants)
    ring = KeyRing(keys, sealer, now=desk.now, policy=SigningPolicy())
    return await ring.rotate(withdraw=withdraw)
