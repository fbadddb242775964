"""The token endpoint, and what ends a session. No call is repeated: a code and a refresh token
are used up by the first."""

import base64
import logging
from collections.abc import Mapping
from urllib.parse import quote

from playhead.kernel.oidc.asking import Answer, Asking
from playhead.kernel.oidc.discovery import Discovery
from playhead.kernel.oidc.errors import GrantRefused, ProviderUnavailable
from playhead.kernel.oidc.flow import Proof
from playhead.kernel.oidc.model import Grant
from playhead.kernel.oidc.settings import ClientAuthentication, OidcSettings

DEFAULT_LIFE_SECONDS = 300
# What we send is well-formed but for what we were given: then that is longer than is taken.
_REFUSALS = frozenset({"invalid_grant", "invalid_request", "access_denied"})
_log = logging.getLogger(__name__)


class TokenEndpoint:
    """Asks a provider for tokens, as our client."""

    def __init__(self, settings: OidcSettings, discovery: Discovery, asking: Asking) -> None:
        self._settings = settings
        self._discovery = discovery
        self._asking = asking

    async def by_code(self, code: str, proof: Proof) -> Grant:
        """Return what the code of a sign-in is worth.

        Raises:
            GrantRefused: It is none, or was used.
            ProviderUnavailable: The provider cannot be asked; a code may be lost then.
        """
        return await self._grant(
            code,
            grant_type="authorization_code",
            code=code,
            redirect_uri=proof.redirect_uri,
            code_verifier=proof.verifier,
        )

    async def by_refresh_token(self, refresh_token: str) -> Grant:
        """Return the next tokens of a session.

        Raises:
            GrantRefused: The token is none, was used, or its session is over.
            ProviderUnavailable: The provider cannot be asked.
        """
        return await self._grant(
            refresh_token, grant_type="refresh_token", refresh_token=refresh_token
        )

    async def by_password(self, email: str, password: str) -> Grant:
        """Return the tokens of somebody who told us their password.

        Raises:
            GrantRefused: It is wrong, or nobody has that address.
            ProviderUnavailable: The provider cannot be asked.
        """
        scope = " ".join(self._settings.scopes)
        return await self._grant(
            password, grant_type="password", username=email, password=password, scope=scope
        )

    async def end_session(self, refresh_token: str) -> None:
        """End the provider's session that a refresh token belongs to; nothing if it is over.

        Raises:
            ProviderUnavailable: The provider cannot be asked, or ends no sessions: it goes on.
        """
        if not _is_sendable(refresh_token):
            return
        metadata = await self._discovery.metadata()
        if self._settings.is_keycloak and metadata.end_session_endpoint:
            url, form = metadata.end_session_endpoint, {"refresh_token": refresh_token}
        elif metadata.revocation_endpoint:
            url, form = metadata.revocation_endpoint, {"token": refresh_token}
        else:
            raise ProviderUnavailable("it has no endpoint that ends a session")
        answer = await self._post(url, form)
        if not answer.is_success and answer.body.get("error") not in _REFUSALS | {"invalid_token"}:
            raise _misunderstanding(url, answer)

    async def _grant(self, proof: str, **form: str) -> Grant:
        if not _is_sendable(proof):
            raise GrantRefused
        url = (await self._discovery.metadata()).token_endpoint
        answer = await self._post(url, form)
        if not answer.is_success:
            raise refusal_of(url, answer)
        return grant_of(answer)

    async def _post(self, url: str, form: Mapping[str, str]) -> Answer:
        named, headers = authenticated(
            self._settings.client_id,
            self._settings.client_secret,
            self._settings.client_authentication,
        )
        return await self._asking.post_form(url, {**form, **named}, headers)


def authenticated(
    client_id: str, secret: str | None, how: ClientAuthentication
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the form fields and headers by which a client names itself."""
    if secret is None:
        return {"client_id": client_id}, {}
    if how is ClientAuthentication.POST:
        return {"client_id": client_id, "client_secret": secret}, {}
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
    return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def refusal_of(url: str, answer: Answer) -> GrantRefused | ProviderUnavailable:
    """Return the error for an answer that is no success: the person's fault, or ours."""
    if answer.body.get("error") in _REFUSALS:
        return GrantRefused()
    return _misunderstanding(url, answer)


def grant_of(answer: Answer) -> Grant:
    """Return the tokens of an answer.

    Raises:
        ProviderUnavailable: It holds none.
    """
    access, refresh = answer.body.get("access_token"), answer.body.get("refresh_token", "")
    identity = answer.body.get("id_token")
    life = answer.body.get("expires_in", DEFAULT_LIFE_SECONDS)
    if not isinstance(access, str) or not isinstance(refresh, str) or not isinstance(life, int):
        raise ProviderUnavailable("its token endpoint gave no tokens")
    return Grant(access, refresh, identity if isinstance(identity, str) else None, life)


def _is_sendable(text: str) -> bool:
    """Tell whether a form can hold ``text``: what cannot be sent is neither right nor our fault."""
    return bool(text) and not any("\ud800" <= char <= "\udfff" for char in text)


def _misunderstanding(url: str, answer: Answer) -> ProviderUnavailable:
    error = answer.body.get("error")
    _log.error("the sign-in provider refuses us at %s: %s %r", url, answer.status, error)
    return ProviderUnavailable(f"{url} was answered with {answer.status} {error!r}")
