"""The handler of executions against providers that do as they are told."""

import asyncio

import pytest

from playhead.automation.executions import Ended, ExecutionStatus, Limits
from playhead.automation.executions.attempt import Attempt
from playhead.automation.models import Upstream, Usage
from playhead.automation.skills import Definition, OutputFormat
from playhead.base.errors import NotFound
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.repository import JobRows
from playhead.storage.postgres import DatabaseUnavailable, Transaction
from tests.automation.executions.stage import (
    HOSTED,
    LOCAL,
    PRICES,
    GateModel,
    Stage,
    asking_for,
    now,
    working,
)
from tests.automation.models.scripted import Counted, Fault, Script, ScriptedProvider

pytestmark = pytest.mark.anyio

SET_ORG = "SELECT set_config('app.org_id', %(org_id)s, true)"
SLOW = Script(texts=tuple(f"word{number} " for number in range(200)), seconds_between=0.05)


class FailingOnce:
    """A witness under which the database goes away, once."""

    def __init__(self) -> None:
        self.asked = 0

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        self.asked += 1
        if self.asked == 1:
            raise DatabaseUnavailable("it went away")


async def expire_leases(stage: Stage) -> None:
    """Let another worker have what is running, as if nothing had been heard of the first."""
    rows = JobRows(stage.database)
    assert await rows.reap(now=Micros(now() + 3600 * MICROS_PER_SECOND), most=10)


@pytest.fixture
def asking(stage: Stage, provider: ScriptedProvider, upstream: Upstream) -> Stage:
    """The stage with all hosted providers at the scripted one."""
    stage.models.address, stage.models.upstream = provider.address, upstream
    return stage


def price_of(usage: Usage) -> int:
    return sum(PRICES[name] * tokens for name, tokens in usage.counted())


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("counted", [Counted.ONCE, Counted.REPEATED])
async def test_what_was_asked_is_answered_counted_and_paid_once(
    asking: Stage, provider: ScriptedProvider, name: str, counted: Counted
) -> None:
    provider.script = Script(counted=counted)

    whole = await asking.run(await asking.start(await asking.skill(asking_for(name))))

    found = whole.execution
    assert (found.status, found.output) == (ExecutionStatus.COMPLETED, "Once upon a time.")
    assert found.attempts == 1
    assert found.spent.is_complete
    assert found.spent.usage.is_known
    assert found.spent.pico_dollars == price_of(found.spent.usage)
    assert [bill.pico_dollars for bill in asking.tariff.settled] == [found.spent.pico_dollars]
    assert [seen.status for seen in asking.witness.seen] == [ExecutionStatus.COMPLETED]
    assert (found.reserved_credits, found.charged_credits) == (5, 1)
    assert found.started_at is not None
    assert found.first_token_at is not None
    assert found.ended_at is not None
    assert found.started_at <= found.first_token_at <= found.ended_at


@pytest.mark.parametrize("name", HOSTED)
async def test_cancelling_closes_the_upstream_at_once_and_keeps_what_was_said(
    asking: Stage, provider: ScriptedProvider, name: str
) -> None:
    provider.script = SLOW
    clock = asyncio.get_running_loop().time
    execution_id = await asking.start(await asking.skill(asking_for(name)))
    async with working(asking):
        before = await asking.until_output(execution_id)
        (exchange,) = provider.exchanges

        asked_at = clock()
        await asking.cancel(execution_id)
        async with asyncio.timeout(2):
            await exchange.closed.wait()
            whole = await asking.until_final(execution_id)
        ended_after = clock() - asked_at

    found = whole.execution
    assert exchange.closed_at - asked_at <= 1
    assert ended_after <= 2
    assert found.status is ExecutionStatus.CANCELLED
    assert found.output.startswith(before.execution.output)
    assert "".join(SLOW.texts).startswith(found.output)
    assert found.cancelled_by == "usr_y"
    assert not found.spent.is_complete
    assert [seen.status for seen in asking.witness.seen] == [ExecutionStatus.CANCELLED]


async def test_one_that_nobody_runs_is_cancelled_at_once(stage: Stage) -> None:
    execution_id = await stage.start(await stage.skill())

    await stage.cancel(execution_id)

    found = (await stage.found(execution_id)).execution
    assert (found.status, found.attempts) == (ExecutionStatus.CANCELLED, 0)
    assert [bill.execution_id for bill in stage.tariff.released] == [execution_id]
    assert len(stage.witness.seen) == 1


async def test_one_that_is_cancelled_before_its_attempt_began_ends_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def hang(_: Attempt) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Attempt, "_begin", hang)
    execution_id = await stage.start(await stage.skill())
    async with working(stage), asyncio.timeout(5):
        await reached.wait()
        await stage.cancel(execution_id)
        whole = await stage.until_final(execution_id)

    assert (whole.execution.status, whole.execution.attempts) == (ExecutionStatus.CANCELLED, 0)
    assert [bill.execution_id for bill in stage.tariff.released] == [execution_id]
    assert len(stage.witness.seen) == 1


