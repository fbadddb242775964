"""Starting executions: pinned, checked, paid for, many at once."""

from typing import Any

import pytest

from playhead.automation.executions import Costs, ExecutionStatus, ExecutionType, unfinished
from playhead.automation.executions.start import NewTrial
from playhead.automation.models import Provider
from playhead.automation.models.prices import ModelUnknown, price_book_shipped
from playhead.automation.skills import Definition, InputInvalid
from playhead.base.ids import new_uuid
from playhead.storage.postgres import Transaction
from tests.automation.executions.stage import ECHO, LOCAL, Stage, asking_for, now

pytestmark = pytest.mark.anyio

SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}, "times": {"type": "integer", "default": 2}},
    "required": ["word"],
}


class CountingTransaction(Transaction):
    """Counts its statements."""

    def __init__(self, inner: Transaction) -> None:
        self._inner = inner
        self.statements = 0

    async def fetch_all(self, query: str, **parameters: object) -> list[Any]:
        self.statements += 1
        return await self._inner.fetch_all(query, **parameters)

    async def fetch_optional(self, query: str, **parameters: object) -> Any:
        self.statements += 1
        return await self._inner.fetch_optional(query, **parameters)

    async def send(self, query: str, **parameters: object) -> None:
        self.statements += 1
        await self._inner.send(query, **parameters)


async def test_any_number_of_executions_costs_the_same_number_of_statements(stage: Stage) -> None:
    skill = await stage.skill()
    counts = []
    for many in (1, 40):
        async with stage.tenants.transaction(stage.tenant) as tx:
            counting = CountingTransaction(tx)
            news = [stage.new(skill) for _ in range(many)]
            assert await stage.starter.start(counting, stage.org_id, news, now=now()) == []
        counts.append(counting.statements)

    assert counts == [4, 4]
    assert len(stage.tariff.reserved) == 41


async def test_the_version_is_pinned_by_number_by_label_or_as_the_newest(stage: Stage) -> None:
    skill = await stage.skill(versions=3, labels={"production": 2})

    ids = [
        await stage.start(skill, version=1),
        await stage.start(skill, label="production"),
        await stage.start(skill),
    ]

    found = [await stage.found(each) for each in ids]
    assert [each.execution.version for each in found] == [1, 2, 3]
    assert {each.execution.status for each in found} == {ExecutionStatus.PENDING}


async def test_those_that_cannot_start_are_returned_and_the_others_start(stage: Stage) -> None:
    good = await stage.skill()
    asleep = await stage.skill(is_active=False)
    strict = await stage.skill(
        Definition(prompt_template="Say {{ word }} again.", model=LOCAL, input_schema=SCHEMA)
    )
    unpriced = await stage.skill(Definition(prompt_template="Say {{ word }}", model="who-knows"))
    news = [
        stage.new(new_uuid(now())),
        stage.new(asleep),
        stage.new(good),
        stage.new(good, version=9),
        stage.new(good, label="none"),
        stage.new(strict, given={"word": 7}),
        stage.new(unpriced),
        stage.new(asleep, type=ExecutionType.TEST),
    ]
    async with stage.tenants.transaction(stage.tenant) as tx:
        refused = await stage.starter.start(tx, stage.org_id, news, now=now())

    told = {each.execution_id: each.error.code for each in refused}
    assert [told.get(new.execution_id) for new in news] == [
        "skill.not_found",
        "skill.inactive",
        None,
        "skill.version_not_found",
        "skill.label_not_found",
        "skill.input_invalid",
        "model.unknown",
        None,
    ]
    assert (await stage.found(news[2].execution_id)).execution.reserved_credits == 5


async def test_what_the_tariff_refuses_does_not_start(stage: Stage) -> None:
    skill = await stage.skill()
    stage.tariff.most = 1
    news = [stage.new(skill), stage.new(skill)]
    async with stage.tenants.transaction(stage.tenant) as tx:
        refused = await stage.starter.start(tx, stage.org_id, news, now=now())

    assert [(each.execution_id, each.error.code) for each in refused] == [
        (news[1].execution_id, "test.too_dear")
    ]
    rows = await stage.tenants.fetch_all(
        stage.tenant, "SELECT subject FROM jobs WHERE org_id = %(org)s", org=stage.org_id
    )
    assert [row.subject for row in rows] == [news[0].execution_id]


