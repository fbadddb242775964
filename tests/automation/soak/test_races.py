"""Cancelling what is about to end, and deleting a skill under its executions."""

import asyncio
import logging
from collections import Counter
from pathlib import Path
from random import Random, SystemRandom

import pytest

from playhead.automation.models import LOCAL_MODEL
from tests.automation.soak.checking import Found, check_ends, rows, until_quiet
from tests.automation.soak.inside import Inside, arrange, inside
from tests.automation.soak.ledger import RELEASED, RESERVED, SETTLED, TOLD, make_ledger
from tests.automation.soak.outside import PROMPT
from tests.entrypoints.whole import Json
from tests.kernel.jobs.stage import in_loop, until

RACES = 200
AT_ONCE = 20
DELETED = 24
PATIENCE = 60.0
LEDGER = "SELECT execution_id, what FROM soak_ledger"
KINDS = (RESERVED, SETTLED, RELEASED, TOLD)
Answer = tuple[int, str]


@in_loop
async def test_who_cancels_what_is_about_to_end_is_told_how_it_ended(
    database_url: str,
    service_database_url: str,
    valkey_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    arrange(monkeypatch, pause=0.0005)
    make_ledger(database_url)
    racing, places = Racing(Random(seed)), asyncio.Semaphore(AT_ONCE)
    async with inside(service_database_url, valkey_url, tmp_path) as ada:
        skill = await ada.make("/skills", name="echo", prompt_template=PROMPT, model=LOCAL_MODEL)

        async def race(number: int) -> tuple[str, Answer]:
            async with places:
                return await racing.race(ada, skill, number)

        answers = await asyncio.gather(*(race(number) for number in range(RACES)))
        await until_quiet(database_url, PATIENCE)
        found = Found.read(database_url)

    await check_ends(found)
    ends = {each["input"]["word"]: each for each in found.executions}
    assert len(ends) == len(answers) == RACES
    told: Counter[tuple[int, str]] = Counter()
    for word, (status, said) in answers:
        end = ends[word]["status"]
        told[status, end] += 1
        assert end in {"completed", "cancelled"}
        if status == 202:  # it is on its way; it may have been about to say its last word
            assert said in {"pending", "running"}
            assert ends[word]["cancel_asked_at"] is not None
        else:
            assert (status, said) == {"completed": (409, end), "cancelled": (200, end)}[end]
    print(dict(told))
    assert {end for _, end in told} == {"completed", "cancelled"}


class Racing:
    """Starts executions and cancels each when it is about to end.

    When that is it learns: it waits less after each that was over, and longer after each that was
    not.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pause = 0.1

    async def race(self, ada: Inside, skill: Json, number: int) -> tuple[str, Answer]:
        """Return the word of an execution, and what was answered to who cancelled it."""
        path, word = f"/skills/{skill['id']}/execute", f"word {number}"
        started = await ada.make(path, input_data={"word": word})
        await asyncio.sleep(self._pause * self._random.uniform(0.7, 1.3))
        answer = await ada.ask("POST", f"/executions/{started['execution_id']}/cancel")
        is_over = answer.status_code == 409
        self._pause *= 0.9 if is_over else 1.1
        told = answer.json()
        said = told["error"]["details"] if is_over else told
        return word, (answer.status_code, said["status"])


@in_loop
async def test_a_skill_is_deleted_while_it_runs_and_its_jobs_end(
    database_url: str,
    service_database_url: str,
    valkey_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    arrange(monkeypatch, pause=0.02)
    make_ledger(database_url)
    async with inside(service_database_url, valkey_url, tmp_path) as ada:
        skill = await ada.make("/skills", name="echo", prompt_template=PROMPT, model=LOCAL_MODEL)
        reflex = {"skill_id": skill["id"], "trigger_type": "event", "input": {"word": "x"}}
        of_ends = {"events": ["execution.completed", "execution.cancelled"]}
        await ada.make("/reflexes", **reflex, trigger_config=of_ends)
        habit = {"schedule_cron": "* * * * *", "config": {"word": "often"}}
        await ada.make("/habits", skill_id=skill["id"], **habit)
        for number in range(DELETED):
            path = f"/skills/{skill['id']}/execute"
            await ada.make(path, input_data={"word": str(number)})

        async def some_run() -> bool:
            query = "SELECT 1 FROM executions WHERE output <> ''"
            return len(rows(database_url, query)) > 0

        await until(some_run)
        answer = await ada.ask("DELETE", f"/skills/{skill['id']}")
        assert answer.status_code == 204
        await until_quiet(database_url, PATIENCE)
        found = Found.read(database_url)

    assert (found.executions, found.ticks, found.events) == ([], [], [])
    jobs = [each for each in found.jobs if each["kind"] == "execution"]
    assert len(jobs) >= DELETED
    for each in jobs:  # who wrote when there was nothing left has failed
        is_failure = each["state"] == "failed"
        assert not is_failure or each["last_error"].startswith("execution.not_found")
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
    ledger = Counter((each["execution_id"], each["what"]) for each in rows(database_url, LEDGER))
    assert set(ledger.values()) == {1}
    by_kind = {what: {each for each, kind in ledger if kind == what} for what in KINDS}
    assert by_kind[RESERVED] == by_kind[TOLD] == {each["subject"] for each in jobs}
    assert by_kind[SETTLED] | by_kind[RELEASED] == by_kind[RESERVED]
    assert by_kind[SETTLED].isdisjoint(by_kind[RELEASED])
