"""Code + PKCE: a sign-in that goes away to the provider and comes back to the same browser."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import msgspec

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.errors import ProviderUnknown
from playhead.kernel.auth.model import FlowEnd, FlowStart
from playhead.kernel.oidc.discovery import Discovery
from playhead.kernel.oidc.errors import FlowInvalid, RedirectRefused
from playhead.kernel.oidc.ports import FlowStore
from playhead.kernel.oidc.settings import OidcSettings
from playhead.storage.sealing import SealBroken, Sealer

LIFE = Micros(600 * MICROS_PER_SECOND)
_PURPOSE = "oidc.flow"
_SECRET_BYTES = 32


class _Kept(msgspec.Struct, frozen=True):
    nonce: str
    verifier: str
    redirect_uri: str
    browser_hash: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What the rest of a sign-in needs to show that it belongs to its beginning."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


class CodeFlow:
    """Begins sign-ins, and recognises them when they come back: once, within ten minutes."""

    def __init__(
        self,
        settings: OidcSettings,
        discovery: Discovery,
        store: FlowStore,
        sealer: Sealer,
        *,
        now: Callable[[], Micros],
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """``random`` gives that many random bytes."""
        self._settings = settings
        self._discovery = discovery
        self._store = store
        self._sealer = sealer
        self._now = now
        self._random = random

    async def begin(self, provider: str, redirect_uri: str) -> FlowStart:
        """Return where to send the browser.

        Raises:
            ProviderUnknown: There is no such way to sign in.
            RedirectRefused: The address is not one of those that are configured.
            ProviderUnavailable: The provider's endpoints are not known.
        """
        hints = self._settings.idp_hints
        if provider not in hints:
            raise ProviderUnknown
        if redirect_uri not in self._settings.redirect_uris:
            raise RedirectRefused
        metadata = await self._discovery.metadata()
        state, nonce, verifier, browser_secret = (self._secret() for _ in range(4))
        kept = _Kept(nonce, verifier, redirect_uri, _hash(browser_secret))
        sealed = self._sealer.seal(msgspec.json.encode(kept), purpose=_PURPOSE)
        await self._store.put(_hash(state), sealed, Micros(self._now() + LIFE))
        query = self._query(kept, state, hints[provider])
        url = _with_query(metadata.authorization_endpoint, query)
        return FlowStart(url, state, browser_secret)

    async def recognise(self, end: FlowEnd) -> Proof:
        """Return the proof of a sign-in that comes back; whatever happens, it cannot come again.

        ``end.issuer`` is ``iss`` of the way back (RFC 9207), where the provider sends it.

        Raises:
            FlowInvalid: It was not begun in this browser, is over, or another provider answers.
        """
        sealed = await self._store.take(_hash(end.state), self._now())
        if sealed is None:
            raise FlowInvalid
        kept = self._opened(sealed)
        is_same_browser = hmac.compare_digest(kept.browser_hash, _hash(end.browser_secret))
        if not is_same_browser or kept.redirect_uri != end.redirect_uri:
            raise FlowInvalid
        if end.issuer is not None and end.issuer != self._settings.issuer:
            raise FlowInvalid
        return Proof(kept.nonce, kept.verifier, kept.redirect_uri)

    def _opened(self, sealed: bytes) -> _Kept:
        try:
            return msgspec.json.decode(self._sealer.open(sealed, purpose=_PURPOSE), type=_Kept)
        except (SealBroken, msgspec.DecodeError) as error:
            raise FlowInvalid from error  # begun before the master key or this code changed

    def _query(self, kept: _Kept, state: str, hint: str | None) -> dict[str, str]:
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": kept.redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": kept.nonce,
            "code_challenge": _encoded(hashlib.sha256(kept.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return query if hint is None else {**query, "kc_idp_hint": hint}

    def _secret(self) -> str:
        return _encoded(self._random(_SECRET_BYTES))


def _with_query(endpoint: str, query: dict[str, str]) -> str:
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
