"""Who commits what was read, and when the reader hears of it."""

from dataclasses import dataclass
from typing import Protocol

from playhead.base.time import Micros
from playhead.history.ingest.batch import Batch
from playhead.history.ingest.repository import IngestStore


@dataclass(frozen=True, slots=True)
class Commit:
    """A batch of one capture, read at ``now`` from the records from one offset to another."""

    capture_id: int
    batch: Batch
    from_offset: int
    to_offset: int
    now: Micros

    def to(self, store: IngestStore) -> None:
        """Add the batch to the tape.

        Raises:
            IngestOvertaken: Another ingest has moved this capture on; nothing is written.
        """
        store.commit(
            self.capture_id,
            self.batch,
            from_offset=self.from_offset,
            to_offset=self.to_offset,
            now=self.now,
        )


class Committer(Protocol):
    """Commits batches in the order in which they are submitted."""

    def submit(self, commit: Commit) -> None:
        """Have a batch committed. What goes wrong is raised now, or by a later call."""

    def settle(self) -> None:
        """Return when nothing is under way any more.

        Raises:
            PlayheadError: A batch could not be committed; none after it was.
        """


class CommitAtOnce:
    """Commits in the thread that reads: what is submitted is on the tape."""

    def __init__(self, store: IngestStore) -> None:
        self._store = store

    def submit(self, commit: Commit) -> None:
        """Commit a batch."""
        commit.to(self._store)

    def settle(self) -> None:
        """Return: nothing is ever under way."""
