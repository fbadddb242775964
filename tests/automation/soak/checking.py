"""What must be so in the database once all has ended, whatever was killed meanwhile."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from playhead.automation.models import LOCAL_MODEL, Completion, LocalModel, Message, Speaker, Text
from playhead.base.ids import parse_id
from tests.automation.soak.ledger import RELEASED, RESERVED, SETTLED, TOLD
from tests.automation.soak.outside import PROMPT, WORD

JOB_STATES = {"completed": "succeeded", "failed": "failed", "cancelled": "cancelled"}
CRASHED = "execution.crashed"
MOST_ATTEMPTS = 3
_UNDONE = """
SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running'))
     + (SELECT count(*) FROM executions WHERE status IN ('pending', 'running'))
     + (SELECT count(*) FROM reflex_events WHERE state IN ('received', 'waiting'))
     + (SELECT count(*) FROM occurrences WHERE state = 'buffered' OR state = 'planned'
           AND due_at < extract(epoch FROM clock_timestamp()) * 1000000) AS undone
"""
_EXECUTIONS = """
SELECT e.*, j.state AS job_state, j.attempts AS job_attempts, j.token, j.subject,
       j.ended_at AS job_ended_at, ARRAY(
           SELECT l.what FROM soak_ledger l WHERE l.execution_id = e.execution_id) AS ledger
  FROM executions e LEFT JOIN jobs j ON j.job_id = e.job_id
"""
Row = dict[str, Any]


def rows(owner_url: str, query: str, *given: object) -> list[Row]:
    """Return what a query gives to the owner of the database."""
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:
        return connection.execute(query.encode(), given).fetchall()


async def until_quiet(owner_url: str, seconds: float) -> None:
    """Return once nothing is left to be done."""
    end = time.monotonic() + seconds
    while undone := rows(owner_url, _UNDONE)[0]["undone"]:
        assert time.monotonic() < end, f"{undone} things are still to be done"
        await asyncio.sleep(0.1)


async def answer_to(word: str) -> str:
    """Return what the local model says to a word."""
    asked = Message(Speaker.USER, PROMPT.replace(WORD, word))
    request = Completion(LOCAL_MODEL, (asked,), max_tokens=10_000)
    return "".join(
        [piece.text async for piece in LocalModel().stream(request) if isinstance(piece, Text)]
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds in the end."""

    executions: Sequence[Row]
    jobs: Sequence[Row]
    ticks: Sequence[Row]
    events: Sequence[Row]

    @classmethod
    def read(cls, owner_url: str) -> "Found":
        return cls(
            rows(owner_url, _EXECUTIONS),
            rows(owner_url, "SELECT * FROM jobs"),
            rows(owner_url, "SELECT * FROM occurrences WHERE state <> 'planned'"),
            rows(owner_url, "SELECT * FROM reflex_events"),
        )

    def of(self, type: str) -> list[Row]:
        """Return the executions of a type."""
        return [each for each in self.executions if each["execution_type"] == type]

    def summary(self) -> str:
        """Return the figures in a line."""
        return (
            f"{len(self.executions)} executions {dict(Counter(self._column('status')))},"
            f" {sum(each['token'] - 1 for each in self.executions)} attempts lost,"
            f" {len(self.jobs)} jobs, {len(self.ticks)} ticks, {len(self.events)} events"
        )

    def _column(self, name: str) -> list[Any]:
        return [each[name] for each in self.executions]


async def check_ends(found: Found) -> None:
    """Fail unless each execution ended once, was paid and told once, and says the right thing."""
    for each in found.executions:
        status = each["status"]
        assert each["job_state"] == JOB_STATES[status], each
        assert min(each["job_ended_at"], each["ended_at"]) > 0
        assert each["subject"] == each["execution_id"]
        paid = SETTLED if status == "completed" else RELEASED
        assert Counter(each["ledger"]) == Counter((RESERVED, paid, TOLD)), each
        assert each["charged_credits"] == (status == "completed")
        assert each["output_length"] == len(each["output"])
        answer = await answer_to(each["input"]["word"])
        if status == "completed":
            assert each["output"] == answer
        elif status == "cancelled":
            assert each["cancel_asked_at"] is not None
            assert answer.startswith(each["output"])
        else:  # workers were killed under it again and again
            assert each["error_code"] == CRASHED, each
            assert each["token"] > MOST_ATTEMPTS
    unfinished = [each for each in found.jobs if each["ended_at"] is None or each["lease_until"]]
    assert unfinished == []
    subjects = Counter(each["subject"] for each in found.jobs if each["kind"] == "execution")
    assert set(subjects.values()) <= {1}
    assert subjects.keys() == {each["execution_id"] for each in found.executions}


def check_asked(found: Found, executed: Mapping[str, str]) -> None:
    """Fail unless each request started one execution, the one that was answered."""
    ours = {each["input"]["word"]: each["execution_id"] for each in found.of("api")}
    assert ours == {word: parse_id("exe", text, field="") for word, text in executed.items()}
    assert len(found.of("api")) == len(executed)


def check_ticks(found: Found, most: int) -> None:
    """Fail unless each tick of a habit that fired started one execution, and ``most`` did fire."""
    fired = {each["execution_id"]: each for each in found.ticks}
    assert {each["state"] for each in found.ticks} <= {"fired", "late"}
    assert len(fired) == len(found.ticks) >= most
    ours = {each["execution_id"]: each for each in found.of("habit")}
    assert ours.keys() == fired.keys()
    assert {each: row["reference_id"] for each, row in ours.items()} == {
        each: row["habit_id"] for each, row in fired.items()
    }
    assert len({(row["reference_id"], row["trigger"]["tick"]) for row in ours.values()}) == len(
        ours
    )


def check_events(found: Found, fired: Mapping[str, tuple[str, str]]) -> None:
    """Fail unless each message, and each habit's end, was kept once and started one execution."""
    webhooks = [each for each in found.events if each["source"] == "webhook"]
    messages = [(each["reflex_id"], each["source_id"]) for each in webhooks]
    expected = [(parse_id("rfx", reflex, field=""), message) for reflex, message in fired.values()]
    assert sorted(messages) == sorted(expected)
    inner = [each for each in found.events if each["source"] == "event"]
    completed = {
        each["execution_id"] for each in found.of("habit") if each["status"] == "completed"
    }
    told: dict[UUID, Row] = {
        parse_id("exe", each["payload"]["execution_id"], field=""): each for each in inner
    }
    assert len(told) == len(inner)
    of_habits = [told[each] for each in completed]
    assert {each["state"] for each in [*webhooks, *of_habits]} <= {"fired"}
    started = Counter(each["execution_id"] for each in [*webhooks, *of_habits])
    assert started == Counter(each["execution_id"] for each in found.of("reflex"))
