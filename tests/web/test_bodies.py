"""The limit of a request's body, announced or not."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from playhead.web.bodies import BodyLimit

Sent = list[Message]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with every message of the request."""
    taken: list[str] = []
    while not taken or taken[-1] == "more":
        message = await receive()
        body = message.get("body", b"").decode()
        taken += [message["type"], body, "more" if message.get("more_body") else "end"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(taken).encode()})


def limited(
    messages: Iterable[Message],
    *,
    method: str = "POST",
    length: bytes | None = None,
    path: str = "/",
) -> tuple[int, Any]:
    """Status and body of the answer, with a limit of ten bytes, and of others under /files/."""
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [] if length is None else [(b"content-length", length)],
        "playhead.request_id": "req_1",
    }
    incoming, sent = iter(messages), Sent()

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    elsewhere = {"/files/": 12, "/files/small/": 1}
    asyncio.run(BodyLimit(echo, most_bytes=10, elsewhere=elsewhere)(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_in_pieces_arrives_whole() -> None:
    pieces = [part(b"12345", more=True), part(b"", more=True), part(b"67890")]

    assert limited(pieces) == (200, ["http.request", "1234567890", "end"])


@pytest.mark.parametrize(
    ("messages", "length"),
    [
        ([part(b"12345678901")], None),
        ([part(b"123456", more=True), part(b"78901", more=True)], None),
        ([], b"11"),
        ([], b"9" * 400),
    ],
    ids=["at once", "in pieces", "announced", "announced beyond all bounds"],
)
def test_one_byte_too_many_is_refused(messages: list[Message], length: bytes | None) -> None:
    status, body = limited(messages, length=length)

    assert (status, body["error"]["code"]) == (422, "body.too_large")


def test_an_announcement_is_not_believed() -> None:
    assert limited([part(b"12345678901")], length=b"5")[0] == 422


def test_a_client_that_goes_away_is_told_of() -> None:
    gone = [part(b"12", more=True), {"type": "http.disconnect"}]

    assert limited(gone)[1][0] == "http.disconnect"


def test_a_request_without_a_body_is_not_waited_for() -> None:
    assert limited([part(b"")], method="GET") == (200, ["http.request", "", "end"])


@pytest.mark.parametrize(
    ("path", "most"), [("/", 10), ("/files", 10), ("/files/a", 12), ("/files/small/a", 1)]
)
def test_a_path_can_have_a_limit_of_its_own_and_the_longest_prefix_wins(
    path: str, most: int
) -> None:
    assert limited([part(b"x" * most)], path=path)[0] == 200
    status, body = limited([part(b"x" * (most + 1))], path=path)
    assert (status, body["error"]["details"]) == (422, {"most_bytes": most})
