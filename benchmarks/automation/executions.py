"""Executions with the local model: how soon they start, how many a worker does, how they stop."""

import asyncio
import time
from contextlib import closing
from http.client import HTTPConnection
from random import Random
from statistics import median
from uuid import UUID

import psycopg

from benchmarks.automation.desk import TIMEOUT_SECONDS, Desk
from benchmarks.automation.dripping import dripping
from benchmarks.kernel.grounds import grounds
from benchmarks.kernel.serving import Place, serving, working
from benchmarks.kernel.tenants import Key, make_keys
from benchmarks.report import Row
from benchmarks.stats import latencies
from benchmarks.workshop import Workshop
from playhead.automation.executions import (
    ExecutionStatus,
    ExecutionType,
    FreeTariff,
    NewExecution,
    Starter,
)
from playhead.automation.executions.model import EXECUTION_PREFIX
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import new_uuid, parse_id
from playhead.base.time import Micros
from playhead.entrypoints.settings import Settings
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants

ORGANISATIONS = 8
AT_ONCE = 250
GAPS = (0.02, 0.06)
"""Seconds between two that are asked for: the worker has nothing to do by then."""

LOOK_SECONDS = 0.05
LONGEST_SECONDS = 120.0
DRIPPED_SECONDS = 0.3
HOSTED_MODEL = "gpt-5"
_TIMES = """
SELECT execution_id, started_at, ended_at FROM executions
 WHERE execution_id = ANY(%s) AND status = %s
"""
_LEFT = "SELECT count(*) FROM executions WHERE ended_at IS NULL"
_SPAN = """
SELECT min(started_at), max(ended_at), count(*) FROM executions
 WHERE created_by = %s AND status = 'completed'
"""


def measure(shop: Workshop) -> list[Row]:
    """Measure executions over an API and a worker of their own."""
    with grounds(shop, "executions") as (place, settings):
        keys = asyncio.run(make_keys(settings, ORGANISATIONS, 1))
        with serving(place) as api:
            skills = [_new_skill(api.port, key) for key in keys]
            shop.tell("starting executions, one after the other")
            with working(place):
                rows = _start_rows(shop, settings, api.port, keys[0], skills[0])
            shop.tell(f"{shop.sizes.executions:,} executions that wait for one worker")
            rows.append(_speed_row(shop, place, settings, keys, skills))
            shop.tell("stopping executions")
            with working(place, PLAYHEAD_MODELS_INSIDE="true"):
                return rows + _stop_rows(shop, place, settings, keys[0])


def _new_skill(port: int, key: Key) -> str:
    with closing(_connect(port)) as connection:
        return Desk(connection, key).new_skill("greeter")


def _connect(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)


def _start_rows(shop: Workshop, settings: Settings, port: int, key: Key, skill: str) -> list[Row]:
    asked, begun, ended = list[list[int]](), list[list[int]](), list[list[int]]()
    with closing(_connect(port)) as connection:
        desk = Desk(connection, key)
        for run in range(shop.sizes.repeats + 1):  # the first warms everything up
            found = _started(desk, skill, shop.sizes.starts if run else 20, Random(run))
            ids = [id for _, _, id in found]
            times = _times_once_ended(settings, ids, ExecutionStatus.COMPLETED)
            asked.append([answered - at for at, answered, _ in found])
            begun.append([times[id][0] * 1000 - at for at, _, id in found])
            ended.append([times[id][1] * 1000 - at for at, _, id in found])
    what = "execution, one at a time: POST"
    return [
        Row(f"{what} to its answer", str(latencies(asked[1:]))),
        Row(f"{what} to started", str(latencies(begun[1:])), aim="p99 <= 50 ms"),
        Row(f"{what} to completed", str(latencies(ended[1:]))),
    ]


def _started(desk: Desk, skill: str, count: int, dice: Random) -> list[tuple[int, int, UUID]]:
    """Return of each when it was asked for, when that was answered, and its id."""
    found = []
    for _ in range(count):
        time.sleep(dice.uniform(*GAPS))
        at = time.time_ns()
        told = desk.post(f"/skills/{skill}/execute", {"input_data": {"name": "Bob"}})
        id = parse_id(EXECUTION_PREFIX, told["execution_id"], field="id")
        found.append((at, time.time_ns(), id))
    return found


