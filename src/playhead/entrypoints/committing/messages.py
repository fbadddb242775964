"""What is told to a process that commits, before the first batch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beginning:
    """The database that has the tape, and the lock to hold for as long as there may be commits."""

    url: str
    lock: int
