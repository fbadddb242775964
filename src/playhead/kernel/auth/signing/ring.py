"""The keys as a process holds them: looked at now and then, replaced when they are old."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from joserfc.jwk import RSAKey

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.signing.keys import UsableKey, new_rsa_key, public_half, sealed_half
from playhead.kernel.auth.signing.model import WITHDRAWN, SigningKey, SigningPolicy
from playhead.kernel.auth.signing.repository import SigningKeys
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.sealing import Sealer

UNKNOWN_SECONDS = 5
"""A token with an unknown header makes us look at the keys at most this often."""

_log = logging.getLogger(__name__)


class KeyRing:
    """Gives the key that signs and those that verify. One a process; nothing is read at first."""

    def __init__(
        self,
        keys: SigningKeys,
        sealer: Sealer,
        *,
        now: Callable[[], Micros],
        policy: SigningPolicy,
    ) -> None:
        self._keys = keys
        self._sealer = sealer
        self._now = now
        self._policy = policy
        self._held: dict[str, UsableKey] = {}
        self._looked_at: Micros | None = None
        self._look_lock = asyncio.Lock()
        self._make_lock = asyncio.Lock()

    async def signer(self) -> UsableKey:
        """Return the key that signs now. Makes one where there is none, or the newest is old.

        Raises:
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        await self._look()
        if self._is_key_due():
            async with self._make_lock:  # a key costs a tenth of a second: make one, not many
                if self._is_key_due():
                    await self._follow_up(withdraw=False, asked_for=False)
        newest_first = self._newest_first()
        signing = (each for each in newest_first if each.key.signs(self._now()))
        # None does only if the clock was set back to before there was a key.
        return next(signing, newest_first[0])

    async def by_header(self, header: str) -> UsableKey | None:
        """Return the published key whose tokens begin with ``header``; None if there is none.

        Raises:
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        await self._look()
        found = self._published(header)
        if found is None and self._is_older_than(UNKNOWN_SECONDS):
            await self._look(UNKNOWN_SECONDS)
            found = self._published(header)
        return found

    async def published(self) -> list[dict[str, str]]:
        """Return the JWKs of all keys whose tokens can be good, the oldest first.

        Raises:
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        await self.signer()
        now = self._now()
        return [
            dict(each.key.public_key)
            for each in self._held.values()
            if each.key.is_published(now, self._policy)
        ]

    async def rotate(self, *, withdraw: bool = False) -> str:
        """Make a key that follows those there are, and return its id.

        It signs once everybody can know it. With ``withdraw`` it signs at once, and what the others
        signed is refused: in this process now, in others when they next look.
        """
        await self._look()
        return await self._follow_up(withdraw=withdraw, asked_for=True)

    def _published(self, header: str) -> UsableKey | None:
        found = self._held.get(header)
        if found is None or not found.key.is_published(self._now(), self._policy):
            return None
        return found

    def _newest_first(self) -> list[UsableKey]:
        return sorted(self._held.values(), key=lambda each: each.key.created_at, reverse=True)

    def _is_key_due(self) -> bool:
        return _is_due([each.key for each in self._held.values()], self._now(), self._policy)

    async def _follow_up(self, *, withdraw: bool, asked_for: bool) -> str:
        made = await asyncio.to_thread(new_rsa_key)
        async with self._keys.alone() as locked:
            now = self._now()
            there = await locked.all(self._retired_after())
            if not asked_for and not _is_due(there, now, self._policy):
                key_id = there[-1].key_id  # another process was faster
            else:
                key = self._sealed(made, there, now, withdraw=withdraw)
                retired_at = WITHDRAWN if withdraw else key.signs_from
                await locked.replace(key, others_retired_at=retired_at)
                key_id = key.key_id
        await self._look(0)
        return key_id

    def _sealed(
        self, made: RSAKey, there: Sequence[SigningKey], now: Micros, *, withdraw: bool
    ) -> SigningKey:
        public = public_half(made)
        at_once = withdraw or not any(each.signs(now) for each in there)
        ahead = 0 if at_once else self._policy.ahead_seconds
        return SigningKey(
            key_id=public["kid"],
            public_key=public,
            sealed=sealed_half(made, self._sealer),
            created_at=now,
            signs_from=Micros(now + ahead * MICROS_PER_SECOND),
            retired_at=None,
        )

    def _retired_after(self) -> Micros:
        kept = self._policy.token_seconds + self._policy.spare_seconds
        return Micros(self._now() - kept * MICROS_PER_SECOND)

    def _is_older_than(self, seconds: int) -> bool:
        if self._looked_at is None:
            return True
        return not 0 <= self._now() - self._looked_at < seconds * MICROS_PER_SECOND

    async def _look(self, seconds: int | None = None) -> None:
        """Read the keys, unless that was done less than ``seconds`` ago; one at a time does."""
        most = self._policy.look_seconds if seconds is None else seconds
        if not self._is_older_than(most):
            return
        async with self._look_lock:
            if self._is_older_than(most):
                await self._read()

    async def _read(self) -> None:
        try:
            there = await self._keys.all(self._retired_after())
        except DatabaseUnavailable:
            if not self._held:
                raise
            _log.warning("the signing keys cannot be read: those known are used", exc_info=True)
        else:
            usable = (self._usable(each) for each in there)
            self._held = {each.header: each for each in usable}
        self._looked_at = self._now()

    def _usable(self, key: SigningKey) -> UsableKey:
        fresh = UsableKey(key, self._sealer)
        held = self._held.get(fresh.header)
        return held if held is not None and held.key == key else fresh


def _is_due(there: Sequence[SigningKey], now: Micros, policy: SigningPolicy) -> bool:
    active = [each for each in there if each.retired_at is None]
    return not active or all(each.is_due(now, policy) for each in active)
