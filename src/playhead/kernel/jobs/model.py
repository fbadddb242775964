"""What a job is. Pure values; times are UTC microseconds."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from playhead.base.time import Micros


class State(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be done.

    Attributes:
        job_id: The caller's choice, a UUID of version 7.
        kind: Names the handler.
        subject: What the job is about, as its handler understands it.
        due_at: Not before then.
        most_attempts: So often it may begin; at least 1.
    """

    job_id: UUID
    kind: str
    subject: UUID
    due_at: Micros
    most_attempts: int = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A job as whoever took it sees it.

    Attributes:
        attempt: From 1; this one included.
    """

    job_id: UUID
    org_id: UUID
    kind: str
    subject: UUID
    attempt: int
    most_attempts: int
    created_at: Micros
    due_at: Micros

    @property
    def is_last(self) -> bool:
        """Whether no attempt comes after this one."""
        return self.attempt >= self.most_attempts

    @property
    def is_spent(self) -> bool:
        """Whether all attempts were made before: what is left to do is to give up."""
        return self.attempt > self.most_attempts


@dataclass(frozen=True, slots=True)
class Sent:
    """A job that was noted as sent, and whose it is."""

    job_id: UUID
    org_id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """What the holder of a lease is told: whether it still has it, and whether to stop."""

    is_held: bool
    cancel_asked: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that a worker has just taken.

    Attributes:
        token: Counts how often the job was taken; who has an older one can end nothing.
        cancel_asked: Somebody wanted it cancelled before it was taken.
    """

    job: Job
    token: int
    cancel_asked: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a job that was taken with ``token``.

    Attributes:
        due_at: When it runs again, if ``state`` is queued.
        error: What is kept as the last error; None keeps the one before.
        is_counted: Whether the attempt counts.
    """

    job_id: UUID
    token: int
    state: State
    due_at: Micros | None = None
    error: str | None = None
    is_counted: bool = True
