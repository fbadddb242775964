"""The endpoints of the scripted issuer."""

import json
import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.kernel.oidc.issuer.grants import answer_grant, client_of, end_session
from tests.kernel.oidc.issuer.state import Code, Issuer, User

REALM = "/realms/playhead"
PROTOCOL = f"{REALM}/protocol/openid-connect"
ADMIN = "/admin/realms/playhead"
LEAST_PASSWORD = 8


class Endpoints:
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def routes(self) -> list[Route]:
        return [
            Route(f"{REALM}/.well-known/openid-configuration", self.discovery),
            Route(f"{PROTOCOL}/certs", self.certs),
            Route(f"{PROTOCOL}/auth", self.login_page),
            Route(f"{PROTOCOL}/login", self.login, methods=["POST"]),
            Route(f"{PROTOCOL}/token", self.token, methods=["POST"]),
            Route(f"{PROTOCOL}/logout", self.logout, methods=["POST"]),
            Route(f"{PROTOCOL}/revoke", self.revoke, methods=["POST"]),
            Route(f"{ADMIN}/users", self.create_user, methods=["POST"]),
            Route(f"{ADMIN}/sessions/{{sid}}", self.delete_session, methods=["DELETE"]),
        ]

    async def discovery(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/") + PROTOCOL
        document = {
            "issuer": self._issuer.url,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/certs",
            "end_session_endpoint": f"{base}/logout",
            "revocation_endpoint": f"{base}/revoke",
        }
        return JSONResponse(document)

    async def certs(self, request: Request) -> Response:
        return JSONResponse(self._issuer.jwks())

    async def login_page(self, request: Request) -> Response:
        if request.query_params.get("code_challenge_method") != "S256":
            query = {"error": "invalid_request", "state": request.query_params["state"]}
            return _redirect(request.query_params["redirect_uri"], query)
        action = f"{PROTOCOL}/login?{request.url.query}".replace("&", "&amp;")
        return HTMLResponse(f'<form id="kc-form-login" action="{action}" method="post"></form>')

    async def login(self, request: Request) -> Response:
        form, query = await _form(request), request.query_params
        user = self._issuer.users.get(form["username"])
        if user is None or user.password != form["password"]:
            return HTMLResponse("wrong")
        code = secrets.token_urlsafe()
        self._issuer.codes[code] = Code(
            user, query["code_challenge"], query["redirect_uri"], query.get("nonce")
        )
        back = {"state": query["state"], "code": code, "iss": self._issuer.url}
        return _redirect(query["redirect_uri"], back)

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        status, body = answer_grant(self._issuer, form, request.headers.get("authorization", ""))
        return JSONResponse(body, status)

    async def logout(self, request: Request) -> Response:
        form = await _form(request)
        end_session(self._issuer, form["refresh_token"])
        return Response(status_code=204)

    async def revoke(self, request: Request) -> Response:
        form = await _form(request)
        if client_of(form, request.headers.get("authorization", "")) is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        end_session(self._issuer, form["token"])
        return Response(status_code=200)

    async def create_user(self, request: Request) -> Response:
        if not _is_admin(request):
            return JSONResponse({"error": "HTTP 401 Unauthorized"}, 401)
        account = json.loads(await request.body())
        email, password = account["email"].lower(), account["credentials"][0]["value"]
        if email in self._issuer.users:
            return JSONResponse({"errorMessage": "User exists with same email"}, 409)
        if "@" not in email:
            return JSONResponse({"field": "email", "errorMessage": "error-invalid-email"}, 400)
        if len(password) < LEAST_PASSWORD:
            return JSONResponse({"error": "invalidPasswordMinLengthMessage"}, 400)
        self._issuer.users[email] = User(
            email, password, account["firstName"], account["lastName"], account["emailVerified"]
        )
        return Response(status_code=201)

    async def delete_session(self, request: Request) -> Response:
        if not _is_admin(request):
            return JSONResponse({"error": "HTTP 401 Unauthorized"}, 401)
        sid, before = request.path_params["sid"], len(self._issuer.sessions)
        self._issuer.sessions = [each for each in self._issuer.sessions if each.sid != sid]
        return Response(status_code=204 if len(self._issuer.sessions) < before else 404)


class Scripted:
    """ASGI: counts requests, waits at the gate, and says what the test wants said instead."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._app = Starlette(routes=Endpoints(issuer).routes())

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        end = scope["path"].rpartition("/")[2]
        self._issuer.asked[end] += 1
        await self._issuer.gate.wait()
        said = self._issuer.answers.get(end)
        answer = Response(said[1], said[0]) if said else self._app
        await answer(scope, receive, send)


def _is_admin(request: Request) -> bool:
    return request.headers.get("authorization", "").startswith("Bearer admin-")


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _redirect(address: str, query: dict[str, str]) -> Response:
    return RedirectResponse(f"{address}?{urlencode(query)}", 302)
