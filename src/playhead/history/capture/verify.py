"""Walks a capture from end to end and says what it holds and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playhead.base.time import Nanos
from playhead.history.capture.capture import Capture
from playhead.history.capture.errors import CorruptCapture
from playhead.history.capture.reader import CaptureReader
from playhead.history.capture.record import Kind, Record


@dataclass(slots=True)
class Report:
    """What was found in a capture, as far as it could be read.

    Attributes:
        end: Offset just after the last record that was read; it should be the durable one.
        stored_bytes: What its log files take on the disk.
        lost_bytes: Durable bytes that were lost once and are known to be; nothing stands for them.
        first_at: Receive time of the first record that has one.
        fault: What stopped the walk; None if every durable record was there and whole.
    """

    end: int = 0
    stored_bytes: int = 0
    records: int = 0
    frames: int = 0
    connections: set[int] = field(default_factory=set)
    first_at: Nanos | None = None
    last_at: Nanos | None = None
    lost_bytes: int = 0
    fault: CorruptCapture | None = None

    @property
    def is_sound(self) -> bool:
        """Whether every record that was ever durable is there and whole."""
        return self.fault is None and not self.lost_bytes


def verify(capture: Capture, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Read every durable record of ``capture``, checking every checksum and every joint.

    Args:
        capture: It may be written meanwhile; what is not durable yet is not looked at.
        progress: Told now and then how many bytes were walked since the last time.
    """
    report = Report()
    try:
        capture.meta  # noqa: B018 - reading it is the check
        with CaptureReader(capture.folder) as reader:
            durable = reader.durable_offset()
            while batch := reader.read_batch(report.end):
                progress(batch[-1].next_offset - report.end)
                _count(report, batch)
            _count_lost(report, durable)
        report.stored_bytes = capture.stored_bytes()
    except CorruptCapture as fault:
        report.fault = fault
    return report


def _count(report: Report, batch: list[Record]) -> None:
    _count_lost(report, batch[0].offset)
    report.records += len(batch)
    for record in batch:
        if record.kind is Kind.FRAME:
            report.frames += 1
        if record.received_at is not None:
            report.last_at = record.received_at
            if report.first_at is None:
                report.first_at = record.received_at
    report.connections.update(record.connection for record in batch if record.connection)
    report.end = batch[-1].next_offset


def _count_lost(report: Report, offset: int) -> None:
    report.lost_bytes += max(0, offset - report.end)
