"""HEAD is GET without the body."""

import asyncio

import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from playhead.web.edge import Edge
from playhead.web.head import HeadAsGet
from tests.web.client import api, ask
from tests.web.edges import edge_app, send

APP = edge_app(Edge())


@pytest.mark.parametrize("path", ["/address", "/nowhere", "/fail/401", "/fail/500"])
def test_head_has_the_status_and_headers_of_get_and_no_body(path: str) -> None:
    got, headed = send(APP, path), send(APP, path, method="HEAD")

    assert (headed.status, headed.body) == (got.status, b"")
    names = {name for name, _ in got.headers}
    assert {name for name, _ in headed.headers} == names
    assert headed.one("X-Credits-Cost") == got.one("X-Credits-Cost")


def test_head_of_a_page_tells_how_long_it_is() -> None:
    got, headed = ask(api(), "/docs"), ask(api(), "/docs", method="HEAD")

    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
    assert headed.content == b""


def test_a_route_without_get_has_no_head_either() -> None:
    answer = ask(api(), "/api/v1/verify", method="HEAD")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_stream_that_only_its_head_was_asked_for_is_not_made() -> None:
    made, closed = [], []

    async def lines() -> object:
        try:
            for number in range(1_000_000):
                made.append(number)
                yield b"line\n"
        finally:
            closed.append(True)

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(lines())(scope, receive, send)  # type: ignore[arg-type]

    sent = asyncio.run(head_of(stream))

    assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
    assert sent[1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert (len(made), closed) == (1, [True])


async def head_of(app: object) -> list[Message]:
    sent: list[Message] = []

    async def take(message: Message) -> None:
        sent.append(message)

    async def wait() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "HEAD", "asgi": {"spec_version": "2.3"}}
    await HeadAsGet(app)(scope, wait, take)  # type: ignore[arg-type]
    return sent
