"""Access tokens: JWTs after RFC 9068, signed with RS256 and read with nothing else.

Lifetimes are whole seconds. ``iat`` is for people to read; only ``exp`` decides.
"""

import binascii
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from playhead.base.errors import Invalid
from playhead.base.ids import format_id, parse_id
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.signing.keys import encoded
from playhead.kernel.auth.signing.model import SigningPolicy
from playhead.kernel.auth.signing.ring import KeyRing
from playhead.kernel.identity import Claims, TokenExpired, TokenInvalid
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX, SESSION_PREFIX

AUDIENCE = "playhead"
MOST_CHARACTERS = 2048
_PARTS = 3
_JTI_BYTES = 12


class _Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    iss: str
    aud: str
    sub: str
    sid: str
    iat: int
    exp: int
    jti: str
    org: str | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and its life in seconds."""

    text: str = field(repr=False)
    expires_in: int


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(
        self,
        ring: KeyRing,
        *,
        issuer: str,
        now: Callable[[], Micros],
        policy: SigningPolicy,
        random: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        """``issuer`` is the address of this service as the world knows it."""
        self._ring = ring
        self._issuer = issuer
        self._now = now
        self._policy = policy
        self._random = random

    async def prepare(self) -> None:
        """Return once a token can be issued: nobody is signed in only to be told of a failure.

        Raises:
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        await self._ring.signer()

    async def issue(
        self, user_id: UUID, session_id: UUID, org_id: UUID | None, *, until: Micros
    ) -> AccessToken:
        """Return a token of a session, good for as long as any but no longer than ``until``."""
        now = self._now() // MICROS_PER_SECOND
        expires_at = min(now + self._policy.token_seconds, until // MICROS_PER_SECOND)
        payload = _Payload(
            iss=self._issuer,
            aud=AUDIENCE,
            sub=format_id(PERSON_PREFIX, user_id),
            sid=format_id(SESSION_PREFIX, session_id),
            iat=now,
            exp=expires_at,
            jti=self._random(_JTI_BYTES),
            org=None if org_id is None else format_id(ORG_PREFIX, org_id),
        )
        signer = await self._ring.signer()
        signed = f"{signer.header}.{encoded(msgspec.json.encode(payload))}"
        return AccessToken(f"{signed}.{encoded(signer.sign(signed.encode()))}", expires_at - now)

    async def read(self, token: str) -> Claims:
        """Return what a token says.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is none of ours, or was altered.
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        claims = await self.read_whenever(token)
        if claims.expires_at <= self._now():
            raise TokenExpired
        return claims

    async def read_whenever(self, token: str) -> Claims:
        """Return what a token says, even if it has expired: to end its session that is enough.

        Raises:
            TokenInvalid: It is none of ours, or was altered.
            DatabaseUnavailable: No key is known, and the database does not answer.
        """
        signed, header, payload, signature = _taken_apart(token)
        key = await self._ring.by_header(header)
        if key is None or not key.has_signed(signed, signature):
            raise TokenInvalid
        return self._claims(payload)

    def _claims(self, payload: bytes) -> Claims:
        try:
            said = msgspec.json.decode(payload, type=_Payload)
            if said.iss != self._issuer or said.aud != AUDIENCE:
                raise TokenInvalid
            return Claims(
                user_id=parse_id(PERSON_PREFIX, said.sub, field="sub"),
                session_id=parse_id(SESSION_PREFIX, said.sid, field="sid"),
                org_hint=None if said.org is None else parse_id(ORG_PREFIX, said.org, field="org"),
                expires_at=Micros(said.exp * MICROS_PER_SECOND),
            )
        except (msgspec.MsgspecError, Invalid, ValueError) as error:
            raise TokenInvalid from error


def _taken_apart(token: str) -> tuple[bytes, str, bytes, bytes]:
    """Return what is signed, the header as it is written, the payload and the signature."""
    parts = token.split(".", _PARTS)
    if len(token) > MOST_CHARACTERS or len(parts) != _PARTS:
        raise TokenInvalid
    header, payload, signature = parts
    try:
        signed = f"{header}.{payload}".encode("ascii")
        return signed, header, _decoded(payload), _decoded(signature)
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise TokenInvalid from error


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
