"""The endpoints of sign-in: those for everybody, and those for who is signed in."""

from fastapi import APIRouter, Request, Response

from playhead.base.ids import InvalidId, format_id
from playhead.kernel.auth import limits
from playhead.kernel.auth.bodies import (
    CallbackBody,
    ForgotBody,
    MeBody,
    RefreshBody,
    ResetBody,
    SignInBody,
    SignOutBody,
    SignUpBody,
    VerifyBody,
)
from playhead.kernel.auth.cookies import browser_secret, forget_browser, keep_browser
from playhead.kernel.auth.dependencies import AuthOf, BearerOf, GateOf, OAuthAsked, SessionPath
from playhead.kernel.auth.errors import (
    CredentialsWrong,
    MailTokenInvalid,
    NotOffered,
    PasswordsBusy,
    PasswordWrong,
    ProviderUnknown,
    RefreshInvalid,
    RefreshSuperseded,
    SessionNotFound,
)
from playhead.kernel.auth.me import PasswordIncomplete, change_me
from playhead.kernel.auth.model import FlowEnd
from playhead.kernel.auth.provider_errors import (
    EmailMissing,
    FlowInvalid,
    GrantRefused,
    IdentityConflict,
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
    RedirectRefused,
)
from playhead.kernel.auth.schemas import (
    FORGOTTEN,
    AcceptedView,
    MeView,
    OAuthView,
    SessionPage,
    SignUpView,
    TokenView,
    me_view,
    oauth_view,
    session_page,
    sign_up_view,
    token_view,
)
from playhead.kernel.auth.sessions import Ending
from playhead.kernel.identity import NoOrganisation, NotAPerson
from playhead.kernel.identity.dependencies import CallerDep
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.people import EmailTaken
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.limits import LimitExceeded
from playhead.web.openapi import answer
from playhead.web.parameters import PathName
from playhead.web.problems import problems
from playhead.web.wire import JsonBytes, encode

public_router = APIRouter(prefix="/auth", tags=["auth"], default_response_class=JsonBytes)
"""Asks nobody who they are: mounted without the guard."""

person_router = APIRouter(prefix="/auth", tags=["auth"], default_response_class=JsonBytes)
"""For people who are signed in: mounted behind the guard."""

_ALWAYS = (LimitExceeded, DatabaseUnavailable)
_TAKEN = (BodyTooLarge, *_ALWAYS)
"""Where a body is taken."""
_MET = (IdentityConflict, EmailMissing, ProviderUnavailable)
"""Where a provider signs people in, it may be away, or know somebody whom we cannot let in."""


@public_router.post(
    "/signup",
    status_code=201,
    responses={
        **answer("A person, their organisation and its first key.", SignUpView, status=201),
        **problems(
            EmailTaken, PasswordsBusy, NotOffered, PasswordRefused, ProfileRefused, *_MET, *_TAKEN
        ),
    },
)
async def sign_up(body: SignUpBody, auth: AuthOf, gate: GateOf) -> JsonBytes:
    """Sign up: makes a person, their organisation and its first API key, which is shown once."""
    visit = await gate.enter(limits.SIGN_UP)
    signed_up = await auth.sign_in.sign_up(body.new_person(), visit)
    return JsonBytes(encode(sign_up_view(signed_up)), 201)


@public_router.post(
    "/login",
    responses={
        **answer("Tokens.", TokenView),
        **problems(CredentialsWrong, PasswordsBusy, NotOffered, *_MET, *_TAKEN),
    },
)
async def sign_in(body: SignInBody, auth: AuthOf, gate: GateOf) -> JsonBytes:
    """Sign in with a password. Who has an account cannot be learned here."""
    visit = await gate.enter(limits.SIGN_IN, body.email.key)
    tokens = await auth.sign_in.sign_in(body.email, body.password, visit)
    return JsonBytes(encode(token_view(tokens)))


@public_router.post(
    "/refresh",
    responses={
        **answer("Tokens.", TokenView),
        **problems(RefreshInvalid, RefreshSuperseded, NoOrganisation, *_MET, *_TAKEN),
    },
)
async def refresh(body: RefreshBody, auth: AuthOf, gate: GateOf) -> JsonBytes:
    """Exchange a refresh token, once. One that is brought again ends its session."""
    visit = await gate.enter(limits.REFRESH)
    tokens = await auth.sign_in.refresh(body.refresh_token, visit, org_id=body.org_id)
    return JsonBytes(encode(token_view(tokens)))


@public_router.post(
    "/logout",
    status_code=204,
    response_class=Response,
    responses=problems(ProviderUnavailable, *_TAKEN),
)
async def sign_out(
    auth: AuthOf, gate: GateOf, access: BearerOf, body: SignOutBody | None = None
) -> Response:
    """End the session of the access token, or of the refresh token in the body, or of both."""
    visit = await gate.enter(limits.SIGN_OUT)
    await auth.sign_in.sign_out(access, body.refresh_token if body else None, visit)
    return Response(status_code=204)