async def test_defaults_of_the_schema_are_part_of_the_input(stage: Stage) -> None:
    skill = await stage.skill(
        Definition(prompt_template="Say {{ word }} again.", model=LOCAL, input_schema=SCHEMA)
    )

    whole = await stage.found(await stage.start(skill))

    assert whole.given == {"word": "hello", "times": 2}


async def test_the_estimate_prices_every_token_that_may_come(stage: Stage) -> None:
    whole = await stage.found(await stage.start(await stage.skill(asking_for("openai"))))

    assert whole.execution.estimated_pico_dollars > 50 * 15_000_000
    assert whole.execution.estimated_pico_dollars < 51 * 15_000_000 + 100 * 3_000_000


async def test_a_definition_is_tried_without_being_saved(stage: Stage) -> None:
    trial = NewTrial(new_uuid(now()), ECHO, {"word": "once"}, "usr_x", now())
    async with stage.tenants.transaction(stage.tenant) as tx:
        await stage.starter.try_out(tx, stage.org_id, trial, now=now())

    whole = await stage.run(trial.execution_id)

    assert (whole.execution.skill, whole.execution.type) == (None, ExecutionType.TEST)
    assert "Say once again." in whole.execution.output


async def test_a_definition_that_cannot_be_tried_is_refused(stage: Stage) -> None:
    with pytest.raises(ModelUnknown):
        stage.starter.check(Definition(prompt_template="Say {{ word }}", model="who-knows"))
    trial = NewTrial(new_uuid(now()), ECHO, {}, "usr_x", now())
    with pytest.raises(InputInvalid):
        async with stage.tenants.transaction(stage.tenant) as tx:
            await stage.starter.try_out(tx, stage.org_id, trial, now=now())


async def test_unfinished_ones_are_found_by_what_started_them(stage: Stage) -> None:
    skill, habit, idle = await stage.skill(), new_uuid(now()), new_uuid(now())
    told = {"type": ExecutionType.HABIT, "reference_id": habit}
    ids = [await stage.start(skill, **told) for _ in range(3)]
    await stage.cancel(ids[1])

    async with stage.tenants.transaction(stage.tenant) as tx:
        found = await unfinished(tx, [habit, idle])

    assert found == {habit: [ids[0], ids[2]]}


async def test_the_witness_learns_why_and_how_deep(stage: Stage) -> None:
    reflex = new_uuid(now())
    execution_id = await stage.start(
        await stage.skill(),
        type=ExecutionType.REFLEX,
        reference_id=reflex,
        trigger={"depth": 3, "why": "it moved"},
    )
    await stage.cancel(execution_id)

    (seen,) = stage.witness.seen
    assert (seen.type, seen.reference_id, seen.depth) == (ExecutionType.REFLEX, reflex, 3)
    assert (await stage.found(execution_id)).trigger == {"depth": 3, "why": "it moved"}


async def test_one_whose_job_ended_without_it_can_be_cancelled(stage: Stage) -> None:
    started = await stage.start(await stage.skill())
    async with stage.tenants.transaction(stage.tenant) as tx:
        await tx.execute("UPDATE executions SET status = 'running'")
        await tx.execute("UPDATE jobs SET state = 'failed', ended_at = 1")

    await stage.cancel(started)

    assert (await stage.found(started)).execution.status is ExecutionStatus.CANCELLED
    assert [bill.execution_id for bill in stage.tariff.released] == [started]


def test_every_model_has_one_provider() -> None:
    prices = price_book_shipped()
    costs = Costs(prices)

    assert costs.provider_of("playhead-local-echo") is Provider.LOCAL
    assert costs.provider_of("claude-sonnet-4-6") is Provider.ANTHROPIC
    assert {costs.provider_of(each.model) for each in prices} <= set(Provider)
    with pytest.raises(ModelUnknown):
        costs.provider_of("gpt-17")
