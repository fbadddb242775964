"""What handlers of jobs are given, and what they are."""

from collections.abc import Mapping
from typing import Protocol

from playhead.base.time import Micros
from playhead.kernel.jobs.model import Job
from playhead.storage.postgres import Transaction


class Lease(Protocol):
    """A job that is ours for now: the right to end it.

    Every transaction given here is one of the job's own organisation.
    """

    @property
    def job(self) -> Job:
        """The job."""

    @property
    def cancel_asked(self) -> bool:
        """Whether somebody wants the job cancelled, as far as is known here."""

    async def hold(self, transaction: Transaction) -> None:
        """Make sure that the job is ours until the end of ``transaction``.

        Raises:
            LeaseLost: It is somebody else's by now; write nothing.
        """

    async def succeed(self, transaction: Transaction) -> None:
        """End the job well, if and only if ``transaction`` commits.

        Raises:
            LeaseLost: It is somebody else's by now; let the error out, so that all is rolled back.
        """

    async def fail(self, transaction: Transaction, error: str) -> None:
        """End the job as failed because of ``error``, for good.

        Raises:
            LeaseLost: As for `succeed`.
        """

    async def cancel(self, transaction: Transaction) -> None:
        """End the job as cancelled.

        Raises:
            LeaseLost: As for `succeed`.
        """

    async def retry(self, transaction: Transaction, *, at: Micros, error: str) -> None:
        """Have the job run again at ``at``; once its attempts are spent, `Handler.give_up`.

        Raises:
            LeaseLost: As for `succeed`.
        """

    async def succeed_alone(self) -> None:
        """End the job well, in a transaction that it shares with other jobs.

        Cheaper than `succeed`, for handlers that write nothing. Returns when it is committed.

        Raises:
            LeaseLost: It is somebody else's by now.
            DatabaseUnavailable: It is not known whether the job has ended.
        """


class Handler(Protocol):
    """Does jobs of one kind."""

    async def run(self, lease: Lease) -> None:
        """Do the job and end it through ``lease``.

        An error that gets out, or a return without an end, is a failed attempt: another follows
        after a while, and after the last one `give_up`.

        The task is cancelled when
        - somebody asked for it: ``lease.cancel_asked`` is True. Write what there is and
          ``lease.cancel``. If the cancellation gets out instead, `give_up` follows;
        - the worker stops: ``lease.cancel_asked`` is False. Let the cancellation out. The job is
          put back, and the attempt does not count;
        - the lease was lost: let it out. Whatever is written through ``lease`` is refused.
        """

    async def give_up(self, lease: Lease, error: str) -> None:
        """Write that the job came to nothing and end it by ``lease.fail``.

        Called in place of `run` when attempts are spent, by crashes or by errors; and when
        ``lease.cancel_asked`` before the job began or without `run` having ended it: then end it by
        ``lease.cancel``. If it fails itself, it is called again later, a few times.
        """


Handlers = Mapping[str, Handler]
"""By kind of job."""
