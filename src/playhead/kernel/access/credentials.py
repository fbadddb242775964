"""What a request says about who asks, before anything of it is believed. Pure."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from playhead.base.ids import InvalidId, parse_id
from playhead.kernel.access.errors import CredentialsAmbiguous
from playhead.kernel.api_keys import KEY_START, KeyHash, KeyMalformed, parse_key
from playhead.kernel.identity import CredentialsMissing, KeyInvalid, TokenInvalid
from playhead.kernel.identity.model import ORG_PREFIX

ORG_HEADER = "X-Org-ID"
KEY_HEADER = "X-API-Key"
LONGEST = 8 * 1024
_AUTHORIZATION, _KEY, _ORG = (
    b"authorization",
    KEY_HEADER.lower().encode(),
    ORG_HEADER.lower().encode(),
)
_BEARER = re.compile(rb"bearer +", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)  # RFC 6750, section 2.1

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was sent.

    Attributes:
        hash: SHA-256 of the key or token.
        token: The access token; None for an API key.
        asked: The organisation that the request is for, where it says so.
    """

    hash: bytes
    token: str | None = field(repr=False)
    asked: UUID | None


def parse_credentials(headers: Headers) -> Credentials:
    """Return the credentials in the ``headers`` of a request (ASGI's: names in lower case).

    Raises:
        CredentialsMissing: There are none; other schemes than Bearer are none of ours.
        CredentialsAmbiguous: There are several, and they differ.
        KeyInvalid: A key is mistyped.
        TokenInvalid: A token is too long, or no token at all.
        InvalidId: The organisation asked for is not an id.
    """
    authorizations, keys, organisations = [], [], []
    for name, value in headers:
        if name == _AUTHORIZATION:
            authorizations.append(value)
        elif name == _KEY:
            keys.append(value)
        elif name == _ORG:
            organisations.append(value)
    sent = _sent(authorizations, keys)
    asked = _organisation(organisations) if organisations else None
    if keys or sent.startswith(KEY_START):
        return Credentials(_key_hash(sent), None, asked)
    return Credentials(_token_hash(sent), sent, asked)


def _sent(authorizations: list[bytes], keys: list[bytes]) -> str:
    if not authorizations and not keys:
        raise CredentialsMissing
    if len(authorizations) > 1 or len(keys) > 1:
        raise CredentialsAmbiguous
    found = {_bearer(value) for value in authorizations} | {value.strip() for value in keys}
    if len(found) > 1:
        raise CredentialsAmbiguous
    return found.pop().decode("latin-1")


def _bearer(value: bytes) -> bytes:
    scheme = _BEARER.match(value)
    if scheme is None:
        raise CredentialsMissing
    return value[scheme.end() :].strip()


def _key_hash(text: str) -> KeyHash:
    try:
        return parse_key(text).hash
    except KeyMalformed as error:
        raise KeyInvalid from error


def _token_hash(token: str) -> bytes:
    if len(token) > LONGEST or _TOKEN.fullmatch(token) is None:
        raise TokenInvalid
    return hashlib.sha256(token.encode()).digest()


def _organisation(values: list[bytes]) -> UUID:
    if len(values) > 1:
        raise InvalidId(f"{ORG_HEADER}: one organisation only", field=ORG_HEADER)
    return parse_id(ORG_PREFIX, values[0].decode("latin-1"), field=ORG_HEADER)
