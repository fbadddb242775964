"""What the tests of executions share: a tariff that counts, skills, a worker, models to order."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from playhead.automation.executions import (
    Bill,
    Closer,
    Costs,
    Ended,
    ExecutionHandler,
    ExecutionType,
    Limits,
    NewExecution,
    Reserved,
    Starter,
    Workshop,
)
from playhead.automation.executions.reading import ExecutionReader, WholeExecution
from playhead.automation.models import (
    Completion,
    Finished,
    LocalModel,
    Model,
    Piece,
    Provider,
    StopReason,
    Tally,
    Text,
    Upstream,
    Usage,
)
from playhead.automation.models.prices import ModelPrices, Period, PriceBook, Tier
from playhead.automation.models.usage import TokenClass
from playhead.automation.skills import Definition, Parameters, written_definition
from playhead.base.errors import LimitReached
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs.heartbeat import Heartbeat
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.runner import Runner
from playhead.kernel.jobs.wake import Wake
from playhead.storage.postgres import Database, Transaction
from playhead.storage.tenants import Tenant, Tenants
from tests.automation.models.stage import opened

PRICES = {
    TokenClass.INPUT: 3_000_000,
    TokenClass.CACHED_INPUT: 300_001,
    TokenClass.CACHE_WRITE: 3_750_000,
    TokenClass.OUTPUT: 15_000_000,
    TokenClass.REASONING: 15_000_000,
}
FREE = dict.fromkeys(TokenClass, 0)
HOSTED = ("anthropic", "google", "openai")
LOCAL = "playhead-local-echo"


def _model(provider: str, name: str, prices: Mapping[TokenClass, int]) -> ModelPrices:
    return ModelPrices(provider, name, (Period(Micros(0), (Tier(0, prices),)),))


BOOK = PriceBook(
    [*(_model(each, f"{each}-m", PRICES) for each in HOSTED), _model("local", LOCAL, FREE)]
)
QUICK = Limits(seconds=10, between_writes=0.03, retry_seconds=(0,), commit_seconds=(0.01,))
ECHO = Definition(prompt_template="Say {{ word }} again.", model=LOCAL)


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


class TooDear(LimitReached):
    """More than anybody has."""

    code = "test.too_dear"


@dataclass(slots=True)
class CountingTariff:
    """Charges a credit for each execution, and keeps what it was asked."""

    reserved: list[UUID] = field(default_factory=list)
    settled: list[Bill] = field(default_factory=list)
    released: list[Bill] = field(default_factory=list)
    most: int = 10**9

    async def reserve(
        self, tx: Transaction, org_id: UUID, estimates: Mapping[UUID, int], *, now: Micros
    ) -> Reserved:
        paid = list(estimates)[: self.most]
        self.reserved += paid
        refused = {each: TooDear("too dear") for each in estimates if each not in paid}
        return Reserved(dict.fromkeys(paid, 5), refused)

    async def settle(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> int:
        self.settled.append(bill)
        return 1

    async def release(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> None:
        self.released.append(bill)


@dataclass(slots=True)
class KeepingWitness:
    """Keeps what it is told."""

    seen: list[Ended] = field(default_factory=list)

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        self.seen.append(ended)


@dataclass(slots=True)
class GateModel:
    """Says one word, then waits for the gate; what it says is counted token by token."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def stream(
        self, request: Completion, tally: Tally | None = None
    ) -> AsyncGenerator[Piece, None]:
        self.asked += 1
        usage = Usage(10, 0, 0, 1, 0)
        if tally is not None:
            tally.usage = usage
        yield Text("one ")
        await self.gate.wait()
        yield Text("two")
        yield Finished(Usage(10, 0, 0, 2, 0), StopReason.END, "end")


@dataclass(slots=True)
class StagedModels:
    """Opens providers at one address, the local model, or whatever is put in their place."""

    address: str = ""
    upstream: Upstream | None = None
    instead: Model | None = None

    async def open(self, org_id: UUID, provider: Provider) -> Model:
        if self.instead is not None:
            return self.instead
        if provider is Provider.LOCAL:
            return LocalModel()
        assert self.upstream is not None
        return await opened(provider, self.address, self.upstream)


