"""Frames exactly as received, durable before anything else looks at them."""

from playhead.history.capture.errors import (
    CaptureClosed,
    CaptureFinished,
    CaptureInUse,
    CaptureUnwritable,
    CorruptCapture,
    RecordTooLong,
)
from playhead.history.capture.reader import CaptureReader
from playhead.history.capture.record import Kind, Record
from playhead.history.capture.recovery import Recovered
from playhead.history.capture.writer import CaptureWriter

__all__ = [
    "CaptureClosed",
    "CaptureFinished",
    "CaptureInUse",
    "CaptureReader",
    "CaptureUnwritable",
    "CaptureWriter",
    "CorruptCapture",
    "Kind",
    "Record",
    "RecordTooLong",
    "Recovered",
]
