"""Sign-in as it is built in: passwords here, no provider."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth.admission import Admission, Newcomer
from playhead.kernel.auth.errors import (
    CredentialsWrong,
    ProviderUnknown,
    RefreshInvalid,
    SessionNotFound,
)
from playhead.kernel.auth.journal import SOMEBODY, Journal
from playhead.kernel.auth.mail_tokens import MailTokens, Purpose
from playhead.kernel.auth.model import (
    Capabilities,
    FlowEnd,
    FlowStart,
    NewPerson,
    SignedUp,
    Tokens,
    Visit,
)
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.sessions import Ending, Sessions, Started
from playhead.kernel.auth.signing import AccessTokens
from playhead.kernel.identity import Claims, TokenInvalid
from playhead.kernel.identity.model import ORG_PREFIX, SESSION_PREFIX
from playhead.kernel.people import Belonging, Email, EmailTaken, People, Person
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants

CAPABILITIES = Capabilities(passwords=True, sign_up=True, mail=True)


class BuiltInSignIn:
    """Signs people in with a password that is kept here."""

    def __init__(
        self,
        tenants: Tenants,
        passwords: Passwords,
        access: AccessTokens,
        sessions: Sessions,
        mail_tokens: MailTokens,
        *,
        admission: Admission,
        journal: Journal,
        pace: Pace,
        now: Callable[[], Micros],
    ) -> None:
        self._tenants = tenants
        self._passwords = passwords
        self._access = access
        self._sessions = sessions
        self._mail_tokens = mail_tokens
        self._admission = admission
        self._journal = journal
        self._pace = pace
        self._now = now

    def capabilities(self) -> Capabilities:
        """Return what can be done here."""
        return CAPABILITIES

    async def read(self, token: str) -> Claims:
        """Return what an access token says.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is none of ours, or was altered.
        """
        return await self._access.read(token)

    async def sign_up(self, new: NewPerson, visit: Visit) -> SignedUp:
        """Make a person with an organisation and a first API key, mail them, and sign them in.

        All of it happens or nothing does. Of two who sign up with one address at once, one does.

        Raises:
            EmailTaken: Somebody has the address.
            PasswordsBusy: Too many people sign in at this moment.
        """
        if await self._person_of(new.email) is not None:
            raise EmailTaken
        password_hash = await self._passwords.hash(new.password)
        await self._access.prepare()
        now = self._now()
        newcomer = Newcomer.named(
            new.email,
            new.first_name,
            new.last_name,
            organisation=new.organisation,
            password_hash=password_hash,
            now=now,
        )
        async with self._tenants.transaction(newcomer.tenant) as transaction:
            api_key = await self._admission.admit(transaction, newcomer, now)
            person = await People(transaction).find(newcomer.user_id)
            await self._mail_tokens.send(transaction, person, Purpose.VERIFY_EMAIL)
            started = await self._sessions.start(
                transaction, newcomer.user_id, newcomer.org_id, visit
            )
            await self._note_arrival(transaction, newcomer, visit, now)
        tokens = await self._sessions.tokens(started)
        return SignedUp(tokens, newcomer.user_id, newcomer.org_id, api_key)

    async def sign_in(self, email: Email, password: str, visit: Visit) -> Tokens:
        """Sign in with a password. Neither the answer nor its time tells who has an account.

        Raises:
            CredentialsWrong: Nobody has this address, or the password is another.
            PasswordsBusy: Too many people sign in at this moment.
        """
        began = self._pace.begin()
        person = await self._person_of(email)
        kept = None if person is None else person.password_hash
        if not await self._passwords.matches(password, kept):
            await self._note_failure(person, visit)
            await self._pace.wait(began)
            raise CredentialsWrong
        assert person is not None
        assert kept is not None
        await self._access.prepare()
        if self._passwords.is_outdated(kept):
            await self._rehash(person.user_id, password, kept)
        return await self._sessions.tokens(await self._start(person, visit))

    async def refresh(self, token: str, visit: Visit, *, org_id: UUID | None = None) -> Tokens:
        """Return the next tokens for a refresh token; see ``Sessions.refresh``.

        Raises:
            RefreshInvalid: It is none, has expired, was used, or its session is over.
            NoOrganisation: The person does not belong to ``org_id``.
        """
        return await self._sessions.refresh(token, visit, org_id=org_id)

    async def sign_out(self, access: str | None, refresh: str | None, visit: Visit) -> None:
        """End the sessions of the tokens that are given; nothing if they are over or none.

        An access token that has expired says well enough which session is meant.
        """
        if refresh is not None:
            with suppress(RefreshInvalid, SessionNotFound):
                await self._sessions.end_of(refresh, visit)
        if access is not None:
            await self._end_of_access(access, visit)

    async def begin_oauth(self, provider: str, redirect_uri: str | None, visit: Visit) -> FlowStart:
        """There is no provider.

        Raises:
            ProviderUnknown: Always.
        """
        raise ProviderUnknown

    async def finish_oauth(self, end: FlowEnd, visit: Visit) -> Tokens:
        """There is no provider.

        Raises:
            ProviderUnknown: Always.
        """
        raise ProviderUnknown

    async def _person_of(self, email: Email) -> Person | None:
        async with self._tenants.transaction(NOBODY) as transaction:
            user_id = await People(transaction).id_by_email(email.key)
        if user_id is None:
            return None
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            return await People(transaction).find(user_id)

    async def _note_arrival(
        self, transaction: Transaction, new: Newcomer, visit: Visit, now: Micros
    ) -> None:
        org = format_id(ORG_PREFIX, new.org_id)
        for action, subject in ((Action.ORG_CREATED, org), (Action.SIGN_UP, None)):
            await self._journal.note(
                transaction, new.org_id, new.user_id, action, visit, subject=subject, now=now
            )

    async def _start(self, person: Person, visit: Visit) -> Started:
        user_id, now = person.user_id, self._now()
        belongings = await self._belongings(user_id)
        org_id = belongings[0].org_id if belongings else None
        async with self._tenants.transaction(Tenant(org_id, user_id)) as transaction:
            # A password that was changed while this one was checked ends what it would start.
            locked = await People(transaction).lock(user_id)
            if locked.password_set_at != person.password_set_at:
                raise CredentialsWrong
            started = await self._sessions.start(transaction, user_id, org_id, visit)
            subject = format_id(SESSION_PREFIX, started.session.session_id)
            if org_id is not None:
                await self._journal.note(
                    transaction,
                    org_id,
                    user_id,
                    Action.SIGN_IN_SUCCEEDED,
                    visit,
                    subject=subject,
                    now=now,
                )
        await self._journal.note_everywhere(
            user_id, Action.SIGN_IN_SUCCEEDED, visit, subject=subject, but=org_id, now=now
        )
        return started

    async def _belongings(self, user_id: UUID) -> list[Belonging]:
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            return await People(transaction).belongings()

    async def _rehash(self, user_id: UUID, password: str, old: str) -> None:
        new = await self._passwords.hash(password)
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await People(transaction).rehash(user_id, old=old, new=new)

    async def _note_failure(self, person: Person | None, visit: Visit) -> None:
        if person is not None:
            await self._journal.note_everywhere(
                person.user_id, Action.SIGN_IN_FAILED, visit, actor=SOMEBODY, now=self._now()
            )

    async def _end_of_access(self, access: str, visit: Visit) -> None:
        with suppress(TokenInvalid, SessionNotFound):
            claims = await self._access.read_whenever(access)
            if claims.session_id is not None:
                await self._sessions.end(claims.user_id, claims.session_id, Ending.SIGN_OUT, visit)
