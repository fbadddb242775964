"""Calls to the provider: bounded in time and size, never redirected, never repeated."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
import msgspec

from playhead.kernel.oidc.errors import ProviderUnavailable

MOST_BYTES = 256 * 1024
_OURS_TO_WAIT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer below 500. ``body`` is empty unless it is a JSON object."""

    status: int
    body: Json

    @property
    def is_success(self) -> bool:
        """Whether the provider did what it was asked to."""
        return 200 <= self.status < 300


def open_client(ca_file: Path | None = None) -> httpx2.AsyncClient:
    """Return a client for a provider; it connects when it is first used.

    Raises:
        OSError: The certificates cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return httpx2.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        headers={"Accept": "application/json"},
    )


class Asking:
    """Asks a provider."""

    def __init__(self, client: httpx2.AsyncClient, *, timeout_seconds: float) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds

    async def get(self, url: str) -> Json:
        """Return the JSON object at ``url``.

        Raises:
            ProviderUnavailable: It cannot be had.
        """
        answer = await self._ask(self._client.build_request("GET", url))
        if not answer.is_success:
            raise ProviderUnavailable(f"GET {url} was answered with {answer.status}")
        return answer.body

    async def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> Answer:
        """Post a form, once.

        Raises:
            ProviderUnavailable: It cannot be reached, fails, or asks to wait.
        """
        request = self._client.build_request("POST", url, data=dict(form), headers=dict(headers))
        return await self._ask(request)

    async def post_json(self, url: str, body: object, headers: Mapping[str, str]) -> Answer:
        """Post a JSON body, once.

        Raises:
            ProviderUnavailable: It cannot be reached, fails, or asks to wait.
        """
        sent = {"Content-Type": "application/json", **headers}
        content = msgspec.json.encode(body)
        return await self._ask(
            self._client.build_request("POST", url, content=content, headers=sent)
        )

    async def delete(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Delete what is at ``url``, once.

        Raises:
            ProviderUnavailable: It cannot be reached, fails, or asks to wait.
        """
        return await self._ask(self._client.build_request("DELETE", url, headers=dict(headers)))

    async def _ask(self, request: httpx2.Request) -> Answer:
        what = f"{request.method} {request.url.copy_with(query=None)}"
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status, text = await self._exchange(request)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            told = type(error).__name__
            raise ProviderUnavailable(f"{what}: {told} {error}") from error
        if status >= 500 or status in _OURS_TO_WAIT or 300 <= status < 400:
            raise ProviderUnavailable(f"{what} was answered with {status}")
        return Answer(status, _object_of(text, what, is_needed=200 <= status < 300))

    async def _exchange(self, request: httpx2.Request) -> tuple[int, bytes]:
        response = await self._client.send(request, stream=True)
        try:
            text = bytearray()
            async for part in response.aiter_bytes():
                text += part
                if len(text) > MOST_BYTES:
                    raise ProviderUnavailable(f"{request.url}: more than {MOST_BYTES} bytes")
        finally:
            await response.aclose()
        return response.status_code, bytes(text)


def _object_of(text: bytes, what: str, *, is_needed: bool) -> Json:
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as error:
        if is_needed:
            raise ProviderUnavailable(f"{what}: the answer is no JSON object") from error
        return {}