@pytest.mark.parametrize("name", HOSTED)
async def test_an_answer_that_breaks_off_is_asked_for_again_and_stays_counted(
    asking: Stage, provider: ScriptedProvider, name: str
) -> None:
    provider.script = Script(drop_after=2, counted=Counted.REPEATED)
    execution_id = await asking.start(await asking.skill(asking_for(name)))
    async with working(asking):
        async with asyncio.timeout(5):
            while not (await asking.found(execution_id)).lost:
                await asyncio.sleep(0.005)
        provider.script = Script()
        whole = await asking.until_final(execution_id)

    found, first = whole.execution, whole.lost[0]
    assert (found.status, found.output) == (ExecutionStatus.COMPLETED, "Once upon a time.")
    assert first["error_code"] == "model.stream_broken"
    assert found.attempts == len(whole.lost) + 1
    assert not found.spent.is_complete  # nobody knows what the broken one had said
    if name != "google":  # which counts in every part, so the broken answer too
        return
    alone = await asking.run(await asking.start(await asking.skill(asking_for(name))))
    assert found.spent.usage.input is not None
    assert alone.execution.spent.usage.input is not None
    assert found.spent.usage.input == found.attempts * alone.execution.spent.usage.input


@pytest.mark.parametrize("name", HOSTED)
async def test_what_cannot_get_better_fails_at_once(
    asking: Stage, provider: ScriptedProvider, name: str
) -> None:
    words = {"anthropic": "invalid_request_error", "google": "INVALID_ARGUMENT", "openai": ""}
    provider.script = Script(fault=Fault(400, words[name], "no such thing"))

    whole = await asking.run(await asking.start(await asking.skill(asking_for(name))))

    assert whole.execution.status is ExecutionStatus.FAILED
    assert whole.execution.error_code == "model.request_invalid"
    assert len(provider.exchanges) == 1
    assert len(asking.tariff.released) == 1
    assert asking.tariff.settled == []
    assert [seen.error_code for seen in asking.witness.seen] == ["model.request_invalid"]


