"""Everything that is asked of a provider, behind one door. It knows nothing of our people."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

from playhead.base.time import Micros
from playhead.kernel.auth.errors import NotOffered
from playhead.kernel.auth.model import FlowEnd, FlowStart
from playhead.kernel.identity import TokenExpired, TokenInvalid
from playhead.kernel.oidc.accounts import Accounts
from playhead.kernel.oidc.asking import Asking, Json, open_client
from playhead.kernel.oidc.cached import USUAL, CachePolicy
from playhead.kernel.oidc.discovery import Discovery
from playhead.kernel.oidc.endpoint import TokenEndpoint
from playhead.kernel.oidc.errors import GrantRefused
from playhead.kernel.oidc.flow import CodeFlow
from playhead.kernel.oidc.jwks import Jwks
from playhead.kernel.oidc.model import Grant, ProviderClaims
from playhead.kernel.oidc.ports import FlowStore
from playhead.kernel.oidc.settings import OidcSettings
from playhead.kernel.oidc.tokens import TokenReader
from playhead.storage.sealing import Sealer


class OidcClient:
    """Signs people in with an OpenID provider. Make it with ``open``."""

    def __init__(
        self,
        settings: OidcSettings,
        asking: Asking,
        store: FlowStore,
        sealer: Sealer,
        *,
        now: Callable[[], Micros],
        monotonic: Callable[[], float],
        random: Callable[[int], bytes],
        policy: CachePolicy,
    ) -> None:
        self._settings = settings
        self._asking = asking
        # Endpoints hardly ever move: old ones serve for as long as they are not told anew.
        forever = replace(policy, stale=float("inf"))
        self._discovery = Discovery(settings.issuer, asking, monotonic=monotonic, policy=forever)
        self._keys = Jwks(
            self._fetch_keys, algorithms=settings.algorithms, monotonic=monotonic, policy=policy
        )
        self._tokens = TokenReader(settings, self._keys, now=now)
        self._flow = CodeFlow(settings, self._discovery, store, sealer, now=now, random=random)
        self._endpoint = TokenEndpoint(settings, self._discovery, asking)
        self._accounts = Accounts(settings, self._discovery, asking, monotonic=monotonic)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: OidcSettings,
        store: FlowStore,
        sealer: Sealer,
        *,
        now: Callable[[], Micros],
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = secrets.token_bytes,
        policy: CachePolicy = USUAL,
    ) -> AsyncIterator[Self]:
        """Open the adapter and close it afterwards. Nothing is asked of the provider yet.

        Args:
            settings: Which provider, and how far it is trusted.
            store: Keeps the sign-ins that are away.
            sealer: Seals what is kept of them.
            now: UTC microseconds.
            monotonic: Seconds of a clock that is never set.
            random: Gives that many random bytes.
            policy: How long keys are kept, and how often they are asked for.

        Raises:
            OSError: The certificates of ``settings.ca_file`` cannot be read.
        """
        async with open_client(settings.ca_file) as client:
            asking = Asking(client, timeout_seconds=settings.timeout_seconds)
            opened = cls(
                settings,
                asking,
                store,
                sealer,
                now=now,
                monotonic=monotonic,
                random=random,
                policy=policy,
            )
            try:
                yield opened
            finally:
                await opened._keys.aclose()
                await opened._discovery.aclose()

    async def read(self, access_token: str) -> ProviderClaims:
        """Return what an access token says.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is not for us, not of this provider, altered, or no access token.
            ProviderUnavailable: Its key is not known, and the provider cannot be asked.
        """
        return await self._tokens.read_access(access_token)

    async def sign_up(self, email: str, password: str, first_name: str, last_name: str) -> Grant:
        """Make an account with the provider and sign in.

        Raises:
            NotOffered: It is done at the provider.
            EmailTaken: There is one with this address.
            PasswordRefused: The provider's policy refuses the password.
            ProfileRefused: It refuses the address or a name.
            ProviderUnavailable: It cannot be asked.
        """
        if not self._settings.sign_up:
            raise NotOffered
        await self._accounts.create(email, password, first_name, last_name)
        return await self.sign_in(email, password)

    async def sign_in(self, email: str, password: str) -> Grant:
        """Sign in with a password.

        Raises:
            NotOffered: It is done at the provider.
            GrantRefused: The password is wrong, or nobody has that address.
            ProviderUnavailable: The provider cannot be asked.
        """
        if not self._settings.password_grant:
            raise NotOffered
        return await self._endpoint.by_password(email, password)

    async def refresh(self, refresh_token: str) -> Grant:
        """Return the next tokens; the provider may end the session of a token that was used.

        Raises:
            GrantRefused: The token is none, was used, or its session is over.
            ProviderUnavailable: The provider cannot be asked.
        """
        return await self._endpoint.by_refresh_token(refresh_token)

    async def sign_out(self, refresh_token: str) -> None:
        """End the provider's session; nothing if it is over already.

        Raises:
            ProviderUnavailable: The provider cannot be asked: the session goes on.
        """
        await self._endpoint.end_session(refresh_token)

    async def end_session(self, session_id: str) -> None:
        """End the provider's session of that name, where our service account may do so.

        Raises:
            ProviderUnavailable: The provider cannot be asked: the session goes on.
        """
        if session_id and self._settings.sign_up:
            await self._accounts.end_session(session_id)

    async def begin_oauth(self, provider: str, redirect_uri: str) -> FlowStart:
        """Return where to send a browser that wants to sign in; see ``CodeFlow.begin``.

        Raises:
            ProviderUnknown: There is no such way to sign in.
            RedirectRefused: The address is not one of those that are configured.
            ProviderUnavailable: The provider's endpoints are not known.
        """
        return await self._flow.begin(provider, redirect_uri)

    async def finish_oauth(self, end: FlowEnd) -> Grant:
        """Return the tokens of a sign-in that came back; see ``CodeFlow.recognise``.

        Raises:
            FlowInvalid: It was not begun in this browser, or is over.
            GrantRefused: The code is none, or the tokens are of another sign-in.
            ProviderUnavailable: The provider cannot be asked.
        """
        proof = await self._flow.recognise(end)
        grant = await self._endpoint.by_code(end.code, proof)
        try:
            await self._tokens.read_identity(
                grant.id_token or "", nonce=proof.nonce, access_token=grant.access_token
            )
        except (TokenInvalid, TokenExpired) as error:
            raise GrantRefused from error
        return grant

    async def _fetch_keys(self) -> Json:
        return await self._asking.get((await self._discovery.metadata()).jwks_uri)
