"""What happens to events while somebody deletes or changes what they concern."""

import asyncio
from collections.abc import Awaitable

import pytest

from playhead.automation.executions import Ended, ExecutionStatus, ExecutionType
from playhead.automation.reflexes.model import EventState
from playhead.automation.reflexes.repository import EventRows, ReflexRows, Verdict
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from tests.automation.reflexes.stage import Lab, told, uuid_of

_WAITING = "SELECT count(*) AS many FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def url(module_service_database_url: str) -> str:
    return module_service_database_url


async def _until_it_waits(lab: Lab) -> None:
    while not (await lab.rows(_WAITING))[0].many:
        await asyncio.sleep(0.01)


async def _while_deleted(lab: Lab, reflex: dict[str, object], work: Awaitable[None]) -> None:
    """Begin to delete a reflex, let ``work`` run into that, then commit the deletion."""
    async with lab.tenants.transaction(lab.tenant) as deleting:
        await deleting.execute("DELETE FROM reflexes WHERE reflex_id = %(id)s", id=uuid_of(reflex))
        working = asyncio.ensure_future(work)
        await _until_it_waits(lab)
    await working


def test_an_execution_ends_while_a_reflex_that_listens_to_it_is_deleted(url: str) -> None:
    async def story(lab: Lab) -> None:
        config = {"events": ["execution.completed"]}
        reflex = await lab.reflex(trigger_type="event", trigger_config=config)
        other = await lab.reflex(trigger_type="event", trigger_config=config)

        async def end() -> None:
            async with lab.tenants.transaction(lab.tenant) as tx:
                await lab.witness.ended(tx, _ended(lab), now=lab.clock())

        await _while_deleted(lab, reflex, end())
        assert len(await lab.events(other)) == 1

    told(url, story)


def _ended(lab: Lab) -> Ended:
    return Ended(
        execution_id=new_uuid(lab.clock()),
        org_id=lab.org_id,
        skill_id=None,
        type=ExecutionType.TEST,
        reference_id=None,
        status=ExecutionStatus.COMPLETED,
        error_code=None,
        error_message=None,
        depth=0,
        at=Micros(lab.clock()),
    )


def test_a_webhook_for_a_reflex_that_is_just_deleted_is_no_failure_of_ours(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()

        async def send() -> None:
            assert (await lab.send(reflex, "{}")).status_code == 401

        await _while_deleted(lab, reflex, send())

    told(url, story)


def test_an_event_is_given_up_while_another_job_decides_it(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call")
        await lab.ask("POST", f"/reflexes/{reflex['id']}/events", {"event": {}})
        (row,) = await lab.due()
        async with lab.tenants.transaction(lab.tenant) as deciding:
            await ReflexRows(deciding, lab.org_id).take(uuid_of(reflex))
            giving_up = asyncio.ensure_future(lab.handler.give_up(lab.lease(row), "it died"))
            await _until_it_waits(lab)
            decided = Verdict(row.subject, EventState.NOT_FIRED, {"because": "not_matched"})
            await EventRows(deciding, lab.org_id).decide([decided], lab.clock())
        await giving_up
        assert await lab.told(reflex) == [("not_fired", "not_matched")]

    told(url, story)


def test_only_what_decides_makes_a_new_revision(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", condition="event.n > 1")
        revisions = []
        for changes in (
            {"name": "other"},
            {"input": {"x": 1}, "label": None, "pause_after": 5},
            {"condition": "event.n > 2"},
            {"throttle_ms": 5},
            {"is_active": False},
        ):
            answer = await lab.ask("PATCH", f"/reflexes/{reflex['id']}", changes)
            assert answer.status_code == 200, answer.text
            (row,) = await lab.rows("SELECT revision FROM reflexes")
            revisions.append(row.revision)
        assert revisions == [1, 1, 2, 3, 4]

    told(url, story)
