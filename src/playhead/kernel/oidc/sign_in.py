"""Sign-in by a provider, as one of the ways to sign in: people and sessions are ours."""

import logging
from collections.abc import Callable
from uuid import NAMESPACE_URL, UUID, uuid5

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth import (
    Capabilities,
    CredentialsWrong,
    FlowEnd,
    FlowStart,
    NewPerson,
    NotOffered,
    RefreshInvalid,
    SignedUp,
    Tokens,
    Visit,
)
from playhead.kernel.auth.journal import SOMEBODY, Journal
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.sessions import Ending
from playhead.kernel.identity import Claims, NoOrganisation, TokenExpired, TokenInvalid
from playhead.kernel.identity.model import SESSION_PREFIX
from playhead.kernel.oidc.client import OidcClient
from playhead.kernel.oidc.errors import (
    EmailMissing,
    GrantRefused,
    IdentityConflict,
    ProviderUnavailable,
)
from playhead.kernel.oidc.model import Grant, Met, ProviderClaims
from playhead.kernel.oidc.ports import Identities
from playhead.kernel.oidc.repository import session_note
from playhead.kernel.oidc.sessions import Noted, ProviderSessions
from playhead.kernel.oidc.settings import OidcSettings
from playhead.kernel.people import Email, EmailTaken, People
from playhead.storage.tenants import NOBODY, Tenants

_UNSEEN = Visit("", "", "")
_log = logging.getLogger(__name__)


