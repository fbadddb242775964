"""Numbers by SQL, against the same numbers by a plain computation over the same rows."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from playhead.base.ids import new_uuid
from playhead.base.time import Micros, format_instant
from tests.automation.executions.asking import Client, skl
from tests.automation.executions.stage import Stage, now

pytestmark = pytest.mark.anyio

DAY = 24 * 3600 * 1_000_000
HOUR = 3600 * 1_000_000
STATUSES = ("pending", "running", "completed", "completed", "completed", "failed", "cancelled")
TYPES = ("manual", "habit", "reflex", "api", "test")
CLASSES = ("input", "cached_input", "cache_write", "output", "reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What counts of an execution."""

    skill: UUID | None
    model: str
    kind: str
    status: str
    created_at: int
    started_at: int | None
    first_token_at: int | None
    ended_at: int | None
    tokens: dict[str, int | None]
    cost: int | None
    complete: bool

    @property
    def all_tokens(self) -> int:
        return sum(each or 0 for each in self.tokens.values())


def some_rows(skills: Sequence[UUID], number: int, at: int) -> list[Row]:
    """Return a mix of executions of the last hundred days."""
    chance = random.Random(number)
    return [one_row(chance, [*skills, None], at) for _ in range(number)]


def one_row(chance: random.Random, skills: Sequence[UUID | None], at: int) -> Row:
    status = chance.choice(STATUSES)
    created = at - chance.randrange(100 * DAY)
    started = None if status == "pending" else created + chance.randrange(HOUR)
    first = ended = None
    if started is not None and chance.random() < 0.8:
        first = started + chance.randrange(5_000_000)
    if status in ("completed", "failed", "cancelled"):
        ended = (first or started or created) + chance.randrange(90_000_000)
    tokens = {name: chance.choice([None, 0, chance.randrange(10**6)]) for name in CLASSES}
    return Row(
        skill=chance.choice(skills),
        model=chance.choice(["m1", "m2"]),
        kind=chance.choice(TYPES),
        status=status,
        created_at=created,
        started_at=started,
        first_token_at=first,
        ended_at=ended,
        tokens=tokens,
        cost=chance.choice([None, chance.randrange(10**15)]),
        complete=chance.random() < 0.7,
    )


async def put(stage: Stage, rows: Sequence[Row]) -> None:
    told = [
        {
            "execution_id": new_uuid(now()),
            "skill_id": row.skill,
            "model": row.model,
            "execution_type": row.kind,
            "status": row.status,
            "created_at": row.created_at,
            "started_at": row.started_at,
            "first_token_at": row.first_token_at,
            "ended_at": row.ended_at,
            **{f"{name}_tokens": tokens for name, tokens in row.tokens.items()},
            "cost_pico_dollars": row.cost,
            "usage_complete": row.complete,
        }
        for row in rows
    ]
    async with stage.tenants.transaction(stage.tenant) as tx:
        await tx.execute(
            "INSERT INTO executions (execution_id, org_id, skill_id, model, execution_type, status,"
            " input, at, created_by, job_id, created_at, started_at, first_token_at, ended_at,"
            " input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,"
            " reasoning_tokens, cost_pico_dollars, usage_complete)"
            " SELECT execution_id, %(org)s, skill_id, model, execution_type, status, '{}', 1, 'x',"
            " execution_id, created_at, started_at, first_token_at, ended_at, input_tokens,"
            " cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,"
            " cost_pico_dollars, usage_complete"
            "  FROM jsonb_populate_recordset(NULL::executions, %(rows)s::text::jsonb)",
            org=stage.org_id,
            rows=msgspec.json.encode(told, enc_hook=str).decode(),
        )


@dataclass(slots=True)
class Asked:
    """Rows of an organisation, and whoever asks for numbers about them."""

    client: Client
    skills: list[UUID]
    rows: list[Row]
    at: int

    def recent(self, days: int = 30) -> list[Row]:
        return [row for row in self.rows if row.created_at >= self.at - days * DAY]


@pytest.fixture(params=[0, 300])
async def asked(stage: Stage, request: pytest.FixtureRequest) -> Asked:
    client = Client.on(stage)
    skills = [await stage.skill() for _ in range(3)]
    at = now()
    client.desk.app.state.now = lambda: Micros(at)
    rows = some_rows(skills, request.param, at)
    await put(stage, rows)
    return Asked(client, skills, rows, at)


def counted(rows: Sequence[Row]) -> dict[str, Any]:
    many = {name: sum(row.status == name for row in rows) for name in set(STATUSES)}
    judged = many["completed"] + many["failed"]
    return {
        "total_executions": len(rows),
        "successful": many["completed"],
        "failed": many["failed"],
        "cancelled": many["cancelled"],
        "success_rate": round(many["completed"] / judged, 4) if judged else None,
    }


def cost(rows: Sequence[Row]) -> Decimal:
    return Decimal(sum(row.cost or 0 for row in rows)).scaleb(-12)


def duration(row: Row) -> int | None:
    if row.status != "completed" or row.started_at is None or row.ended_at is None:
        return None
    return row.ended_at - row.started_at


def first_token(row: Row) -> int | None:
    if row.status != "completed" or row.started_at is None or row.first_token_at is None:
        return None
    return row.first_token_at - row.started_at


def known(rows: Sequence[Row], of: Callable[[Row], int | None]) -> list[int]:
    return sorted(each for each in map(of, rows) if each is not None)


def is_mean(told: int | None, values: Sequence[int]) -> bool:
    if not values:
        return told is None
    return told is not None and abs(told - sum(values) / len(values) / 1000) <= 1