async def test_after_three_attempts_it_fails_with_the_last_reason(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = Script(fault=Fault(529, "overloaded_error"))

    whole = await asking.run(await asking.start(await asking.skill(asking_for("anthropic"))))

    assert whole.execution.status is ExecutionStatus.FAILED
    assert whole.execution.error_code == "model.overloaded"
    assert (whole.execution.attempts, len(whole.lost)) == (3, 2)
    assert len(provider.exchanges) == 3
    assert len(asking.witness.seen) == 1


async def test_the_provider_says_when_to_come_back(
    asking: Stage, provider: ScriptedProvider
) -> None:
    limited = Fault(429, "rate_limit_error", headers={"retry-after": "77"})
    provider.script = Script(fault=limited)
    execution_id = await asking.start(await asking.skill(asking_for("anthropic")))
    async with working(asking), asyncio.timeout(5):
        while not (await asking.found(execution_id)).lost:
            await asyncio.sleep(0.01)

    row = await asking.tenants.fetch_optional(
        asking.tenant, "SELECT state, due_at FROM jobs WHERE subject = %(id)s", id=execution_id
    )
    assert row is not None
    assert row.state == "queued"
    assert 70 < (row.due_at - now()) / MICROS_PER_SECOND <= 77


async def test_a_provider_that_counts_nothing_leaves_the_cost_open(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = Script(counted=Counted.NEVER)

    whole = await asking.run(await asking.start(await asking.skill(asking_for("openai"))))

    assert whole.execution.status is ExecutionStatus.COMPLETED
    assert whole.execution.spent.pico_dollars is None
    assert not whole.execution.spent.is_complete


async def test_an_answer_that_takes_too_long_is_cut_off(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = SLOW
    limits = Limits(seconds=0.3, between_writes=0.05)
    hasty = Stage.on(asking.database, asking.org_id, limits, asking.models)

    whole = await hasty.run(await hasty.start(await hasty.skill(asking_for("anthropic"))))

    assert whole.execution.error_code == "execution.timed_out"
    assert whole.execution.output.startswith("word0 ")
    assert provider.exchanges[0].closed.is_set()


async def test_an_output_has_a_bound_and_what_fits_is_kept(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = Script(texts=("twelve chars", "\u00e9" * 10, "more"))
    limits = Limits(output_bytes=17, between_writes=0.05)
    narrow = Stage.on(asking.database, asking.org_id, limits, asking.models)

    whole = await narrow.run(await narrow.start(await narrow.skill(asking_for("openai"))))

    assert whole.execution.error_code == "execution.output_too_large"
    assert whole.execution.output == "twelve chars\u00e9\u00e9"  # never half a character


@pytest.mark.parametrize(
    ("text", "valid"), [('{"a": [1]}', True), ("```json\n{}\n```", False), ("", False)]
)
async def test_json_that_is_none_is_an_answer_that_is_not_valid(
    asking: Stage, provider: ScriptedProvider, text: str, valid: bool
) -> None:
    provider.script = Script(texts=(text,) if text else ())
    skill = await asking.skill(asking_for("openai", output_format=OutputFormat.JSON))

    whole = await asking.run(await asking.start(skill))

    assert whole.execution.status is ExecutionStatus.COMPLETED
    assert whole.execution.output_valid is valid


async def test_what_the_database_cannot_keep_is_replaced(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = Script(texts=("a\x00b", "\ud800c"))

    whole = await asking.run(await asking.start(await asking.skill(asking_for("openai"))))

    assert whole.execution.output == "a\ufffdb\ufffdc"


async def test_the_local_model_needs_no_key_and_says_the_same_again(stage: Stage) -> None:
    skill = await stage.skill()

    one = await stage.run(await stage.start(skill))
    two = await stage.run(await stage.start(skill))

    assert one.execution.output == two.execution.output
    assert "Say hello again." in one.execution.output
    assert one.execution.spent.pico_dollars == 0


async def test_a_template_that_fails_fails_the_execution_with_its_reason(stage: Stage) -> None:
    definition = Definition(
        prompt_template="{% book word as b %}{{ b.known }} and more text", model=LOCAL
    )

    whole = await stage.run(await stage.start(await stage.skill(definition)))

    assert whole.execution.status is ExecutionStatus.FAILED
    assert whole.execution.error_code is not None
    assert stage.witness.seen[0].error_code == whole.execution.error_code


class NoKey(NotFound):
    """There is none."""

    code = "provider_key.missing"


async def test_no_key_fails_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise NoKey("there is no key")

    monkeypatch.setattr(type(stage.models), "open", refuse)

    whole = await stage.run(await stage.start(await stage.skill()))

    assert (whole.execution.error_code, whole.execution.attempts) == ("provider_key.missing", 1)


async def test_a_worker_that_lost_its_lease_writes_nothing_and_another_finishes(
    stage: Stage,
) -> None:
    slow, quick = GateModel(), GateModel()
    quick.gate.set()
    stage.models.instead = slow
    execution_id = await stage.start(await stage.skill())
    async with working(stage) as first:
        await stage.until_output(execution_id)
        stage.models.instead = quick
        await expire_leases(stage)
        async with working(stage):
            whole = await stage.until_final(execution_id)
        slow.gate.set()
        while first.running:
            await asyncio.sleep(0.01)
        after = await stage.found(execution_id)

    assert after == whole
    assert whole.execution.output == "one two"
    assert whole.execution.attempts == 2
    assert whole.execution.spent.usage.output == 3  # one that was written before, two by the other
    assert not whole.execution.spent.is_complete
    assert len(stage.tariff.settled) == len(stage.witness.seen) == 1


async def test_a_stopping_worker_puts_it_back_uncounted(stage: Stage) -> None:
    slow, quick = GateModel(), GateModel()
    quick.gate.set()
    stage.models.instead = slow
    execution_id = await stage.start(await stage.skill())
    async with working(stage) as runner:
        await stage.until_output(execution_id)
        await runner.drain(0.05)
        stage.models.instead = quick

    whole = await stage.run(execution_id)

    assert (whole.execution.status, whole.lost) == (ExecutionStatus.COMPLETED, ())
    assert whole.execution.output == "one two"


async def test_workers_that_keep_dying_end_it_as_crashed(stage: Stage) -> None:
    execution_id = await stage.start(await stage.skill())
    async with stage.database.transaction() as tx:
        await tx.fetch_all(SET_ORG, org_id=str(stage.org_id))
        await tx.execute("UPDATE jobs SET attempts = 3 WHERE subject = %(id)s", id=execution_id)

    whole = await stage.run(execution_id)

    assert whole.execution.error_code == "execution.crashed"
    assert len(stage.witness.seen) == len(stage.tariff.released) == 1


async def test_a_database_that_is_away_for_a_moment_costs_no_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = FailingOnce()
    monkeypatch.setattr(stage.handler._shop.closer, "_witnesses", [failing, stage.witness])
    model = GateModel()
    model.gate.set()
    stage.models.instead = model

    whole = await stage.run(await stage.start(await stage.skill()))

    assert whole.execution.status is ExecutionStatus.COMPLETED
    assert (failing.asked, model.asked, len(stage.witness.seen)) == (2, 1, 1)


async def test_an_answer_that_nobody_can_read_any_more_is_stopped(
    asking: Stage, provider: ScriptedProvider
) -> None:
    provider.script = SLOW
    skill = await asking.skill(asking_for("anthropic"))
    execution_id = await asking.start(skill)
    async with working(asking) as runner, asyncio.timeout(5):
        await asking.until_output(execution_id)
        async with asking.tenants.transaction(asking.tenant) as tx:
            await tx.execute("DELETE FROM skills WHERE skill_id = %(id)s", id=skill)
        await provider.exchanges[0].closed.wait()
        while runner.running:
            await asyncio.sleep(0.01)

    assert asking.witness.seen == []