class OidcSignIn:
    """Signs people in with an OpenID provider."""

    def __init__(
        self,
        settings: OidcSettings,
        client: OidcClient,
        tenants: Tenants,
        identities: Identities,
        journal: Journal,
        *,
        pace: Pace,
        now: Callable[[], Micros],
    ) -> None:
        self._settings = settings
        self._client = client
        self._tenants = tenants
        self._identities = identities
        self._sessions = ProviderSessions(tenants, now=now)
        self._journal = journal
        self._pace = pace
        self._now = now

    def capabilities(self) -> Capabilities:
        """Return what can be done here."""
        return Capabilities(
            passwords=self._settings.password_grant,
            sign_up=self._settings.sign_up,
            mail=False,
            providers=tuple(sorted(self._settings.idp_hints)),
        )

    async def read(self, token: str) -> Claims:
        """Return what an access token says of one of our people.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is not for us, altered, of a session that was ended here, or of
                somebody who cannot be let in.
            ProviderUnavailable: Its key is not known, and the provider cannot be asked.
        """
        claims = await self._client.read(token)
        user_id = await self._identities.find(claims)
        if user_id is None:
            user_id = (await self._meet_unasked(claims)).user_id
        session_id = session_id_of(claims)
        note = await session_note(self._tenants, user_id, session_id)
        if note is None:  # signed in at the provider, not through us
            return Claims(user_id, None, claims.org_hint, claims.expires_at)
        if note.is_over:
            raise TokenInvalid
        return Claims(user_id, session_id, note.org_id or claims.org_hint, claims.expires_at)

    async def sign_up(self, new: NewPerson, visit: Visit) -> SignedUp:
        """Make an account with the provider, a person with an organisation and a first API key.

        Raises:
            NotOffered: Accounts are made at the provider.
            EmailTaken: Somebody has the address.
            PasswordRefused: The provider's policy refuses the password.
            ProfileRefused: It refuses the address or a name.
            ProviderUnavailable: It cannot be asked.
        """
        if not self._settings.sign_up:
            raise NotOffered
        if await self._person_of(new.email) is not None:
            raise EmailTaken
        grant = await self._client.sign_up(
            new.email.text, new.password, new.first_name, new.last_name
        )
        claims = await self._claims_of(grant)
        met = await self._identities.meet(
            claims, visit, organisation=new.organisation, with_key=True
        )
        await self._sessions.begin(
            Noted(met.user_id, session_id_of(claims)), grant.refresh_token, visit
        )
        if met.org_id is None:  # the same person came another way at this moment
            raise EmailTaken
        return SignedUp(_tokens(grant), met.user_id, met.org_id, met.api_key)

    async def sign_in(self, email: Email, password: str, visit: Visit) -> Tokens:
        """Sign in with a password, which goes to the provider.

        Raises:
            NotOffered: Passwords are taken at the provider only.
            CredentialsWrong: Nobody has this address, or the password is another.
            IdentityConflict: Somebody here has the address, and it is not proven to be theirs.
            EmailMissing: The provider tells no address of somebody new.
            ProviderUnavailable: The provider cannot be asked.
        """
        began = self._pace.begin()
        try:
            grant = await self._client.sign_in(email.text, password)
        except GrantRefused as error:
            await self._note_failure(email, visit)
            await self._pace.wait(began)
            raise CredentialsWrong from error
        return await self._begin(grant, visit)

    async def refresh(self, token: str, visit: Visit, *, org_id: UUID | None = None) -> Tokens:
        """Return the next tokens of a session; the provider ends one whose token was used.

        Raises:
            RefreshInvalid: The token is none, was used, or its session is over.
            NoOrganisation: The person does not belong to ``org_id``. The session goes on, unless it
                was begun elsewhere.
            ProviderUnavailable: The provider cannot be asked.
        """
        known = await self._sessions.known(token, org_id)
        try:
            grant = await self._client.refresh(token)
        except GrantRefused as error:
            raise RefreshInvalid from error
        try:
            noted = known or await self._adopt(grant, visit, org_id)
            await self._sessions.follow(noted, token, grant.refresh_token, visit, org_id)
        except (RefreshInvalid, NoOrganisation):
            await self._client.sign_out(grant.refresh_token)  # nobody gets to use it
            raise
        return _tokens(grant)

    async def sign_out(self, access: str | None, refresh: str | None, visit: Visit) -> None:
        """End the sessions of the tokens that are given, here and at the provider.

        Raises:
            ProviderUnavailable: The provider cannot be asked; here they have ended.
        """
        noted, name = (None, None) if access is None else await self._noted_of(access)
        if noted is not None and await self._sessions.end(noted, visit):
            await self._note_end(noted, visit)
        if refresh is None:
            await self._client.end_session(name or "")
            return
        other = await self._sessions.end_of(refresh)
        if other is not None:
            await self._note_end(other, visit)
        await self._client.sign_out(refresh)

    async def begin_oauth(self, provider: str, redirect_uri: str | None, visit: Visit) -> FlowStart:
        """Return where to send a browser that wants to sign in.

        ``redirect_uri`` may be left out where only one is configured.

        Raises:
            ProviderUnknown: There is no such way to sign in.
            RedirectRefused: The address is not one of those that are configured.
            ProviderUnavailable: The provider's endpoints are not known.
        """
        allowed = sorted(self._settings.redirect_uris)
        usual = allowed[0] if len(allowed) == 1 else ""
        return await self._client.begin_oauth(provider, redirect_uri or usual)

    async def finish_oauth(self, end: FlowEnd, visit: Visit) -> Tokens:
        """Return the tokens of a sign-in that came back.

        Raises:
            FlowInvalid: It was not begun in this browser, or is over.
            GrantRefused: The code is none, or the tokens are of another sign-in.
            IdentityConflict: Somebody here has the address, and it is not proven to be theirs.
            EmailMissing: The provider tells no address of somebody new.
            ProviderUnavailable: The provider cannot be asked.
        """
        return await self._begin(await self._client.finish_oauth(end), visit)

    async def _begin(self, grant: Grant, visit: Visit) -> Tokens:
        claims = await self._claims_of(grant)
        met = await self._identities.meet(claims, visit)
        noted = Noted(met.user_id, session_id_of(claims))
        await self._sessions.begin(noted, grant.refresh_token, visit)
        await self._journal.note_everywhere(
            met.user_id,
            Action.SIGN_IN_SUCCEEDED,
            visit,
            subject=format_id(SESSION_PREFIX, noted.session_id),
            now=self._now(),
        )
        return _tokens(grant)

    async def _claims_of(self, grant: Grant) -> ProviderClaims:
        """Return what an access token says that the provider gave us just now."""
        try:
            return await self._client.read(grant.access_token)
        except (TokenInvalid, TokenExpired) as error:
            _log.error("the sign-in provider gives us tokens for others: is the audience right?")
            raise ProviderUnavailable("it gave an access token that is not for us") from error

    async def _adopt(self, grant: Grant, visit: Visit, org_id: UUID | None) -> Noted:
        """Note a session of the provider that was not begun here."""
        claims = await self._claims_of(grant)
        met = await self._identities.meet(claims, visit)
        noted = Noted(met.user_id, session_id_of(claims))
        await self._sessions.adopt(noted, visit, org_id)
        return noted

    async def _noted_of(self, access: str) -> tuple[Noted | None, str | None]:
        """Return the session of an access token, and the provider's name of it."""
        try:
            claims = await self._client.read(access)
        except (TokenInvalid, TokenExpired):
            return None, None
        user_id = await self._identities.find(claims)
        noted = None if user_id is None else Noted(user_id, session_id_of(claims))
        return noted, claims.session_id

    async def _meet_unasked(self, claims: ProviderClaims) -> Met:
        """Let in who brings a token that was not got here."""
        try:
            return await self._identities.meet(claims, _UNSEEN)
        except (IdentityConflict, EmailMissing) as error:
            _log.warning("%s of %s is not let in: %s", claims.subject, claims.issuer, error.code)
            raise TokenInvalid from error

    async def _note_end(self, noted: Noted, visit: Visit) -> None:
        await self._journal.note_everywhere(
            noted.user_id,
            Action.SESSION_ENDED,
            visit,
            subject=format_id(SESSION_PREFIX, noted.session_id),
            details={"why": Ending.SIGN_OUT.value},
            now=self._now(),
        )

    async def _note_failure(self, email: Email, visit: Visit) -> None:
        user_id = await self._person_of(email)
        if user_id is not None:
            await self._journal.note_everywhere(
                user_id, Action.SIGN_IN_FAILED, visit, actor=SOMEBODY, now=self._now()
            )

    async def _person_of(self, email: Email) -> UUID | None:
        async with self._tenants.transaction(NOBODY) as transaction:
            return await People(transaction).id_by_email(email.key)


def session_id_of(claims: ProviderClaims) -> UUID:
    """Return our id of a provider's session; of a provider that names none, of the person."""
    name = claims.session_id or f"subject:{claims.subject}"
    return uuid5(NAMESPACE_URL, f"{claims.issuer}#{name}")


def _tokens(grant: Grant) -> Tokens:
    return Tokens(grant.access_token, grant.refresh_token, grant.expires_in)
