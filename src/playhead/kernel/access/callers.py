"""From credentials to how somebody stands: what is known for a moment, else what is looked up."""

from collections.abc import Callable, Mapping

from playhead.base.time import Micros
from playhead.kernel.access.credentials import Credentials
from playhead.kernel.access.model import KeyStanding, Known, PersonStanding, SignedIn, Standing
from playhead.kernel.access.plans import FREE, PLANS, Plan, key_buckets, person_buckets
from playhead.kernel.access.ports import FoundKey, FoundPerson, Membership, Register, TokenReader
from playhead.kernel.access.warm import FRESH, MOST, Warm, monotonic
from playhead.kernel.identity import Claims, KeyInvalid, TokenExpired, TokenInvalid, scopes_of

Refusal = type[KeyInvalid | TokenInvalid | TokenExpired]
NO_PLAN = "free"
"""What somebody has who belongs to no organisation."""


class Callers:
    """Finds out how callers stand. What changes in the database shows after ``fresh`` at most."""

    def __init__(
        self,
        register: Register,
        tokens: TokenReader,
        *,
        plans: Mapping[str, Plan] = PLANS,
        fresh: Micros = FRESH,
        most: int = MOST,
        now: Callable[[], Micros] = monotonic,
    ) -> None:
        """``now`` is a clock that only goes forward; ``most`` callers are remembered."""
        self._register = register
        self._tokens = tokens
        self._plans = plans
        self._warm: Warm[bytes, Known | Refusal] = Warm(fresh=fresh, most=most, now=now)

    def known(self, credentials: Credentials) -> Standing | None:
        """Return how somebody stands if that is known, without waiting for anything.

        Raises:
            Unauthenticated: It is known that they are refused.
            NoOrganisation: They do not belong to the one that they ask for.
        """
        found = self._warm.get(credentials.hash)
        return None if found is None else _standing(found, credentials)

    async def find(self, credentials: Credentials, now: Micros) -> Standing:
        """Return how somebody stands, after looking it up.

        Raises:
            KeyInvalid: There is no such key.
            TokenInvalid: The token is none of ours, or its session or person is gone.
            TokenExpired: It was good and is no more.
            NoOrganisation: They do not belong to the one that they ask for.
            Unavailable: That cannot be found out now.
        """
        found = await self._warm.ask(credentials.hash, lambda: self._look_up(credentials, now))
        return _standing(found, credentials)

    def were_good(self, credentials: Credentials) -> bool:
        """Return whether they were somebody's when they were last looked up."""
        found = self._warm.latest(credentials.hash)
        return found is not None and not isinstance(found, type)

    def forget(self, credentials: Credentials) -> None:
        """Forget how somebody stands: they may be about to change it."""
        self._warm.forget(credentials.hash)

    async def _look_up(self, credentials: Credentials, now: Micros) -> Known | Refusal:
        if credentials.token is None:
            key = await self._register.find_key(credentials.hash)
            return KeyInvalid if key is None else self._key(key)
        try:
            claims = await self._tokens.read(credentials.token)
        except (TokenInvalid, TokenExpired) as error:
            return type(error)
        person = await self._register.find_person(claims, now)
        return self._person(claims, person) if person.is_live else TokenInvalid

    def _key(self, found: FoundKey) -> KeyStanding:
        buckets = key_buckets(
            self._plan(found.plan),
            org_id=found.org_id,
            key_id=found.key_id,
            own=found.limit_per_minute,
            is_test=found.is_test,
        )
        return KeyStanding(
            key_id=found.key_id,
            org_id=found.org_id,
            scopes=found.scopes,
            plan=found.plan,
            expires_at=found.expires_at,
            is_revoked=found.is_revoked,
            networks=found.networks,
            buckets=buckets,
        )

    def _person(self, claims: Claims, found: FoundPerson) -> SignedIn:
        standings = {each.org_id: self._member(claims, each) for each in found.memberships}
        usual = standings.get(claims.org_hint) if claims.org_hint else None
        first = next(iter(standings.values()), None)
        return SignedIn(usual or first or self._stranger(claims), standings)

    def _member(self, claims: Claims, membership: Membership) -> PersonStanding:
        org_id, role, plan = membership.org_id, membership.role, membership.plan
        buckets = person_buckets(self._plan(plan), org_id=org_id, user_id=claims.user_id)
        return PersonStanding(claims, org_id, role, scopes_of(role), plan, buckets)

    def _stranger(self, claims: Claims) -> PersonStanding:
        buckets = person_buckets(self._plan(NO_PLAN), org_id=None, user_id=claims.user_id)
        return PersonStanding(claims, None, None, frozenset(), NO_PLAN, buckets)

    def _plan(self, name: str) -> Plan:
        return self._plans.get(name, FREE)


def _standing(found: Known | Refusal, credentials: Credentials) -> Standing:
    if isinstance(found, type):
        raise found()
    return found.within(credentials.asked)
