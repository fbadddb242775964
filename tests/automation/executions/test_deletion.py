"""Deleting a skill while it is run: what was set aside is given back, and nothing runs on."""

import asyncio

import pytest

from playhead.automation.models.prices import price_book_shipped
from playhead.automation.skills import SkillDesk, SkillNotFound
from playhead.automation.skills.bulk import BulkAction, change_many
from playhead.automation.skills.remove import delete
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Caller
from tests.automation.executions.stage import GateModel, Stage, asking_for, now, working
from tests.kernel.stage import caller_for, make_member

pytestmark = pytest.mark.anyio
_WAITING = "SELECT count(*) AS many FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def _who(stage: Stage) -> tuple[SkillDesk, Caller]:
    member = await make_member(stage.tenants, org_id=stage.org_id)
    desk = SkillDesk(stage.tenants, AuditLog(), price_book_shipped(), stage.starter)
    return desk, caller_for(member)


async def test_money_of_what_has_not_ended_is_settled_or_given_back_once(stage: Stage) -> None:
    desk, caller = await _who(stage)
    stage.models.instead = GateModel()
    skill, other = await stage.skill(asking_for("anthropic")), await stage.skill()
    async with working(stage) as runner:
        running = await stage.start(skill)
        await stage.until_output(running)
        runner.is_stopping = True  # takes no more
        waiting, left = await stage.start(skill), await stage.start(other)
        await delete(desk, caller, skill, now())
        assert [bill.execution_id for bill in stage.tariff.released] == [waiting]
        assert [bill.execution_id for bill in stage.tariff.settled] == [running]
        assert {ended.execution_id for ended in stage.witness.seen} == {running, waiting}
        async with asyncio.timeout(2):
            while runner.running:
                await asyncio.sleep(0.01)
    jobs = await stage.tenants.fetch_all(stage.tenant, "SELECT subject, state FROM jobs")
    states = {row.subject: row.state for row in jobs}
    assert states == {running: "cancelled", waiting: "cancelled", left: "queued"}
    assert len(stage.tariff.released) + len(stage.tariff.settled) == 2


async def test_of_many_skills_likewise(stage: Stage) -> None:
    desk, caller = await _who(stage)
    skills = [await stage.skill(), await stage.skill()]
    started = [await stage.start(skill) for skill in skills]

    result = await change_many(desk, caller, skills, BulkAction.DELETE, now())

    assert result.affected == 2
    assert {bill.execution_id for bill in stage.tariff.released} == set(started)


async def test_a_skill_that_is_just_deleted_is_not_found_by_who_starts_it(stage: Stage) -> None:
    skill = await stage.skill()
    news = [stage.new(skill)]

    async def start() -> list[object]:
        async with stage.tenants.transaction(stage.tenant) as tx:
            refused = await stage.starter.start(tx, stage.org_id, news, now=now())
        return [each.error for each in refused]

    async with stage.tenants.transaction(stage.tenant) as deleting:
        await deleting.execute("DELETE FROM skills WHERE skill_id = %(id)s", id=skill)
        starting = asyncio.ensure_future(start())
        while not (await stage.tenants.fetch_all(stage.tenant, _WAITING))[0].many:
            await asyncio.sleep(0.01)
    (error,) = await starting
    assert isinstance(error, SkillNotFound)
    assert stage.tariff.reserved == []