@dataclass(slots=True)
class Stage:
    """An organisation and everything that runs its executions."""

    database: Database
    tenants: Tenants
    org_id: UUID
    tariff: CountingTariff
    witness: KeepingWitness
    models: StagedModels
    starter: Starter
    handler: ExecutionHandler
    reader: ExecutionReader

    @classmethod
    def on(
        cls,
        database: Database,
        org_id: UUID,
        limits: Limits = QUICK,
        models: StagedModels | None = None,
    ) -> "Stage":
        tenants, tariff = Tenants(database), CountingTariff()
        witness, models = KeepingWitness(), models or StagedModels()
        closer = Closer(tariff, [witness])
        shop = Workshop(tenants, closer, Costs(BOOK), models, None, now, limits)
        return cls(
            database,
            tenants,
            org_id,
            tariff,
            witness,
            models,
            Starter(tariff, BOOK, [witness]),
            ExecutionHandler(shop),
            ExecutionReader(tenants),
        )

    @property
    def tenant(self) -> Tenant:
        """Whose rows they are."""
        return Tenant(self.org_id)

    async def skill(self, definition: Definition = ECHO, **changed: Any) -> UUID:
        return await make_skill(self.tenants, self.org_id, definition, **changed)

    def new(self, skill_id: UUID, **changed: Any) -> NewExecution:
        told: dict[str, Any] = {
            "execution_id": new_uuid(now()),
            "skill_id": skill_id,
            "given": {"word": "hello"},
            "type": ExecutionType.MANUAL,
            "created_by": "usr_x",
            "at": now(),
        }
        return NewExecution(**(told | changed))

    async def start(self, skill_id: UUID, **changed: Any) -> UUID:
        new = self.new(skill_id, **changed)
        async with self.tenants.transaction(Tenant(self.org_id)) as tx:
            refused = await self.starter.start(tx, self.org_id, [new], now=now())
        assert refused == []
        return new.execution_id

    async def cancel(self, execution_id: UUID) -> None:
        async with self.tenants.transaction(Tenant(self.org_id)) as tx:
            await self.starter.cancel(tx, self.org_id, [execution_id], by="usr_y", now=now())

    async def found(self, execution_id: UUID) -> WholeExecution:
        return await self.reader.find(self.org_id, execution_id)

    async def until_final(self, execution_id: UUID, seconds: float = 8) -> WholeExecution:
        async with asyncio.timeout(seconds):
            while not (found := await self.found(execution_id)).execution.status.is_final:
                await asyncio.sleep(0.01)
        return found

    async def until_output(self, execution_id: UUID) -> WholeExecution:
        async with asyncio.timeout(5):
            while not (found := await self.found(execution_id)).execution.output:
                await asyncio.sleep(0.01)
        return found

    async def run(self, execution_id: UUID) -> WholeExecution:
        """Have a worker run whatever is due until this execution has ended."""
        async with working(self):
            return await self.until_final(execution_id)


async def make_skill(
    tenants: Tenants,
    org_id: UUID,
    definition: Definition = ECHO,
    *,
    name: str | None = None,
    is_active: bool = True,
    versions: int = 1,
    labels: Mapping[str, int] | None = None,
) -> UUID:
    """Return a new skill; each of its versions has the same definition."""
    skill_id, told = new_uuid(now()), written_definition(definition)
    async with tenants.transaction(Tenant(org_id)) as tx:
        await tx.execute(
            "INSERT INTO skills (skill_id, org_id, name, category, is_active, version, created_by,"
            " created_at, updated_at) VALUES (%(skill_id)s, %(org_id)s, %(name)s, 'custom',"
            " %(is_active)s, %(version)s, 'usr_x', 1, 1)",
            skill_id=skill_id,
            org_id=org_id,
            name=name or str(skill_id),
            is_active=is_active,
            version=versions,
        )
        for number in range(1, versions + 1):
            await tx.execute(
                "INSERT INTO skill_versions (org_id, skill_id, version, prompt_template,"
                " system_template, model, parameters, input_schema, output_format, created_by,"
                " created_at) VALUES (%(org_id)s, %(skill_id)s, %(version)s, %(prompt_template)s,"
                " %(system_template)s, %(model)s, %(parameters)s::text::jsonb,"
                " %(input_schema)s::text::jsonb, %(output_format)s, 'usr_x', 1)",
                org_id=org_id,
                skill_id=skill_id,
                version=number,
                **told
                | {
                    "parameters": msgspec.json.encode(told["parameters"]).decode(),
                    "input_schema": told["input_schema"]
                    and msgspec.json.encode(told["input_schema"]).decode(),
                },
            )
        for label, version in (labels or {}).items():
            await tx.execute(
                "INSERT INTO skill_labels VALUES"
                " (%(org_id)s, %(skill_id)s, %(label)s, %(version)s, 1)",
                org_id=org_id,
                skill_id=skill_id,
                label=label,
                version=version,
            )
    return skill_id


def asking_for(provider: str, **changed: Any) -> Definition:
    """Return a definition that asks a hosted model."""
    told: dict[str, Any] = {
        "prompt_template": "Tell a story about {{ word }}.",
        "model": f"{provider}-m",
        "parameters": Parameters(max_tokens=50),
    }
    return Definition(**(told | changed))


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[Runner]:
    """Run the jobs of the stage's organisation as a worker does, without a broker."""
    rows = JobRows(stage.database)
    runner = Runner(
        rows,
        {"execution": stage.handler},
        worker="test",
        slots=8,
        lease_seconds=30,
        now=now,
        wake=Wake(),
    )
    beating = Heartbeat(rows, runner, lease_seconds=30, now=now)

    async def work() -> None:
        while True:
            # Only ours: the tests of a module share their database.
            due = await stage.tenants.fetch_all(
                stage.tenant,
                "SELECT job_id FROM jobs WHERE org_id = %(org_id)s AND state = 'queued'"
                " AND due_at <= %(now)s",
                org_id=stage.org_id,
                now=now(),
            )
            await runner.take([row.job_id for row in due])
            await beating.beat()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    try:
        yield runner
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.drain(2)
