"""The way out to providers: one pool, one TLS context, and only what is written here.

The SDKs bring their own headers (a description of this machine among them) and read more from the
environment. Neither leaves: every header of a request is written here, the key last of all, and
nothing is sent anywhere but to the address that the call was opened for.
"""

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import certifi
import httpx2

USER_AGENT = "playhead"
MOST_BYTES = 64 * 1024 * 1024
_IDENTITY = frozenset({"", "identity"})
_SIZES = frozenset({"content-length", "transfer-encoding"})


class TooManyBytes(httpx2.RequestError):
    """An answer went on past the most bytes that are taken."""


class ElsewhereRefused(httpx2.RequestError):
    """Something tried to send to another address than the call's."""


def trusted_authorities() -> ssl.SSLContext:
    """Return a context that trusts the public authorities, whatever the environment says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    return context


class Upstream:
    """Connections to providers, shared by all adapters of one event loop.

    Nothing connects before the first call. A response that is not read to its end costs its
    connection; all others are used again.
    """

    def __init__(
        self,
        *,
        trusted: ssl.SSLContext | None = None,
        most_connections: int = 100,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        limits = httpx2.Limits(max_connections=most_connections, max_keepalive_connections=20)
        self._pool = httpx2.AsyncHTTPTransport(
            verify=trusted or trusted_authorities(), trust_env=False, limits=limits
        )
        self._most_bytes = most_bytes

    @asynccontextmanager
    async def call(
        self, base_url: str, headers: Mapping[str, str], connect_seconds: float
    ) -> AsyncIterator["Line"]:
        """Give a line for one call; leaving closes whatever response it still has open.

        Args:
            base_url: The only place that the line sends to: its scheme, host and port.
            headers: What identifies us there, written over everything else.
            connect_seconds: How long connecting, and waiting for a free connection, may take.
        """
        line = Line(self._pool, httpx2.URL(base_url), headers, connect_seconds, self._most_bytes)
        try:
            yield line
        finally:
            await line.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class Line(httpx2.AsyncBaseTransport):
    """One call's way over the shared pool.

    Attributes:
        client: What an SDK is given to send with.
        failure: Why the last exchange failed, before an SDK has wrapped it; None if it did not.
        status: Of the last answer; None when there was none.
        headers: Of the last answer.
    """

    def __init__(
        self,
        pool: httpx2.AsyncHTTPTransport,
        base: httpx2.URL,
        headers: Mapping[str, str],
        connect_seconds: float,
        most_bytes: int,
    ) -> None:
        self.client = httpx2.AsyncClient(transport=self, trust_env=False, follow_redirects=False)
        self.failure: httpx2.RequestError | None = None
        self.status: int | None = None
        self.headers = httpx2.Headers()
        self._pool = pool
        self._base = base
        self._identity = headers
        self._patience = {"connect": connect_seconds, "pool": connect_seconds}
        self._most_bytes = most_bytes
        self._answers: list[httpx2.Response] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send ``request`` as it may leave, and return the answer, bounded."""
        with self._remembering():
            if _place(request.url) != _place(self._base):
                raise ElsewhereRefused("a call goes to one address only", request=request)
            answer = await self._pool.handle_async_request(self._rewritten(request))
            self._answers.append(answer)
            self.status, self.headers = answer.status_code, answer.headers
            if answer.headers.get("content-encoding", "").lower() not in _IDENTITY:
                raise httpx2.DecodingError("an answer was compressed unasked", request=request)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Body(answer, self._parts_of(answer)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close the responses that are still open, and with them their connections."""
        while self._answers:
            await self._answers.pop().aclose()

    def _rewritten(self, request: httpx2.Request) -> httpx2.Request:
        sizes = {name: value for name, value in request.headers.items() if name in _SIZES}
        headers = {
            "host": request.url.netloc.decode("ascii"),
            "user-agent": USER_AGENT,
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            **sizes,
            **self._identity,
        }
        return httpx2.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions={"timeout": self._patience},
        )

    async def _parts_of(self, answer: httpx2.Response) -> AsyncIterator[bytes]:
        taken = 0
        with self._remembering():
            async for part in answer.aiter_raw():
                taken += len(part)
                if taken > self._most_bytes:
                    raise TooManyBytes(f"an answer of more than {self._most_bytes} bytes")
                yield part

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except httpx2.RequestError as failure:
            self.failure = failure
            raise


class _Body(httpx2.AsyncByteStream):
    """The body of an answer; closing it closes the answer."""

    def __init__(self, answer: httpx2.Response, parts: AsyncIterator[bytes]) -> None:
        self._answer = answer
        self._parts = parts

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    async def aclose(self) -> None:
        await self._answer.aclose()


def _place(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
