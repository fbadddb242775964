"""What it takes to know who asks, and how often they may: in process, one after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

import uvloop

from benchmarks.kernel.tenants import Key
from benchmarks.report import Row
from playhead.base.time import Micros
from playhead.entrypoints.administration import Administration, Newcomer, create_person
from playhead.entrypoints.databases import service_database_url, valkey_address
from playhead.entrypoints.kernel import Ground, open_kernel
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.access import PLANS, AccessRegister, Callers, parse_credentials
from playhead.kernel.access.plans import key_buckets
from playhead.kernel.api_keys import new_key
from playhead.kernel.auth.model import Visit
from playhead.kernel.auth.port import SignIn
from playhead.kernel.identity import KeyInvalid
from playhead.kernel.people import parse_email
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from playhead.storage.valkey import Valkey
from playhead.web.limits import Bucket, Limiter

EMAIL, PASSWORD = "bench@example.org", "correct horse battery"
WARM, COLD, WARM_UP = 2_000, 300, 150
NANOS_PER_MICRO = 1_000
Check = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that is checked with."""

    tenants: Tenants
    sign_in: SignIn
    valkey: Valkey
    buckets: tuple[Bucket, ...]
    key: str
    token: str

    def callers(self, *, warm: bool) -> Callers:
        """Return what finds out how somebody stands, and remembers it for a minute or not."""
        fresh = Micros(60_000_000 if warm else 0)
        return Callers(AccessRegister(self.tenants), self.sign_in, fresh=fresh)


def measure_checks(settings: Settings, key: Key, repeats: int) -> list[Row]:
    """Check keys, tokens and limits over real servers; each in turns, run by run."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(settings, key, repeats))


async def _measure(settings: Settings, key: Key, repeats: int) -> list[Row]:
    async with (
        Database.open(service_database_url(settings)) as database,
        Valkey.open(valkey_address(settings)) as valkey,
        open_kernel(Ground(settings, database, valkey, open_sealer(settings), _now)) as kernel,
    ):
        desk = Desk(
            Tenants(database),
            kernel.auth.sign_in,
            valkey,
            _buckets(key),
            key.issued.text,
            await _token(settings, kernel.auth.sign_in),
        )
        return await _rows(desk, repeats)


async def _token(settings: Settings, sign_in: SignIn) -> str:
    email = parse_email(EMAIL)
    async with Administration.open(settings) as desk:
        await create_person(desk, Newcomer(email, "Ada", "Lovelace", "Bench", PASSWORD))
    tokens = await sign_in.sign_in(email, PASSWORD, Visit("192.0.2.1", "bench", "req_bench"))
    return tokens.access_token


def _buckets(key: Key) -> tuple[Bucket, ...]:
    chosen = key.issued.key
    return key_buckets(
        PLANS["operator"], org_id=key.org_id, key_id=chosen.key_id, own=None, is_test=False
    )


async def _rows(desk: Desk, repeats: int) -> list[Row]:
    shared, alone = Limiter(desk.valkey), Limiter(None)
    checks: dict[str, tuple[Check, int]] = {
        "key check, warm": (_known(desk.callers(warm=True), desk.key), WARM),
        "key check, cold: two round trips": (_known(desk.callers(warm=False), desk.key), COLD),
        "key that nobody has": (_unknown(desk.callers(warm=True)), COLD),
        "key with one wrong character": (_garbage(desk.key), WARM),
        "token check, warm": (_known(desk.callers(warm=True), desk.token), WARM),
        "token check, cold: signature, one round trip": (
            _known(desk.callers(warm=False), desk.token),
            COLD,
        ),
        "limit of two buckets, over Valkey": (lambda: shared.decide(desk.buckets), COLD),
        "limit of two buckets, in this process alone": (
            lambda: alone.decide(desk.buckets),
            WARM,
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in checks}
    for check, _ in checks.values():
        await _micros(check, WARM_UP)
    for _ in range(repeats):
        for name, (check, count) in checks.items():
            taken[name].append(await _micros(check, count))
    return [_row(name, found) for name, found in taken.items()]


def _row(name: str, taken: Sequence[float]) -> Row:
    return Row(name, f"{median(taken):,.1f} µs ({min(taken):,.1f} to {max(taken):,.1f})")


async def _micros(check: Check, count: int) -> float:
    """Return how long one check takes, by the clock."""
    began = time.perf_counter_ns()
    for _ in range(count):
        await check()
    return (time.perf_counter_ns() - began) / count / NANOS_PER_MICRO


def _known(callers: Callers, text: str) -> Check:
    headers = _headers(text)

    async def check() -> None:
        credentials, now = parse_credentials(headers), _now()
        standing = callers.known(credentials) or await callers.find(credentials, now)
        standing.caller("127.0.0.1", "req_bench", now)

    return check


def _unknown(callers: Callers) -> Check:
    async def check() -> None:
        credentials = parse_credentials(_headers(new_key(is_test=False)))
        with suppress(KeyInvalid):
            await callers.find(credentials, _now())
            raise AssertionError("nobody has this key")

    return check


def _garbage(key: str) -> Check:
    headers = _headers(key[:-1] + ("a" if key[-1] != "a" else "b"))

    async def check() -> None:
        with suppress(KeyInvalid):
            parse_credentials(headers)

    return check


def _headers(text: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"localhost"), (b"authorization", f"Bearer {text}".encode())]


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
