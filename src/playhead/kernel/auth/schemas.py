"""Sign-in on the wire."""

from uuid import UUID

from playhead.base.ids import format_id
from playhead.kernel.auth.model import FlowStart, SignedUp, Tokens
from playhead.kernel.auth.profiles import Profile
from playhead.kernel.auth.sessions import Session
from playhead.kernel.identity import Caller
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX, SESSION_PREFIX
from playhead.kernel.people import Belonging
from playhead.web.wire import Instant, Wire, instant_text


class TokenView(Wire, frozen=True):
    """What signs requests from now on.

    Attributes:
        refresh_token: Gives the next tokens, once.
        expires_in: Life of the access token in seconds.
    """

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class SignUpView(TokenView, frozen=True):
    """The same, for somebody new. `api_key` is shown this once."""

    user_id: str
    org_id: str
    api_key: str


class OrganisationOfMe(Wire, frozen=True):
    """An organisation that the person belongs to."""

    org_id: str
    name: str
    role: str
    plan: str


class MeView(Wire, frozen=True):
    """Who is signed in.

    Attributes:
        org_id: The organisation that this request was for; null for who belongs to none.
        role: What the person is there.
        organisations: All of theirs, by when they joined.
    """

    id: str
    email: str
    email_verified: bool
    first_name: str
    last_name: str
    org_id: str | None
    role: str | None
    roles: list[str]
    plan: str
    organisations: list[OrganisationOfMe]


class SessionView(Wire, frozen=True):
    """One sign-in that goes on.

    Attributes:
        address: Where it was refreshed from last, and by what.
        current: Whether it is the one that asks.
    """

    id: str
    org_id: str | None
    created_at: Instant
    refreshed_at: Instant
    expires_at: Instant
    address: str
    user_agent: str
    current: bool


class SessionPage(Wire, frozen=True):
    """All of a person's sessions, the newest first: there are never more than fit one page."""

    data: list[SessionView]
    next_cursor: str | None = None
    has_more: bool = False


class AcceptedView(Wire, frozen=True):
    """The same for everybody, whether or not anything is done."""

    message: str


class OAuthView(Wire, frozen=True):
    """Where to send the browser."""

    redirect_url: str
    provider: str
    state: str


FORGOTTEN = AcceptedView(
    message="if somebody has this address, a mail with a way to set another password is on its way"
)


def token_view(tokens: Tokens) -> TokenView:
    """Return tokens as they are sent."""
    return TokenView(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        token_type="Bearer",  # noqa: S106 -- the name of a kind of token
        expires_in=tokens.expires_in,
    )


def sign_up_view(signed_up: SignedUp) -> SignUpView:
    """Return what somebody new is sent."""
    return SignUpView(
        access_token=signed_up.tokens.access_token,
        refresh_token=signed_up.tokens.refresh_token,
        token_type="Bearer",  # noqa: S106 -- the name of a kind of token
        expires_in=signed_up.tokens.expires_in,
        user_id=format_id(PERSON_PREFIX, signed_up.user_id),
        org_id=format_id(ORG_PREFIX, signed_up.org_id),
        api_key=signed_up.api_key,
    )


def me_view(profile: Profile, caller: Caller) -> MeView:
    """Return a person's profile as it is sent to them."""
    person = profile.person
    return MeView(
        id=format_id(PERSON_PREFIX, person.user_id),
        email=person.email,
        email_verified=person.email_verified_at is not None,
        first_name=person.first_name,
        last_name=person.last_name,
        org_id=_org_text(caller.org_id),
        role=caller.role,
        roles=[caller.role] if caller.role else [],
        plan=caller.plan,
        organisations=[_organisation(each) for each in profile.belongings],
    )


def session_page(sessions: list[Session], caller: Caller) -> SessionPage:
    """Return a person's sessions as they are sent to them."""
    return SessionPage(data=[_session(each, caller) for each in sessions])


def oauth_view(start: FlowStart, provider: str) -> OAuthView:
    """Return where to send a browser, without what only its cookie may hold."""
    return OAuthView(redirect_url=start.redirect_url, provider=provider, state=start.state)


def _session(session: Session, caller: Caller) -> SessionView:
    return SessionView(
        id=format_id(SESSION_PREFIX, session.session_id),
        org_id=_org_text(session.org_id),
        created_at=instant_text(session.created_at),
        refreshed_at=instant_text(session.refreshed_at),
        expires_at=instant_text(session.expires_at),
        address=session.address,
        user_agent=session.user_agent,
        current=session.session_id == caller.session_id,
    )


def _organisation(belonging: Belonging) -> OrganisationOfMe:
    return OrganisationOfMe(
        org_id=format_id(ORG_PREFIX, belonging.org_id),
        name=belonging.name,
        role=belonging.role,
        plan=belonging.plan,
    )


def _org_text(org_id: UUID | None) -> str | None:
    return None if org_id is None else format_id(ORG_PREFIX, org_id)
