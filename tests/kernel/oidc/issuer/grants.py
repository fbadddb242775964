"""The token endpoint of the scripted issuer."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from urllib.parse import unquote

from tests.kernel.oidc.issuer.state import ADMIN_CLIENT, CLIENT, Issuer, Json, Session

Form = dict[str, str]
Reply = tuple[int, Json]
INVALID_GRANT: Reply = (400, {"error": "invalid_grant", "error_description": "words of theirs"})
INVALID_CLIENT: Reply = (401, {"error": "invalid_client"})
CLIENTS = dict([CLIENT, ADMIN_CLIENT])


def client_of(form: Form, authorization: str) -> str | None:
    """Return the client that proved who it is, by header or form."""
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorization.startswith("Basic "):
        pair = base64.b64decode(authorization[6:]).decode().partition(":")
        name, secret = unquote(pair[0]), unquote(pair[2])
    return name if CLIENTS.get(name) == secret else None


def answer_grant(issuer: Issuer, form: Form, authorization: str) -> Reply:
    """Answer a request of the token endpoint."""
    client = client_of(form, authorization)
    if client is None:
        return INVALID_CLIENT
    grants: dict[str, Callable[[Issuer, Form], Reply]] = {
        "authorization_code": _code,
        "refresh_token": _refresh,
        "password": _password,
        "client_credentials": _client_credentials,
    }
    return grants[form["grant_type"]](issuer, form)


def end_session(issuer: Issuer, token: str) -> bool:
    """Forget the session that a refresh token belongs to."""
    before = len(issuer.sessions)
    issuer.sessions = [each for each in issuer.sessions if each.refresh_token != token]
    return len(issuer.sessions) < before


def _code(issuer: Issuer, form: Form) -> Reply:
    code = issuer.codes.pop(form["code"], None)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if code is None or code.challenge != challenge or code.redirect_uri != form["redirect_uri"]:
        return INVALID_GRANT
    return _signed_in(issuer, Session(code.user, code.nonce))


def _password(issuer: Issuer, form: Form) -> Reply:
    user = issuer.users.get(form["username"].lower())
    if user is None or user.password != form["password"]:
        return INVALID_GRANT
    return _signed_in(issuer, Session(user))


def _refresh(issuer: Issuer, form: Form) -> Reply:
    token = form["refresh_token"]
    for session in list(issuer.sessions):
        if session.refresh_token == token:
            return 200, issuer.tokens(session)
        if token in session.used:
            issuer.sessions.remove(session)  # a reused token ends its family
    return INVALID_GRANT


def _client_credentials(issuer: Issuer, form: Form) -> Reply:
    return 200, {"access_token": f"admin-{secrets.token_hex(8)}", "expires_in": 300}


def _signed_in(issuer: Issuer, session: Session) -> Reply:
    issuer.sessions.append(session)
    return 200, issuer.tokens(session)
