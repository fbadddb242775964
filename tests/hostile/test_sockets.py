"""Bytes that are no HTTP, or nearly, put to the real process on a real socket."""

import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.entrypoints.test_http import serving
from tests.hostile.judge import judge
from tests.hostile.wire import Answer, Asked

HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /api/v1/auth/refresh HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
BODY = b'{"refresh_token":"ph_refresh_nothing"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
NEXT = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
SECONDS = 5
QUIET_SECONDS = 0.03
LONG_QUIET_SECONDS = 0.5
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
RESET = struct.pack("ii", 1, 0)
Port = int
Process = tuple[subprocess.Popen[str], Port]

WHOLE = {
    "bare": b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute URI": b"GET http://127.0.0.1/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute URI of another": b"GET http://evil.example/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "another host": b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "HTTP/1.0": b"GET /health HTTP/1.0\r\n" + HOST + b"\r\n",
    "no version": b"GET /health\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "TRACE": b"TRACE /health HTTP/1.1\r\n" + HOST + b"\r\n",
    "unknown method": b"BREW /pot HTTP/1.1\r\n" + HOST + b"\r\n",
    "small method": b"get /health HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes in path": b"GET /\x80\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes in query": b"GET /nothing?\x80\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "escaped bytes in path": b"GET /%ff%fe%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "fragment": b"GET /health#a HTTP/1.1\r\n" + HOST + b"\r\n",
    "no slash": b"GET health HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in path": b"GET /he\x00alth HTTP/1.1\r\n" + HOST + b"\r\n",
    "space in path": b"GET /he alth HTTP/1.1\r\n" + HOST + b"\r\n",
    "long path": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long header": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: a\r\n" * 5_000 + b"\r\n",
    "folded header": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: a\r\n b\r\n\r\n",
    "space before colon": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A : a\r\n\r\n",
    "no colon": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A\r\n\r\n",
    "no name": b"GET /health HTTP/1.1\r\n" + HOST + b": a\r\n\r\n",
    "NUL in header": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "CR in header": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: a\rb\r\n\r\n",
    "bare LF": b"GET /health HTTP/1.1\nHost: 127.0.0.1\n\n",
    "websocket": b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "websocket without a key": b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\n\r\n",
    "h2c": b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, HTTP2-Settings\r\n"
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    "noise": bytes(range(256)) + b"\r\n\r\n",
    "empty lines": b"\r\n\r\n\r\n" + NEXT,
    "chunked garbage": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "huge chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
    "chunk extension": POST
    + b"Transfer-Encoding: chunked\r\n\r\n2;a="
    + b"b" * 9_000
    + b"\r\n{}\r\n0\r\n\r\n",
    "chunk too long": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "unknown coding": POST + b"Transfer-Encoding: gzip\r\n\r\n" + BODY,
    "coding twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "length no number": POST + b"Content-Length: ten\r\n\r\n" + BODY,
    "length negative": POST + b"Content-Length: -1\r\n\r\n" + BODY,
    "length signed": POST + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY,
    "length huge": POST + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + BODY,
    "length too much": POST + b"Content-Length: 99999999999\r\n\r\n" + BODY,
    "two lengths": POST + LENGTH + b"Content-Length: 1\r\n\r\n" + BODY,
    "lengths in a list": POST + b"Content-Length: 5, 5\r\n\r\n" + BODY,
    "expect nonsense": POST + LENGTH + b"Expect: nonsense\r\n\r\n" + BODY,
    "expect 100": POST + LENGTH + b"Expect: 100-continue\r\n\r\n" + BODY,
}
SMUGGLED = b"DELETE /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
SMUGGLING = {
    "CL.TE": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "TE.CL": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n%x\r\n" % len(SMUGGLED)
    + SMUGGLED
    + b"\r\n0\r\n\r\n",
    "TE.TE": POST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n"
    + SMUGGLED,
    "TE xchunked": POST + b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
    "TE with a tab": POST
    + b"Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "TE with a space before": POST
    + b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n"
    + SMUGGLED,
    "CL.CL": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "CL 0 after LF": POST + b"X: a\nContent-Length: 0\r\n\r\n" + SMUGGLED,
    "GET with a body": b"GET /health HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
    + SMUGGLED,
}


