"""Signed webhooks over HTTP, until the API has stored and acknowledged them."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from http.client import HTTPConnection
from itertools import count, islice
from typing import NamedTuple

import psycopg

from benchmarks.automation.desk import TIMEOUT_SECONDS, Desk
from benchmarks.kernel.asking import Run, post, run
from benchmarks.kernel.grounds import grounds
from benchmarks.kernel.http import WARM_UP_SECONDS, speed, spent
from benchmarks.kernel.load import Load
from benchmarks.kernel.serving import Place, Serving, serving, working
from benchmarks.kernel.tenants import Key, make_keys
from benchmarks.processor import seconds_of_process
from benchmarks.report import Row
from benchmarks.stats import latencies
from benchmarks.workshop import Workshop
from playhead.automation.reflexes.webhooks.signature import key_of, signature

ORGANISATIONS = 8
REFLEXES_EACH = 6
"""Each may be sent 300 at once: these take whatever is sent here."""

CONDITION = "event.amount > 90"
AMOUNTS = 100
MOST_A_SECOND = 2_000
RATE = 50.0
OPEN_CONNECTIONS = 16
SENDERS = (1, 4)
COMMITS = 300
AIM = "p99 <= 25 ms"


class Webhook(NamedTuple):
    """Where a reflex is reached, and the secret that it is signed with."""

    path: str
    secret: str
    address: str


Requests = Callable[[float], list[str]]
"""Gives signed messages that nobody has sent yet, enough for so many seconds."""


def measure(shop: Workshop) -> list[Row]:
    """Send webhooks to the API's process, alone, and while a worker decides them."""
    with grounds(shop, "webhooks") as (place, settings):
        keys = asyncio.run(make_keys(settings, ORGANISATIONS, 1))
        with serving(place, PLAYHEAD_TRUSTED_PROXIES="127.0.0.1/32") as api:
            requests = _requests_to([hook for key in keys for hook in _webhooks(api.port, key)])
            shop.tell("sending webhooks, as soon as the one before is acknowledged")
            rows = [_closed_row(shop, api, requests, senders) for senders in SENDERS]
            shop.tell("sending webhooks that arrive at random")
            rows.append(_open_row(shop, api, requests, place, with_worker=False))
            rows.append(_open_row(shop, api, requests, place, with_worker=True))
    shop.tell("committing single rows")
    return [*rows, _commit_row(shop)]


def _closed_row(shop: Workshop, api: Serving, requests: Requests, senders: int) -> Row:
    def once(seconds: float) -> Run:
        load = Load(api.port, requests(seconds), senders, seconds, expected=(202,))
        return run(load, api.process_id)

    once(min(WARM_UP_SECONDS, shop.sizes.load_seconds))
    runs = [once(shop.sizes.load_seconds) for _ in range(shop.sizes.repeats)]
    return Row(
        f"webhook to its acknowledgement, {senders} at once",
        f"{_waits(runs)}, {speed(runs)}",
        beside=f"processor of the API: {spent(runs)} each",
        aim=AIM,
    )


def _open_row(
    shop: Workshop, api: Serving, requests: Requests, place: Place, *, with_worker: bool
) -> Row:
    seconds = 2 * shop.sizes.load_seconds
    beside: AbstractContextManager[int] = working(place) if with_worker else nullcontext(0)
    with beside as worker:
        before = seconds_of_process(worker) if worker else 0.0
        runs = [
            run(_load(api, requests(seconds), seconds, seed), api.process_id)
            for seed in range(shop.sizes.repeats)
        ]
        used = seconds_of_process(worker) - before if worker else 0.0
    each = used / sum(len(one.nanos) for one in runs) * 1_000_000
    return Row(
        f"webhook to its acknowledgement, {RATE:.0f}/s at random{', one worker' if worker else ''}",
        _waits(runs),
        beside=f"processor of the API: {spent(runs)}"
        + (f", of the worker: {each:,.0f} µs each" if worker else " each"),
        aim=AIM,
    )


def _load(api: Serving, requests: list[str], seconds: float, seed: int) -> Load:
    return Load(
        api.port, requests, OPEN_CONNECTIONS, seconds, rate=RATE, expected=(202,), seed=seed
    )


def _waits(runs: Sequence[Run]) -> str:
    return str(latencies([each.nanos for each in runs]))


def _webhooks(port: int, key: Key) -> Iterator[Webhook]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)) as connection:
        desk = Desk(connection, key)
        skill = desk.new_skill("greeter")
        for number in range(REFLEXES_EACH):
            chosen = {"trigger_type": "webhook", "condition": CONDITION}
            told = desk.post("/reflexes", {"skill_id": skill, **chosen})
            address = f"10.{key.org_id.bytes[-1]}.{key.org_id.bytes[-2]}.{number}"
            path = f"/api/v1/webhooks/reflexes/{told['id']}"
            yield Webhook(path, told["webhook_secret"], address)


def _requests_to(webhooks: Sequence[Webhook]) -> Requests:
    numbers = count()

    def some(seconds: float) -> list[str]:
        wanted = max(int(seconds * MOST_A_SECOND), 1)
        return [
            _signed(webhooks[number % len(webhooks)], number) for number in islice(numbers, wanted)
        ]

    return some


def _signed(webhook: Webhook, number: int) -> str:
    id, timestamp = f"msg_{number}", str(int(time.time()))
    body = json.dumps({"type": "order.paid", "amount": number % AMOUNTS, "order": {"id": id}})
    proof = signature(key_of(webhook.secret), id, timestamp, body.encode())
    headers = {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
        "X-Forwarded-For": webhook.address,
    }
    return post(webhook.path, headers, body)


def _commit_row(shop: Workshop) -> Row:
    with _scratch(shop) as connection:
        runs = [_commits(connection) for _ in range(shop.sizes.repeats)]
    return Row("one row inserted and committed, nothing else", str(latencies(runs)))


def _commits(connection: psycopg.Connection) -> list[int]:
    taken = []
    for number in range(COMMITS):
        began = time.perf_counter_ns()
        connection.execute("INSERT INTO scratch VALUES (%s)", (number,))
        taken.append(time.perf_counter_ns() - began)
    return taken


@contextmanager
def _scratch(shop: Workshop) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shop.new_database(), autocommit=True) as connection:
        connection.execute("CREATE TABLE scratch (number bigint)")
        yield connection