def _times_once_ended(
    settings: Settings, ids: list[UUID], status: ExecutionStatus
) -> dict[UUID, tuple[int, int]]:
    """Return when executions began and ended; all of them as they should."""
    with psycopg.connect(_owner(settings), autocommit=True) as connection:
        _wait_until_ended(connection)
        rows = connection.execute(_TIMES.encode(), [ids, status.value]).fetchall()
    assert len(rows) == len(ids), f"some are not {status}"
    return {id: (started, ended) for id, started, ended in rows}


def _wait_until_ended(connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while connection.execute(_LEFT.encode()).fetchone() != (0,):
        assert time.monotonic() < deadline, "executions do not end"
        time.sleep(LOOK_SECONDS)


def _owner(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url


def _speed_row(
    shop: Workshop, place: Place, settings: Settings, keys: list[Key], skills: list[str]
) -> Row:
    speeds = []
    for run in range(shop.sizes.repeats):
        named = f"bench {run}"
        asyncio.run(_fill(place, keys, skills, shop.sizes.executions, named))
        with working(place), psycopg.connect(_owner(settings), autocommit=True) as connection:
            _wait_until_ended(connection)
            row = connection.execute(_SPAN.encode(), [named]).fetchone()
        assert row is not None
        began, ended, count = row
        assert count == shop.sizes.executions, "some have failed"
        speeds.append(count / (ended - began) * 1_000_000)
    told = f"{median(speeds):,.0f}/s ({min(speeds):,.0f} to {max(speeds):,.0f})"
    return Row(f"{shop.sizes.executions:,} executions that wait, one worker", told)


async def _fill(place: Place, keys: list[Key], skills: list[str], count: int, named: str) -> None:
    starter, now = Starter(FreeTariff()), Micros(time.time_ns() // 1000)
    async with Database.open(place.database_url) as database:
        for number in range(0, count, AT_ONCE):
            which = number // AT_ONCE % len(keys)
            news = [
                NewExecution(
                    execution_id=new_uuid(now),
                    skill_id=parse_id(SKILL_PREFIX, skills[which], field="id"),
                    given={"name": "Bob"},
                    type=ExecutionType.API,
                    created_by=named,
                    at=now,
                )
                for _ in range(min(AT_ONCE, count - number))
            ]
            org_id = keys[which].org_id
            async with Tenants(database).transaction(Tenant(org_id)) as tx:
                assert not await starter.start(tx, org_id, news, now=now)


def _stop_rows(shop: Workshop, place: Place, settings: Settings, key: Key) -> list[Row]:
    with (
        serving(place, PLAYHEAD_MODELS_INSIDE="true") as api,
        dripping() as upstream,
        closing(_connect(api.port)) as connection,
    ):
        desk, closed, ended = Desk(connection, key), list[list[int]](), list[list[int]]()
        address = f"http://127.0.0.1:{upstream.port}/v1"
        desk.post("/provider-keys", {"provider": "openai", "key": "x" * 20, "base_url": address})
        skill = desk.new_skill("endless", model=HOSTED_MODEL, prompt_template="[[{{ name }}]]")
        for run in range(shop.sizes.repeats):
            asked: dict[str, tuple[int, UUID]] = {}
            for number in range(shop.sizes.stops):
                mark = f"r{run}n{number}"
                upstream.expect(mark)
                told = desk.post(f"/skills/{skill}/execute", {"input_data": {"name": mark}})
                upstream.wait_until_asked(mark)
                time.sleep(DRIPPED_SECONDS)
                id = told["execution_id"]
                asked[mark] = time.time_ns(), parse_id(EXECUTION_PREFIX, id, field="id")
                desk.post(f"/executions/{id}/cancel", {})
            closed.append([upstream.closed_at(mark) - at for mark, (at, _) in asked.items()])
            ids = [id for _, id in asked.values()]
            times = _times_once_ended(settings, ids, ExecutionStatus.CANCELLED)
            ended.append([times[id][1] * 1000 - at for at, id in asked.values()])
    what = "cancel of an answer under way: POST"
    return [
        Row(f"{what} to the connection closed", str(latencies(closed)), aim="<= 1 s"),
        Row(f"{what} to cancelled", str(latencies(ended)), aim="<= 2 s"),
    ]
