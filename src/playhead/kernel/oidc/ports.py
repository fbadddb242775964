"""What sign-in with a provider needs of our database."""

from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth import Visit
from playhead.kernel.oidc.model import Met, ProviderClaims


class FlowStore(Protocol):
    """Keeps sign-ins that were begun, sealed, until they are finished or expire."""

    async def put(self, state_hash: bytes, sealed: bytes, expires_at: Micros) -> None:
        """Keep what was sealed; ``state_hash`` is new each time."""
        ...

    async def take(self, state_hash: bytes, now: Micros) -> bytes | None:
        """Return what was kept and has not expired, and forget it: only one caller ever gets it."""
        ...


class Identities(Protocol):
    """Knows which of our people a provider speaks of."""

    async def find(self, claims: ProviderClaims) -> UUID | None:
        """Return the person, or None if they were never seen here."""
        ...

    async def meet(
        self,
        claims: ProviderClaims,
        visit: Visit,
        *,
        organisation: str | None = None,
        with_key: bool = False,
    ) -> Met:
        """Return the person; at first sight link or create them, with an organisation.

        Raises:
            IdentityConflict: Somebody here has the e-mail address, and it is not verified on both
                sides.
            EmailMissing: A new person without an e-mail address.
        """
        ...
