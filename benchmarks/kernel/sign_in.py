"""Signing in, which costs what a guess of a password is to cost, and who asks meanwhile."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

import psycopg
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from benchmarks.kernel.asking import Run, asking, finish, get, post, run
from benchmarks.kernel.http import speed
from benchmarks.kernel.load import Load
from benchmarks.kernel.serving import Serving
from benchmarks.kernel.tenants import Key
from benchmarks.report import Row
from benchmarks.stats import latencies
from playhead.entrypoints.administration import Administration, Newcomer, create_person
from playhead.entrypoints.settings import Settings
from playhead.kernel.people import parse_email

PEOPLE = 120
PASSWORD = "correct horse battery"
AT_ONCE, WAITING = 2, 18  # one more would be told to come back
CLIENTS, RATE = 16, 200.0
SIGNED_IN, BUSY = 200, 503
_FIRST_ADDRESS = int(IPv4Address("10.0.0.1"))


async def make_people(settings: Settings) -> None:
    """Let people in who all have one password, hashed as in production."""
    async with Administration.open(settings) as desk:
        for number in range(PEOPLE):
            email = parse_email(_email(number))
            await create_person(desk, Newcomer(email, "Ada", "Lovelace", "Bench"))
    hashed = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(PASSWORD)
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE people SET password_hash = %s, password_set_at = 0 WHERE email LIKE 'bench-%%'",
            [hashed],
        )


def sign_in_rows(
    server: Serving, settings: Settings, keys: Sequence[Key], seconds: float, repeats: int
) -> list[Row]:
    """Sign in, two at once; then let many wait, and ask for keys meanwhile.

    ``server`` trusts what we say of addresses: each sign-in comes from one of its own.
    """
    asyncio.run(make_people(settings))
    addresses = _addresses()
    alone = [_sign_in(server, AT_ONCE, seconds, addresses) for _ in range(repeats)]
    reads = [get(key.path, key.headers) for key in keys]
    quiet = [_reading(server, reads, seconds, seed) for seed in range(repeats)]
    beside = [_beside(server, reads, seconds, seed, addresses) for seed in range(repeats)]
    return [
        Row(
            f"sign-in (Argon2id, 64 MiB), {AT_ONCE} at once",
            f"{speed(alone)}, {latencies([each.nanos for each in alone])}",
        ),
        Row(
            f"GET of a key, {RATE:,.0f}/s, beside {WAITING} sign-ins that run or wait",
            str(latencies([each.nanos for each in beside])),
            beside=f"without them: {latencies([each.nanos for each in quiet])}",
            aim="p99 <= 40 ms",
        ),
    ]


def _sign_in(server: Serving, at_once: int, seconds: float, addresses: Iterator[str]) -> Run:
    return run(_load_of_sign_ins(server, at_once, seconds, addresses), server.process_id)


def _reading(server: Serving, reads: list[str], seconds: float, seed: int) -> Run:
    load = Load(server.port, reads, CLIENTS, seconds, rate=RATE, seed=seed)
    return run(load, server.process_id)


def _beside(
    server: Serving, reads: list[str], seconds: float, seed: int, addresses: Iterator[str]
) -> Run:
    """Read while sign-ins wait: they begin before, and end after."""
    signing_in = _load_of_sign_ins(server, WAITING, seconds + 1, addresses)
    with asking(signing_in) as client:
        read = _reading(server, reads, seconds, seed)
        outcome = finish(client)
    assert outcome.nanos[SIGNED_IN], "nobody could sign in"
    return read


def _load_of_sign_ins(
    server: Serving, at_once: int, seconds: float, addresses: Iterator[str]
) -> Load:
    requests = [
        post(
            "/api/v1/auth/login",
            {"X-Forwarded-For": next(addresses)},
            json.dumps({"email": _email(number), "password": PASSWORD}),
        )
        for number in range(PEOPLE)
    ]
    return Load(server.port, requests, at_once, seconds, expected=(SIGNED_IN, BUSY))


def _email(number: int) -> str:
    return f"bench-{number}@example.org"


def _addresses() -> Iterator[str]:
    return (str(IPv4Address(number)) for number in range(_FIRST_ADDRESS, _FIRST_ADDRESS + 2**20))