def is_percentile(told: int | None, values: Sequence[int], share: float) -> bool:
    if not values:
        return told is None
    place = share * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return told is not None and abs(told - (low + (high - low) * (place % 1)) / 1000) <= 1


def is_spread(told: dict[str, int | None], values: Sequence[int]) -> bool:
    shares = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
    right = [is_percentile(told[name], values, share) for name, share in shares.items()]
    return all(right) and is_mean(told["avg_ms"], values)


@pytest.mark.parametrize("days", [1, 30, 365])
async def test_totals_are_those_of_the_rows(asked: Asked, days: int) -> None:
    told = await asked.client.get("/executions/stats", days=days)

    rows = asked.recent(days)
    assert {name: told[name] for name in counted(rows)} == counted(rows)
    assert told["pending"] == sum(row.status == "pending" for row in rows)
    assert told["running"] == sum(row.status == "running" for row in rows)
    assert told["total_tokens"] == sum(row.all_tokens for row in rows)
    assert Decimal(told["total_cost_usd"]) == cost(rows)
    assert told["uncounted_executions"] == sum(not row.complete for row in rows)
    assert is_mean(told["avg_duration_ms"], known(rows, duration))
    assert is_mean(told["avg_time_to_first_token_ms"], known(rows, first_token))
    assert told["since"] == format_instant(Micros(asked.at - days * DAY))


async def test_numbers_by_skill_are_those_of_its_rows(asked: Asked) -> None:
    told = (await asked.client.get("/executions/stats/by-skill", limit=2))["data"]

    rows = asked.recent()
    of = {skl(each): [row for row in rows if row.skill == each] for each in asked.skills}
    sizes = sorted((len(each) for each in of.values()), reverse=True)
    assert [each["total_executions"] for each in told] == [size for size in sizes if size][:2]
    for each in told:
        mine = of[each["skill_id"]]
        assert {name: each[name] for name in counted(mine)} == counted(mine)
        assert each["total_tokens"] == sum(row.all_tokens for row in mine)
        assert Decimal(each["total_cost_usd"]) == cost(mine)
        assert is_mean(each["avg_duration_ms"], known(mine, duration))
        alone = await asked.client.get(f"/skills/{each['skill_id']}/stats")
        assert alone["total_executions"] == len(mine)


def start_of(at: int, granularity: str) -> datetime:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    if granularity == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity == "month" else day


def following(start: datetime, granularity: str) -> datetime:
    if granularity == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if granularity == "week" else 1)


@pytest.mark.parametrize("granularity", ["day", "week", "month"])
async def test_every_period_is_there_with_its_rows(asked: Asked, granularity: str) -> None:
    told = (
        await asked.client.get("/executions/stats/by-period", days=60, granularity=granularity)
    )["data"]

    start = start_of(asked.at - 60 * DAY, granularity)
    expected = []
    while start <= start_of(asked.at, granularity):
        mine = [row for row in asked.rows if start_of(row.created_at, granularity) == start]
        expected.append((start.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), counted(mine), cost(mine)))
        start = following(start, granularity)
    names = list(counted([]))
    found = [
        (each["period"], {name: each[name] for name in names}, Decimal(each["total_cost_usd"]))
        for each in told
    ]
    assert found == expected


async def test_every_type_and_every_status_is_there(asked: Asked) -> None:
    by_type = (await asked.client.get("/executions/stats/by-type"))["data"]
    by_status = (await asked.client.get("/executions/stats/by-status"))["data"]

    rows = asked.recent()
    assert [each.pop("execution_type") for each in by_type] == list(TYPES)
    assert by_type == [counted([row for row in rows if row.kind == kind]) for kind in TYPES]
    assert {each["status"]: each["total_executions"] for each in by_status} == {
        name: sum(row.status == name for row in rows) for name in STATUSES
    }


async def test_costs_are_exact_by_skill_and_model(asked: Asked) -> None:
    told = await asked.client.get("/executions/cost-breakdown")

    rows = asked.recent()
    groups: dict[tuple[str | None, str], list[Row]] = {}
    for row in rows:
        named = None if row.skill is None else skl(row.skill)
        groups.setdefault((named, row.model), []).append(row)
    assert {(each["skill_id"], each["model"]) for each in told["data"]} == set(groups)
    for each in told["data"]:
        mine = groups[each["skill_id"], each["model"]]
        assert Decimal(each["cost_usd"]) == cost(mine)
        assert each["executions"] == len(mine)
        for name in CLASSES:
            assert each[f"{name}_tokens"] == sum(row.tokens[name] or 0 for row in mine)
    assert Decimal(told["total_cost_usd"]) == cost(rows)
    assert [Decimal(each["cost_usd"]) for each in told["data"]] == sorted(
        (cost(mine) for mine in groups.values()), reverse=True
    )


async def test_speeds_are_spread_as_the_rows_are(asked: Asked) -> None:
    told = await asked.client.get("/executions/performance", days=90)

    done = [row for row in asked.recent(90) if duration(row) is not None]
    assert told["executions"] == len(done)
    assert is_spread(told["duration"], known(done, duration))
    assert is_spread(told["time_to_first_token"], known(done, first_token))
    assert [each["hour"] for each in told["by_hour"]] == list(range(24))
    for each in told["by_hour"]:
        mine = [row for row in done if (row.started_at or 0) // HOUR % 24 == each["hour"]]
        assert each["executions"] == len(mine)
        assert is_spread(each["duration"], known(mine, duration))
        assert is_spread(each["time_to_first_token"], known(mine, first_token))


@pytest.mark.parametrize("days", [0, 366])
async def test_days_have_bounds(stage: Stage, days: int) -> None:
    answer = await Client.on(stage).ask("GET", "/executions/stats", None, None, days=days)

    assert answer.status_code == 422