@public_router.get(
    "/oauth/{provider}",
    responses={
        **answer("Where to send the browser.", OAuthView),
        **problems(ProviderUnknown, RedirectRefused, ProviderUnavailable, *_ALWAYS),
    },
)
async def begin_oauth(
    provider: PathName, asked: OAuthAsked, auth: AuthOf, gate: GateOf, request: Request
) -> Response:
    """Begin to sign in with google, github or keycloak, where those are configured."""
    visit = await gate.enter(limits.OAUTH)
    start = await auth.sign_in.begin_oauth(provider, asked.redirect_uri, visit)
    return keep_browser(JsonBytes(encode(oauth_view(start, provider))), start, request)


@public_router.post(
    "/oauth/callback",
    responses={
        **answer("Tokens.", TokenView),
        **problems(ProviderUnknown, GrantRefused, FlowInvalid, RedirectRefused, *_MET, *_TAKEN),
    },
)
async def finish_oauth(
    body: CallbackBody, auth: AuthOf, gate: GateOf, request: Request
) -> Response:
    """Finish to sign in with what the provider sent the browser back with."""
    visit = await gate.enter(limits.OAUTH)
    end = FlowEnd(body.code, body.state, browser_secret(request), body.redirect_uri, body.iss)
    tokens = await auth.sign_in.finish_oauth(end, visit)
    return forget_browser(JsonBytes(encode(token_view(tokens))))


@public_router.post(
    "/password/forgot",
    status_code=202,
    responses={
        **answer("The same whether or not somebody has the address.", AcceptedView, status=202),
        **problems(NotOffered, *_TAKEN),
    },
)
async def forget_password(body: ForgotBody, auth: AuthOf, gate: GateOf) -> JsonBytes:
    """Ask for a mail with a way to set another password."""
    visit = await gate.enter(limits.FORGOT, body.email.key)
    await auth.accounts.forget_password(body.email, visit)
    return JsonBytes(encode(FORGOTTEN), 202)


@public_router.post(
    "/password/reset",
    status_code=204,
    response_class=Response,
    responses=problems(MailTokenInvalid, PasswordsBusy, NotOffered, *_TAKEN),
)
async def reset_password(body: ResetBody, auth: AuthOf, gate: GateOf) -> Response:
    """Set another password with a token that was mailed; all sessions of the person end."""
    visit = await gate.enter(limits.MAIL_TOKEN)
    await auth.accounts.reset_password(body.token, body.password, visit)
    return Response(status_code=204)


@public_router.post(
    "/email/verify",
    status_code=204,
    response_class=Response,
    responses=problems(MailTokenInvalid, NotOffered, *_TAKEN),
)
async def verify_email(body: VerifyBody, auth: AuthOf, gate: GateOf) -> Response:
    """Confirm an address with a token that was mailed to it."""
    visit = await gate.enter(limits.MAIL_TOKEN)
    await auth.accounts.verify_email(body.token, visit)
    return Response(status_code=204)


@person_router.post(
    "/email/resend",
    status_code=202,
    responses={
        **answer("A mail is on its way, if the address is not verified.", AcceptedView, status=202),
        **problems(NotAPerson, NotOffered, *_ALWAYS),
    },
)
async def resend_verification(auth: AuthOf, gate: GateOf, caller: CallerDep) -> JsonBytes:
    """Ask for another mail that confirms the address; the older ones are of no use then."""
    visit = await gate.enter(limits.RESEND, format_id(PERSON_PREFIX, caller.person))
    await auth.accounts.resend_verification(caller.person, visit)
    return JsonBytes(encode(AcceptedView(message="if it is needed, a mail is on its way")), 202)


@person_router.get(
    "/me", responses={**answer("The person.", MeView), **problems(NotAPerson, *_ALWAYS)}
)
async def read_me(auth: AuthOf, caller: CallerDep) -> JsonBytes:
    """Return who is signed in."""
    return JsonBytes(encode(me_view(await auth.profiles.of(caller.person), caller)))


@person_router.patch(
    "/me",
    responses={
        **answer("The person, as they are now.", MeView),
        **problems(
            NotAPerson, PasswordIncomplete, PasswordWrong, PasswordsBusy, NotOffered, *_TAKEN
        ),
    },
)
async def patch_me(body: MeBody, auth: AuthOf, gate: GateOf, caller: CallerDep) -> JsonBytes:
    """Change names or the password; another password ends all other sessions."""
    await change_me(body, auth, gate, caller)
    return JsonBytes(encode(me_view(await auth.profiles.of(caller.person), caller)))


@person_router.get(
    "/sessions",
    responses={**answer("All of them.", SessionPage), **problems(NotAPerson, *_ALWAYS)},
)
async def list_sessions(auth: AuthOf, caller: CallerDep) -> JsonBytes:
    """List the person's own sign-ins that go on, the newest first."""
    return JsonBytes(encode(session_page(await auth.sessions.live(caller.person), caller)))


@person_router.delete(
    "/sessions/{session_id}",
    status_code=204,
    response_class=Response,
    responses=problems(NotAPerson, SessionNotFound, InvalidId, *_ALWAYS),
)
async def end_session(
    session_id: SessionPath, auth: AuthOf, gate: GateOf, caller: CallerDep
) -> Response:
    """End one of the person's own sign-ins: within seconds its access tokens work nowhere."""
    await auth.sessions.end(caller.person, session_id, Ending.ENDED, gate.visit)
    return Response(status_code=204)
