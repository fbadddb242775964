"""One attempt at an execution."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from playhead.automation.executions.answering import Answer, Outcome, ask
from playhead.automation.executions.errors import ExecutionNotFound, TimedOut
from playhead.automation.executions.model import ExecutionStatus
from playhead.automation.executions.repository import (
    CANCELLED,
    Begun,
    ExecutionRows,
    Verdict,
    Written,
)
from playhead.automation.executions.workshop import Workshop
from playhead.automation.models import Completion, Finished, Model
from playhead.automation.skills import (
    OutputFormat,
    SkillVersion,
    find_version,
    read_definition,
    render,
)
from playhead.base.errors import PlayheadError, Unavailable
from playhead.base.texts import storable
from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant
from playhead.kernel.jobs import Lease
from playhead.storage.postgres import DatabaseUnavailable, Transaction
from playhead.storage.tenants import Tenant

MOST_MESSAGE = 2000
SLOWER_PER_CHARACTERS = 65_536
SOONER = 0.4
_log = logging.getLogger(__name__)


class Attempt:
    """Asks the model of one execution once, under a lease."""

    def __init__(self, workshop: Workshop, lease: Lease) -> None:
        self._shop = workshop
        self._lease = lease
        self._tenant = Tenant(lease.job.org_id)
        self._begun: Begun | None = None
        self._answer = Answer(workshop.limits.output_bytes)
        self._is_whole = False

    async def make(self) -> None:
        """Do it, and end the job or have it run again.

        Raises:
            LeaseLost: Somebody else has the job by now; nothing more was written.
        """
        version = await self._begin()
        if version is None or self._begun is None:
            return
        outcome = await self._outcome(self._begun, version)
        self._is_whole = isinstance(outcome, Finished)
        if isinstance(outcome, Unavailable) and not self._lease.job.is_last:
            await self._put_off(self._begun, outcome)
        else:
            await self._end(_verdict(outcome, version, self._answer.text))

    async def stop(self) -> None:
        """End the execution as cancelled; what came until now is kept."""
        await self._end(CANCELLED)

    async def _begin(self) -> SkillVersion | None:
        job = self._lease.job
        async with self._shop.tenants.transaction(self._tenant) as tx:
            await self._lease.hold(tx)
            begun = await ExecutionRows(tx, job.org_id).begin(job.subject, self._shop.now())
            if begun is None:  # it has ended, or was deleted with its skill
                await self._lease.cancel(tx)
                return None
            version = await _version_of(tx, begun)
        self._begun = begun
        return version

    async def _outcome(self, begun: Begun, version: SkillVersion) -> Outcome:
        shop, seconds = self._shop, self._shop.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                model, request = await self._prepared(begun, version)
        except TimeoutError:
            return TimedOut(seconds)
        except PlayheadError as error:
            return error
        asking = ask(model, request, self._answer, seconds=seconds, now=shop.now)
        return await self._written_meanwhile(begun, asking)

    async def _prepared(self, begun: Begun, version: SkillVersion) -> tuple[Model, Completion]:
        shop, trigger = self._shop, begun.trigger
        rendered = await render(
            version,
            begun.given,
            timeline=shop.timeline,
            at=begun.at,
            event=trigger.get("event"),
            trigger=trigger,
        )
        request = version.completion(rendered)
        model = await shop.models.open(begun.org_id, shop.costs.provider_of(version.model))
        return model, request

    async def _written_meanwhile(self, begun: Begun, asking: Awaitable[Outcome]) -> Outcome:
        answered = asyncio.Event()
        writing = asyncio.ensure_future(self._write(begun, answered))
        outcome = asyncio.ensure_future(asking)
        try:
            await asyncio.wait({writing, outcome}, return_when=asyncio.FIRST_COMPLETED)
            if outcome.done():
                answered.set()
            await writing  # raises if the lease was lost
            # Nobody wants the answer any more where nothing could be written.
            return await outcome if outcome.done() else ExecutionNotFound(begun.execution_id)
        finally:
            answered.set()  # it ends by itself where its cancellation is swallowed on the way
            for task in (outcome, writing):
                task.cancel()
            await asyncio.gather(outcome, writing, return_exceptions=True)

    async def _write(self, begun: Begun, answered: asyncio.Event) -> None:
        kept, slowly = 0, self._shop.limits.between_writes
        while not answered.is_set():
            # The first words are waited for; later, each write costs the database the whole text.
            pace = 1 + kept // SLOWER_PER_CHARACTERS if kept else SOONER
            await _passed(answered, slowly * pace)
            written = self._written()
            if answered.is_set() or len(written.output) == kept:
                continue
            try:
                async with self._shop.tenants.transaction(self._tenant) as tx:
                    await self._lease.hold(tx)
                    rows = ExecutionRows(tx, begun.org_id)
                    if not await rows.add_output(
                        begun.execution_id, begun.attempt, written, kept=kept
                    ):
                        return
                kept = len(written.output)
            except DatabaseUnavailable:
                _log.warning("a part of an output was not written yet")

    async def _put_off(self, begun: Begun, error: PlayheadError) -> None:
        job, limits, now = self._lease.job, self._shop.limits, self._shop.now()
        wait = limits.wait_before(job.attempt, getattr(error, "retry_after", None))
        message = _message(error)
        lost = {
            "attempt": begun.attempt,
            "error_code": error.code,
            "error_message": message,
            "ended_at": format_instant(now),
        }

        async def write(tx: Transaction) -> None:
            await ExecutionRows(tx, job.org_id).put_off(job.subject, self._written(), lost)
            at = Micros(now + wait * MICROS_PER_SECOND)
            await self._lease.retry(tx, at=at, error=f"{error.code}: {message}")

        await self._commit(write)

    async def _end(self, verdict: Verdict) -> None:
        async def write(tx: Transaction) -> None:
            await self._finish(tx, verdict)
            if verdict.status is ExecutionStatus.COMPLETED:
                await self._lease.succeed(tx)
            elif verdict.status is ExecutionStatus.CANCELLED:
                await self._lease.cancel(tx)
            else:
                await self._lease.fail(tx, f"{verdict.error_code}: {verdict.error_message}")

        await self._commit(write)

    async def _finish(self, tx: Transaction, verdict: Verdict) -> None:
        job, closer, now = self._lease.job, self._shop.closer, self._shop.now()
        if self._begun is None:
            await closer.drop(tx, job.org_id, [job.subject], verdict, now=now)
        else:
            await closer.finish(tx, job.org_id, job.subject, self._written(), verdict, now=now)

    async def _commit(self, write: Callable[[Transaction], Awaitable[None]]) -> None:
        # The answer is paid for: a database that is away for a moment must not lose it.
        for wait in (*self._shop.limits.commit_seconds, None):
            try:
                async with self._shop.tenants.transaction(self._tenant) as tx:
                    await self._lease.hold(tx)
                    await write(tx)
                return
            except DatabaseUnavailable:
                if wait is None:
                    raise
            await asyncio.sleep(wait)

    def _written(self) -> Written:
        begun, answer = self._begun, self._answer
        assert begun is not None
        spent = self._shop.costs.spent(
            begun.model,
            answer.tally.usage,
            self._shop.now(),
            is_whole=self._is_whole,
            was_answered=answer.has_text or self._is_whole,
        )
        return Written(answer.text, answer.first_token_at, begun.spent.plus(spent))


async def _version_of(tx: Transaction, begun: Begun) -> SkillVersion:
    if begun.skill_id is None:
        return SkillVersion.of(read_definition(begun.config or {}))
    return await find_version(tx, begun.skill_id, version=begun.version)


async def _passed(answered: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await answered.wait()
    except TimeoutError:
        return


def _verdict(outcome: Outcome, version: SkillVersion, output: str) -> Verdict:
    if isinstance(outcome, Finished):
        valid = _is_json(output) if version.output_format is OutputFormat.JSON else None
        reason = outcome.stop_reason.value
        return Verdict(ExecutionStatus.COMPLETED, stop_reason=reason, output_valid=valid)
    return Verdict(ExecutionStatus.FAILED, outcome.code, _message(outcome))


def _message(error: PlayheadError) -> str:
    return storable(error.message)[:MOST_MESSAGE]


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
