"""Sign-in as values: who comes from where, and what they are given."""

from dataclasses import dataclass, field
from uuid import UUID

from playhead.kernel.people import Email

MOST_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, as sign-in remembers it.

    Attributes:
        address: The client's network address.
        user_agent: What the client calls itself, at most 300 characters.
        request_id: Finds the request in the log.
    """

    address: str
    user_agent: str
    request_id: str

    @classmethod
    def of(cls, address: str, user_agent: str, request_id: str) -> "Visit":
        """Return a visit whose ``user_agent`` can be stored and shown, whatever was sent."""
        shown = "".join(
            char if char.isprintable() else "?" for char in user_agent[:MOST_USER_AGENT]
        )
        return cls(address, shown, request_id)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who signs up. ``organisation`` is the name of theirs; None: it is made up."""

    email: Email
    password: str = field(repr=False)
    first_name: str
    last_name: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives. ``expires_in`` is the access token's life in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A new person, signed in. ``api_key`` is their organisation's first, shown this once."""

    tokens: Tokens
    user_id: UUID
    org_id: UUID
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlowStart:
    """Where to send a browser that signs in elsewhere, and what it must keep until it is back.

    Attributes:
        browser_secret: Goes into a cookie that scripts cannot read.
    """

    redirect_url: str
    state: str = field(repr=False)
    browser_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """What a browser brings back from where it signed in."""

    code: str = field(repr=False)
    state: str = field(repr=False)
    browser_secret: str = field(repr=False)
    redirect_uri: str
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a way of signing in can do.

    Attributes:
        passwords: Whether it takes passwords here.
        sign_up: Whether accounts are made here.
        mail: Whether it verifies addresses and resets passwords here.
        providers: The names that ``begin_oauth`` knows.
    """

    passwords: bool
    sign_up: bool
    mail: bool
    providers: tuple[str, ...] = ()
