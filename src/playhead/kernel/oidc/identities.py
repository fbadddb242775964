"""Whom of our people a provider speaks of; at first sight they are let in."""

from collections.abc import Callable
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth import Visit
from playhead.kernel.auth.admission import Admission, Newcomer
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.ports import FirstKey, Founding
from playhead.kernel.oidc.errors import EmailMissing, IdentityConflict
from playhead.kernel.oidc.model import Met, ProviderClaims
from playhead.kernel.oidc.repository import IdentityRows, person_of_identity
from playhead.kernel.people import Email, EmailInvalid, EmailTaken, People, parse_email
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants

MOST_NAME = 50
_ATTEMPTS = 3


class _Raced(Exception):
    """Somebody else has let the same person in at this moment."""


class _NoKey:
    """For people who come back from a provider's page: nobody would see the key."""

    async def create_first(
        self, transaction: Transaction, *, org_id: UUID, user_id: UUID, now: Micros
    ) -> str:
        return ""


class ProviderPeople:
    """Finds people by the name that the provider has for them, which never changes."""

    def __init__(
        self,
        tenants: Tenants,
        founding: Founding,
        first_key: FirstKey,
        journal: Journal,
        *,
        now: Callable[[], Micros],
    ) -> None:
        self._tenants = tenants
        self._with_key = Admission(founding, first_key)
        self._without_key = Admission(founding, _NoKey())
        self._journal = journal
        self._now = now

    async def find(self, claims: ProviderClaims) -> UUID | None:
        """Return the person, or None if they were never seen here."""
        return await person_of_identity(self._tenants, claims.issuer, claims.subject)

    async def meet(
        self,
        claims: ProviderClaims,
        visit: Visit,
        *,
        organisation: str | None = None,
        with_key: bool = False,
    ) -> Met:
        """Return the person. At first sight link the identity to who has the address, or let them
        in, with an organisation of their own.

        Args:
            claims: What the provider says.
            visit: Whose request shows it.
            organisation: What a new one is called; None: it is made up.
            with_key: Whether a new organisation gets a first API key.

        Raises:
            IdentityConflict: Somebody here has the address, and it is not verified on both sides.
            EmailMissing: The provider tells no address of somebody new.
        """
        for _ in range(_ATTEMPTS):
            user_id = await self.find(claims)
            if user_id is not None:
                await self._note_verified(user_id, claims)
                return Met(user_id)
            try:
                return await self._first_sight(claims, visit, organisation, with_key)
            except (_Raced, EmailTaken):
                continue  # whoever was quicker is found now
        raise IdentityConflict

    async def _first_sight(
        self, claims: ProviderClaims, visit: Visit, organisation: str | None, with_key: bool
    ) -> Met:
        email = _email_of(claims)
        if email is None:
            raise EmailMissing
        async with self._tenants.transaction(NOBODY) as transaction:
            user_id = await People(transaction).id_by_email(email.key)
        if user_id is not None:
            return await self._link(user_id, claims, visit)
        return await self._admit(email, claims, visit, organisation, with_key)

    async def _link(self, user_id: UUID, claims: ProviderClaims, visit: Visit) -> Met:
        now = self._now()
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            person = await People(transaction).lock(user_id)
            # Whoever signs up first with somebody else's address must not get their account.
            if not claims.email_verified or person.email_verified_at is None:
                raise IdentityConflict
            await self._add(transaction, user_id, claims, now)
        details = {"issuer": claims.issuer}
        await self._journal.note_everywhere(
            user_id, Action.IDENTITY_LINKED, visit, details=details, now=now
        )
        return Met(user_id)

    async def _admit(
        self,
        email: Email,
        claims: ProviderClaims,
        visit: Visit,
        organisation: str | None,
        with_key: bool,
    ) -> Met:
        now = self._now()
        new = Newcomer.named(
            email,
            (claims.first_name or email.text.partition("@")[0])[:MOST_NAME],
            claims.last_name[:MOST_NAME],
            organisation=organisation,
            verified=claims.email_verified,
            now=now,
        )
        admission = self._with_key if with_key else self._without_key
        async with self._tenants.transaction(new.tenant) as transaction:
            api_key = await admission.admit(transaction, new, now)
            await self._add(transaction, new.user_id, claims, now)
            await self._journal.note(
                transaction, new.org_id, new.user_id, Action.SIGN_UP, visit, now=now
            )
        return Met(new.user_id, new.org_id, api_key)

    async def _add(
        self, transaction: Transaction, user_id: UUID, claims: ProviderClaims, now: Micros
    ) -> None:
        rows = IdentityRows(transaction)
        if not await rows.add(user_id, claims.issuer, claims.subject, now):
            raise _Raced

    async def _note_verified(self, user_id: UUID, claims: ProviderClaims) -> None:
        email = _email_of(claims)
        if email is not None and claims.email_verified:
            async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
                await IdentityRows(transaction).note_verified(user_id, email.key, self._now())


def _email_of(claims: ProviderClaims) -> Email | None:
    try:
        return parse_email(claims.email or "")
    except EmailInvalid:
        return None
