"""The page of record."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from playhead.base.time import Micros
from playhead.history.coverage.page.status import SECURITY_POLICY, StatusPage
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.problems import status_of
from playhead.web.state import Now

router = APIRouter(include_in_schema=False)


def install_page(app: FastAPI, page: StatusPage) -> None:
    """Give ``app`` its page of record."""
    app.state.status_page = page


async def _page(request: Request) -> StatusPage:
    return cast(StatusPage, request.app.state.status_page)


PageOf = Annotated[StatusPage, Depends(_page)]


@router.get("/status")
async def read_status(page: PageOf, now: Now) -> HTMLResponse:
    """Show how much is proven, for people."""
    return await _response(page, now)


async def _response(page: StatusPage, now: Micros) -> HTMLResponse:
    headers = {"Content-Security-Policy": SECURITY_POLICY}
    try:
        return HTMLResponse(await page.html(now), headers=headers)
    except DatabaseUnavailable as error:
        headers["Retry-After"] = "1"
        return HTMLResponse(page.unavailable(), status_of(type(error)), headers)
