"""Tokens of the provider: believed only after everything about them was checked."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.identity import TokenExpired, TokenInvalid
from playhead.kernel.oidc.asking import Json
from playhead.kernel.oidc.claims import claims_of, instant_of
from playhead.kernel.oidc.jwks import Jwks
from playhead.kernel.oidc.model import ProviderClaims
from playhead.kernel.oidc.settings import OidcSettings

MOST_CHARACTERS = 16 * 1024
MOST_HEADER_CHARACTERS = 1024
LEEWAY = Micros(30 * MICROS_PER_SECOND)
"""How far the provider's clock may be from ours."""

_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None
    typ: str = "JWT"
    crit: object = None
    b64: bool = True


class _Registry(jws.JWSRegistry):
    max_header_length = MOST_HEADER_CHARACTERS
    max_payload_length = MOST_CHARACTERS


class TokenReader:
    """Reads tokens of one provider."""

    def __init__(self, settings: OidcSettings, keys: Jwks, *, now: Callable[[], Micros]) -> None:
        """``now`` gives UTC microseconds."""
        self._settings = settings
        self._keys = keys
        self._now = now
        self._registry = _Registry(algorithms=list(settings.algorithms), strict_check_header=False)

    async def read_access(self, token: str) -> ProviderClaims:
        """Return what an access token says.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is not for us, not of this provider, altered, or no access token.
            ProviderUnavailable: Its key is not known, and the provider cannot be asked.
        """
        _, payload = await self._verified(token)
        self._check_audience(payload)
        # Bound to a key or certificate of its holder: whoever merely carries it is somebody else.
        if payload.get("typ", "Bearer") != "Bearer" or "cnf" in payload or _is_identity(payload):
            raise TokenInvalid
        self._check_times(payload)
        return claims_of(payload, self._settings)

    async def read_identity(
        self, token: str, *, nonce: str | None, access_token: str
    ) -> ProviderClaims:
        """Return what an ID token says that came together with ``access_token``.

        Args:
            token: The ID token.
            nonce: What it must repeat; None where the sign-in sent none.
            access_token: What its ``at_hash``, if there is one, must be of.

        Raises:
            TokenExpired: As ``read_access``.
            TokenInvalid: As ``read_access``, or it is of another sign-in.
            ProviderUnavailable: As ``read_access``.
        """
        header, payload = await self._verified(token)
        client_id, audiences = self._settings.client_id, _audiences(payload)
        is_ours = client_id in audiences and payload.get("azp", client_id) == client_id
        if not is_ours or (len(audiences) > 1 and "azp" not in payload):
            raise TokenInvalid
        if header.typ.lower() != "jwt" or payload.get("typ", "ID") != "ID":
            raise TokenInvalid
        if nonce is not None and not _is_same(payload.get("nonce"), nonce):
            raise TokenInvalid
        if "at_hash" in payload and not _is_same(
            payload["at_hash"], half_hash(access_token, header.alg)
        ):
            raise TokenInvalid
        self._check_times(payload)
        return claims_of(payload, self._settings)

    async def _verified(self, token: str) -> tuple[_Header, Json]:
        """Return header and payload of a token that this provider has signed for anybody."""
        header = _header_of(token)
        if header.alg not in self._settings.algorithms or header.typ.lower() not in _TYPES:
            raise TokenInvalid
        if header.crit is not None or not header.b64:
            raise TokenInvalid
        key = await self._keys.key(header.kid)
        try:
            signed = jws.deserialize_compact(
                token, key, list(self._settings.algorithms), self._registry
            )
            payload = msgspec.json.decode(signed.payload or b"", type=dict[str, object])
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise TokenInvalid from error
        if payload.get("iss") != self._settings.issuer:
            raise TokenInvalid
        return header, payload

    def _check_audience(self, payload: Json) -> None:
        audience = self._settings.audience
        if audience is None:
            is_for_us = payload.get("azp") == self._settings.client_id
        else:
            is_for_us = audience in _audiences(payload)
        if not is_for_us:
            raise TokenInvalid

    def _check_times(self, payload: Json) -> None:
        now = self._now()
        for name in ("iat", "nbf"):
            if name in payload and instant_of(payload, name) > now + LEEWAY:
                raise TokenInvalid
        if instant_of(payload, "exp") + LEEWAY <= now:
            raise TokenExpired


def half_hash(token: str, algorithm: str) -> str:
    """Return the ``at_hash`` of a token: half of its hash, by the algorithm of the signature."""
    digest = _HASHES.get(algorithm[-3:], hashlib.sha512)(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


def _header_of(token: str) -> _Header:
    head = token[: MOST_HEADER_CHARACTERS + 1].partition(".")[0]
    if len(token) > MOST_CHARACTERS or len(head) > MOST_HEADER_CHARACTERS:
        raise TokenInvalid
    try:
        text = base64.b64decode(head + "=" * (-len(head) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=_Header)
    except (ValueError, RecursionError) as error:
        raise TokenInvalid from error


def _audiences(payload: Json) -> list[object]:
    audience = payload.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _is_identity(payload: Json) -> bool:
    # An ID token tells a client who signed in; it opens nothing.
    return "at_hash" in payload or "nonce" in payload or "c_hash" in payload


def _is_same(told: object, expected: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), expected.encode())