@pytest.fixture(scope="module")
def process(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """The API's own process, and its port."""
    with serving(tmp_path_factory.mktemp("home"), new_database()) as (running, client):
        assert client.base_url.port is not None
        yield running, client.base_url.port


@contextmanager
def connected(port: Port) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        yield connection


def said(port: Port, sent: bytes, *, quiet_seconds: float = QUIET_SECONDS) -> bytes:
    """Return all that comes back before the connection is closed, or nothing more comes."""
    with connected(port) as connection:
        with suppress(OSError):  # it has closed already, and may yet have said why
            connection.sendall(sent)
        return heard(connection, quiet_seconds)


def heard(connection: socket.socket, quiet_seconds: float = QUIET_SECONDS) -> bytes:
    got = b""
    while not is_whole(got):
        try:
            more = connection.recv(65_536)
        except OSError:
            return got
        if not more:
            return got
        got += more
    connection.settimeout(quiet_seconds)
    with suppress(OSError):
        got += connection.recv(65_536)  # a second answer would be one to what was smuggled
    return got


def is_whole(got: bytes) -> bool:
    answer = answer_in(got) if b"\r\n\r\n" in got.removeprefix(CONTINUE) else None
    return answer is not None and len(answer.body) >= int(answer.header("Content-Length") or 0)


def answer_in(got: bytes) -> Answer:
    """Return the answer in what was heard, without an interim one before it."""
    head, _, body = got.removeprefix(CONTINUE).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    pairs = (line.partition(b": ") for line in lines)
    return Answer(int(first.split()[1]), tuple((name, value) for name, _, value in pairs), body)


@pytest.mark.parametrize("name", WHOLE)
def test_no_bytes_however_hostile_are_our_failure(process: Process, name: str) -> None:
    running, port = process
    got = said(port, WHOLE[name])
    answer = answer_in(got)

    assert answer.status < 500
    assert got.count(b"HTTP/1.1 ") == 1 + got.startswith(CONTINUE)
    if not name.startswith("websocket"):  # that handshake is refused before we are asked
        judge(Asked("", WHOLE[name]), answer)
    assert running.poll() is None
    assert answer_in(said(port, NEXT)).status == 200


@pytest.mark.parametrize("name", SMUGGLING)
def test_nothing_is_smuggled_behind_a_request(process: Process, name: str) -> None:
    _, port = process
    got = said(port, SMUGGLING[name], quiet_seconds=LONG_QUIET_SECONDS)

    assert b"smuggled" not in got
    assert got.count(b"HTTP/1.1 ") == 1
    judge(Asked("", SMUGGLING[name]), answer_in(got))


def test_requests_that_are_sent_in_one_go_are_answered_in_their_order(process: Process) -> None:
    _, port = process
    got = b""
    with connected(port) as connection:
        connection.sendall(WHOLE["bare"] + WHOLE["TRACE"])
        while b"method.not_allowed" not in got:
            got += connection.recv(65_536)

    assert [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]] == [200, 405]


def test_who_never_ends_a_request_keeps_nobody_else_waiting(process: Process) -> None:
    _, port = process
    beginnings = [b"", b"G", b"GET /health HTTP/1.1\r\nX-A: ", POST + LENGTH + b"\r\n{", b"\x16"]
    with ExitStack() as slow:
        for number in range(100):
            connection = slow.enter_context(connected(port))
            connection.sendall(beginnings[number % len(beginnings)])
        assert answer_in(said(port, NEXT)).status == 200
    assert answer_in(said(port, NEXT)).status == 200


def test_who_hangs_up_in_the_middle_hurts_nobody(process: Process) -> None:
    running, port = process
    for sent in (POST + LENGTH + b"\r\n" + BODY[:9], POST + LENGTH + b"\r\n" + BODY, NEXT * 20):
        for _ in range(5):
            with connected(port) as connection:
                connection.sendall(sent)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    assert answer_in(said(port, NEXT)).status == 200
    assert running.poll() is None
