"""Reads a capture for a derivation: from a snapshot on, and, where it matters, what came before."""

from collections.abc import Callable, Iterator

from playhead.base.time import Micros
from playhead.history.capture import (
    Capture,
    CaptureReader,
    CorruptCapture,
    Kind,
    Record,
    base_of_connection,
    file_bases,
)
from playhead.history.verify.errors import TooFar
from playhead.history.verify.foretold import Foretold
from playhead.history.verify.model import Derivation, Question
from playhead.history.verify.notes import note_of
from playhead.history.verify.rederive import Rederivation

Progress = Callable[[int], None]
"""Told now and then how many bytes were read since the last time."""


class Budget:
    """How much of a capture one verification may read; None: any amount."""

    def __init__(self, most_bytes: int | None, progress: Progress = lambda _: None) -> None:
        self._most_bytes = most_bytes
        self._progress = progress
        self._read = 0

    def spend(self, size: int) -> None:
        """Note that ``size`` bytes were read.

        Raises:
            TooFar: That is more than may be.
        """
        self._read += size
        self._progress(size)
        if self._most_bytes is not None and self._read > self._most_bytes:
            raise TooFar(self._most_bytes)


def derive(
    capture: Capture, asked: Question, offset: int, budget: Budget, *, told: Micros | None = None
) -> Derivation:
    """Return the book that ``asked`` is about, read from the snapshot at ``offset`` on.

    Args:
        told: The latest time that the subscription had told before it, if that is known.

    Raises:
        TooFar: More would have to be read than ``budget`` allows.
    """
    found = Rederivation(asked, told)
    with CaptureReader(capture.folder) as reader:
        try:
            for record in _records(reader, offset, budget):
                found.take(record)
                if found.is_done:
                    break
        except CorruptCapture as damage:
            return found.result(damage=damage.message)
    return found.result()


def told_before(capture: Capture, asked: Question, offset: int, budget: Budget) -> Micros | None:
    """Return the latest time that the subscription had told before the record at ``offset``.

    It is looked for file by file, backwards, until one is later than the instant that is asked or
    the subscription begins.

    Raises:
        CorruptCapture: What was told cannot be read.
        TooFar: More would have to be read than ``budget`` allows.
    """
    end, newest = offset, None
    for base in reversed([base for base in file_bases(capture.folder) if base < offset]):
        told = Foretold(asked)
        with CaptureReader(capture.folder) as reader:
            for record in _records(reader, base, budget):
                if record.offset >= end:
                    break
                told.take(record)
        newest, end = _later(newest, told.newest), base
        if told.has_begun or (newest is not None and newest > asked.at):
            break
    return newest


def was_opened_in_yes_prices(capture: Capture, connection: int, budget: Budget) -> bool:
    """Return whether a recorder opened a connection so that NO bids come in YES prices.

    Raises:
        CorruptCapture: What it says cannot be read.
        TooFar: More would have to be read than ``budget`` allows.
    """
    base = base_of_connection(capture.folder, connection)
    if base is None:
        return False
    with CaptureReader(capture.folder) as reader:
        for record in _records(reader, base, budget):
            if record.kind is Kind.OPENED and record.connection == connection:
                return bool(note_of(record.payload).get("use_yes_price"))
    return False


def _records(reader: CaptureReader, offset: int, budget: Budget) -> Iterator[Record]:
    while batch := reader.read_batch(offset):
        budget.spend(batch[-1].next_offset - batch[0].offset)
        yield from batch
        offset = batch[-1].next_offset


def _later(one: Micros | None, other: Micros | None) -> Micros | None:
    return max((at for at in (one, other) if at is not None), default=None)
