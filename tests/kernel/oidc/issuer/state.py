"""What the scripted issuer knows: people, sessions, codes, keys, and what it should do wrong."""

import asyncio
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field

from joserfc import jwt

from playhead.kernel.oidc.tokens import half_hash
from tests.kernel.oidc.issuer.keys import Key, public_jwk, rsa_key

CLIENT = ("playhead", "client-secret")
ADMIN_CLIENT = ("playhead-accounts", "admin-secret")
AUDIENCE = "playhead-api"
ORG_CLAIM = "org_id"
LIFE_SECONDS = 300
Json = dict[str, object]


@dataclass
class User:
    email: str
    password: str
    first_name: str = "Ada"
    last_name: str = "Lovelace"
    is_verified: bool = False
    org: str | None = None
    realm_roles: list[str] = field(default_factory=list)
    client_roles: list[str] = field(default_factory=list)
    subject: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass
class Session:
    user: User
    nonce: str | None = None
    refresh_token: str = ""
    used: set[str] = field(default_factory=set)
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(18))


@dataclass(frozen=True)
class Code:
    user: User
    challenge: str
    redirect_uri: str
    nonce: str | None


@dataclass
class Issuer:
    """The state behind the endpoints. ``asked`` counts requests by the end of their path."""

    url: str
    users: dict[str, User] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    published: list[Key] = field(default_factory=lambda: [rsa_key("first")])
    signing: Key = field(default_factory=lambda: rsa_key("first"))
    asked: Counter[str] = field(default_factory=Counter)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """What to answer instead, by the end of the path."""
    claims: Json = field(default_factory=dict)
    """What every token says besides, or instead."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is closed nothing is answered."""

    def __post_init__(self) -> None:
        self.gate.set()

    def jwks(self) -> Json:
        return {"keys": [public_jwk(key) for key in self.published]}

    def rotate(self, name: str) -> None:
        """Sign with another key from now on; the others stay published."""
        self.signing = rsa_key(name)
        self.published.append(self.signing)

    def remove(self, name: str) -> None:
        """Publish a key no more."""
        self.published = [key for key in self.published if key.kid != name]

    def sign(self, claims: Json, *, key: Key | None = None, **header: object) -> str:
        """Return a token that says ``claims``."""
        key = key or self.signing
        head = {"alg": "RS256", "kid": key.kid, **header}
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, claims, key, algorithms=[str(head["alg"])])

    def access_claims(self, user: User, sid: str = "s", **changed: object) -> Json:
        """Return what an access token of ``user`` says."""
        return {
            **self._claims(user, sid),
            "typ": "Bearer",
            "azp": CLIENT[0],
            "aud": [AUDIENCE, "account"],
            "realm_access": {
                "roles": ["offline_access", "default-roles-playhead", *user.realm_roles]
            },
            "resource_access": {
                "account": {"roles": ["manage-account", "view-profile"]},
                CLIENT[0]: {"roles": user.client_roles},
            },
            **({ORG_CLAIM: user.org} if user.org else {}),
            **self.claims,
            **changed,
        }

    def tokens(self, session: Session) -> Json:
        """Return the token endpoint's answer for a session, whose refresh token rotates."""
        session.used.add(session.refresh_token)
        session.refresh_token = secrets.token_urlsafe(24)
        access = self.sign(self.access_claims(session.user, session.sid))
        identity = {
            **self._claims(session.user, session.sid),
            "typ": "ID",
            "aud": CLIENT[0],
            "azp": CLIENT[0],
            "at_hash": half_hash(access, "RS256"),
            **({"nonce": session.nonce} if session.nonce else {}),
        }
        return {
            "access_token": access,
            "id_token": self.sign({**identity, **self.claims}),
            "refresh_token": session.refresh_token,
            "expires_in": LIFE_SECONDS,
            "token_type": "Bearer",
        }

    def _claims(self, user: User, sid: str) -> Json:
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": user.subject,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "sid": sid,
            "email": user.email,
            "email_verified": user.is_verified,
            "given_name": user.first_name,
            "family_name": user.last_name,
        }
