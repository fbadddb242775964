"""Keys that sign access tokens: which of them sign, and which are published, at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playhead.base.time import MICROS_PER_SECOND, Micros

WITHDRAWN = Micros(0)
"""Retired at the beginning of time: what it signed is refused from now on."""


@dataclass(frozen=True, slots=True)
class SigningPolicy:
    """How long keys and tokens live, in seconds.

    Attributes:
        token_seconds: Life of an access token.
        rotation_seconds: Age at which a key is replaced.
        ahead_seconds: How long a key is published before it signs. Longer than anybody keeps our
            JWKS (`published_seconds`), and than our own processes go without looking.
        published_seconds: How long others may keep our JWKS.
        spare_seconds: How much longer than its last token's life a key stays published.
        look_seconds: How often a process looks which keys there are.
    """

    token_seconds: int = 900
    rotation_seconds: int = 90 * 86400
    ahead_seconds: int = 600
    published_seconds: int = 300
    spare_seconds: int = 300
    look_seconds: int = 30


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key.

    Attributes:
        key_id: Its RFC 7638 thumbprint; the ``kid`` of what it signs.
        public_key: The public half as a JWK.
        sealed: The private half under the master key.
        signs_from: From this instant on it signs.
        retired_at: From this instant on it signs no more; None while no other follows it.
    """

    key_id: str
    public_key: Mapping[str, str]
    sealed: bytes = field(repr=False)
    created_at: Micros
    signs_from: Micros
    retired_at: Micros | None

    def signs(self, now: Micros) -> bool:
        """Return whether tokens are signed with it at ``now``."""
        return self.signs_from <= now and (self.retired_at is None or now < self.retired_at)

    def is_published(self, now: Micros, policy: SigningPolicy) -> bool:
        """Return whether what it signed can still be good at ``now``."""
        if self.retired_at is None:
            return True
        kept = (policy.token_seconds + policy.spare_seconds) * MICROS_PER_SECOND
        return now < self.retired_at + kept

    def is_due(self, now: Micros, policy: SigningPolicy) -> bool:
        """Return whether another should follow it."""
        return now >= self.created_at + policy.rotation_seconds * MICROS_PER_SECOND
