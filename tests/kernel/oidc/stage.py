"""What the tests of sign-in by a provider share: a store, a clock, a browser."""

import html
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx2

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.model import FlowEnd, FlowStart
from playhead.kernel.oidc import CachePolicy, OidcClient, OidcSettings
from playhead.storage.sealing import Sealer

REDIRECT = "http://127.0.0.1:8000/auth/callback"
PASSWORD = "correct horse battery"
SEALER = Sealer([b"k" * 32])
PATIENT = CachePolicy(wait=60.0)
BROWSER_SECONDS = 60
_FORM = re.compile(r'<form[^>]*\baction="([^"]+)"')


class MovableClock:
    """Real time, moved forward by hand; both clocks of the adapter are read from it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def now(self) -> Micros:
        return Micros(time.time_ns() // 1000 + int(self.ahead * MICROS_PER_SECOND))


class MemoryFlows:
    """Flows of one process."""

    def __init__(self) -> None:
        self.kept: dict[bytes, tuple[bytes, Micros]] = {}

    async def put(self, state_hash: bytes, sealed: bytes, expires_at: Micros) -> None:
        self.kept[state_hash] = (sealed, expires_at)

    async def take(self, state_hash: bytes, now: Micros) -> bytes | None:
        sealed, expires_at = self.kept.pop(state_hash, (None, Micros(0)))
        return sealed if expires_at > now else None


class Provider(Protocol):
    """A provider that the suite can be run against."""

    @property
    def settings(self) -> OidcSettings:
        """How to reach it: everything is allowed."""
        ...

    async def set_org(self, email: str, org: str) -> None:
        """Note, as an administrator, the organisation that somebody begins with."""
        ...

    async def try_to_set_own_org(self, access_token: str, org: str) -> None:
        """Try the same as the person themselves; it must have no effect."""
        ...

    async def give_roles(self, email: str, *, realm: str, client: str) -> None:
        """Give somebody a role of the realm and one of the client."""
        ...

    async def rotate_keys(self) -> None:
        """Sign with a new key; the old one stays published."""
        ...

    async def remove_old_keys(self) -> None:
        """Publish only the key that signs."""
        ...

    def outage(self) -> AbstractAsyncContextManager[None]:
        """Be down while the context lasts."""
        ...


@asynccontextmanager
async def adapter(
    settings: OidcSettings, clock: MovableClock, policy: CachePolicy = PATIENT
) -> AsyncIterator[OidcClient]:
    """Open an adapter with a store of its own."""
    async with OidcClient.open(
        settings,
        MemoryFlows(),
        SEALER,
        now=clock.now,
        monotonic=clock.monotonic,
        policy=policy,
    ) as opened:
        yield opened


def somebody() -> str:
    """Return an address that nobody has."""
    return f"{secrets.token_hex(8)}@example.org"


async def log_in(start: FlowStart, email: str, password: str = PASSWORD) -> dict[str, str]:
    """Log in at the provider as a browser would; return the query of the way back."""
    async with httpx2.AsyncClient(trust_env=False, timeout=BROWSER_SECONDS) as browser:
        page = await browser.get(start.redirect_url)
        if page.status_code == 200:
            action = _FORM.search(page.text)
            assert action, page.text[:2000]
            url = page.url.join(html.unescape(action[1]))
            form = {"username": email, "password": password}
            page = await browser.post(url, data=form, headers={"Cookie": _cookies(page)})
    assert page.status_code == 302, page.text[:2000]
    back = page.headers["location"]
    assert back.startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(back).query))


def returned(start: FlowStart, back: dict[str, str]) -> FlowEnd:
    """Return what the browser that began brings back."""
    return FlowEnd(back["code"], back["state"], start.browser_secret, REDIRECT, back.get("iss"))


def _cookies(page: httpx2.Response) -> str:
    # Browsers hold loopback for as safe as https and send it cookies that are marked so.
    return "; ".join(each.partition(";")[0] for each in page.headers.get_list("set-cookie"))
