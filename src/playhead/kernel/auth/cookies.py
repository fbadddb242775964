"""The cookie by which a sign-in elsewhere is finished only in the browser that began it."""

from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from playhead.kernel.auth.model import FlowStart

NAME = "playhead_oauth"
PATH = "/api/v1/auth/oauth"
SECONDS = 600
_R = TypeVar("_R", bound=Response)


def browser_secret(request: Request) -> str:
    """Return what ``keep_browser`` gave to this browser; empty if nothing."""
    return request.cookies.get(NAME, "")


def keep_browser(answer: _R, start: FlowStart, request: Request) -> _R:
    """Give the browser what it must bring back. Scripts cannot read it, other sites not send it."""
    answer.set_cookie(
        NAME,
        start.browser_secret,
        max_age=SECONDS,
        path=PATH,
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


def forget_browser(answer: _R) -> _R:
    """Take it back."""
    answer.delete_cookie(NAME, path=PATH, httponly=True, samesite="lax")
    return answer
