"""Start an execution because somebody asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.errors import AtInFuture, CannotRetry
from playhead.automation.executions.model import ExecutionStatus, ExecutionType, NewExecution
from playhead.automation.executions.reading import WholeExecution
from playhead.automation.executions.repeat import started_before
from playhead.automation.executions.start import NewTrial
from playhead.automation.skills import Definition, read_definition
from playhead.base.time import Micros
from playhead.kernel.identity import Caller

_RETRIED = frozenset({ExecutionStatus.FAILED, ExecutionStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for.

    Attributes:
        at: The instant that the template looks at; None: now.
        retry_of: The execution that is to be repeated.
        mark: Of the request, where it may be made again.
    """

    given: Mapping[str, object]
    version: int | None = None
    label: str | None = None
    at: Micros | None = None
    retry_of: UUID | None = None
    mark: str | None = None

    def instant(self, now: Micros) -> Micros:
        """Return the instant that the template looks at.

        Raises:
            AtInFuture: It has not come yet.
        """
        if self.at is not None and self.at > now:
            raise AtInFuture(self.at, now)
        return now if self.at is None else self.at


async def execute(
    desk: ExecutionDesk,
    caller: Caller,
    skill_id: UUID,
    wish: Wish,
    now: Micros,
    *,
    is_test: bool = False,
) -> UUID:
    """Start a skill and return the execution's id.

    Raises:
        SkillNotFound: The organisation has no such skill.
        VersionNotFound: The skill has no such version.
        LabelNotFound: No version of it has this label.
        SkillInactive: It is switched off, and this is no test.
        InputInvalid: The input is not what its schema asks for.
        ModelUnknown: Its model is not in the price book any more.
        AtInFuture: The instant that it is to look at has not come yet.
    """
    usual = ExecutionType.MANUAL if caller.key_id is None else ExecutionType.API
    new = NewExecution(
        execution_id=desk.new_id(now),
        skill_id=skill_id,
        given=wish.given,
        type=ExecutionType.TEST if is_test else usual,
        created_by=caller.name,
        at=wish.instant(now),
        label=wish.label,
        version=wish.version,
        mark=wish.mark,
    )
    return await _start(desk, caller, new, now)


async def try_out(
    desk: ExecutionDesk, caller: Caller, definition: Definition, wish: Wish, now: Micros
) -> UUID:
    """Start a definition that is not saved and return the execution's id.

    Raises:
        InputInvalid: The input is not what its schema asks for.
        Invalid: The definition cannot be run, as for `check_definition`.
    """
    desk.starter.check(definition)
    at = wish.instant(now)
    trial = NewTrial(
        desk.new_id(now), definition, wish.given, caller.name, at, wish.retry_of, wish.mark
    )
    async with desk.tenants.transaction(caller.tenant) as tx:
        earlier = await started_before(tx, caller.org, wish.mark, now=now)
        if earlier is not None:
            return earlier
        await desk.starter.try_out(tx, caller.org, trial, now=now)
    await desk.bell.ring()
    return trial.execution_id


async def retry(
    desk: ExecutionDesk,
    caller: Caller,
    execution_id: UUID,
    now: Micros,
    *,
    mark: str | None = None,
) -> UUID:
    """Start an execution again as it was, with the same version, and return the new one's id.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
        CannotRetry: It has not failed and was not cancelled.
        PlayheadError: As for `execute`.
    """
    whole = await desk.reader.find(caller.org, execution_id)
    before = whole.execution
    if before.status not in _RETRIED:
        raise CannotRetry(before.status)
    if before.skill is None:
        wish = Wish(whole.given, at=before.at, retry_of=execution_id, mark=mark)
        return await try_out(desk, caller, read_definition(whole.config or {}), wish, now)
    return await _start(desk, caller, _again(desk, caller, whole, now, mark), now)


def _again(
    desk: ExecutionDesk, caller: Caller, whole: WholeExecution, now: Micros, mark: str | None
) -> NewExecution:
    before = whole.execution
    assert before.skill is not None
    return NewExecution(
        execution_id=desk.new_id(now),
        skill_id=before.skill.skill_id,
        given=whole.given,
        type=before.type,
        created_by=caller.name,
        at=before.at,
        version=before.version,
        reference_id=before.reference_id,
        trigger=whole.trigger,
        retry_of=before.execution_id,
        mark=mark,
    )


async def _start(desk: ExecutionDesk, caller: Caller, new: NewExecution, now: Micros) -> UUID:
    async with desk.tenants.transaction(caller.tenant) as tx:
        earlier = await started_before(tx, caller.org, new.mark, now=now)
        if earlier is not None:
            return earlier
        for refused in await desk.starter.start(tx, caller.org, [new], now=now):
            raise refused.error
    await desk.bell.ring()
    return new.execution_id
