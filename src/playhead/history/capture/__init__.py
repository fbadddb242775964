"""Frames exactly as received, durable before anything else looks at them."""

from playhead.history.capture.capture import Capture
from playhead.history.capture.errors import (
    BadCaptureName,
    BadRecording,
    CaptureClosed,
    CaptureFinished,
    CaptureInUse,
    CaptureNotFound,
    CaptureUnwritable,
    CorruptCapture,
    DamagedCaptures,
    ImportedOtherwise,
    RecordTooLong,
)
from playhead.history.capture.exporting import frame_lines, record_lines
from playhead.history.capture.importing import Imported, import_recording
from playhead.history.capture.meta import Meta
from playhead.history.capture.places import base_of_connection, file_bases
from playhead.history.capture.reader import CaptureReader
from playhead.history.capture.record import Kind, Record
from playhead.history.capture.recovery import Recovered
from playhead.history.capture.store import CaptureStore
from playhead.history.capture.verify import Report, verify
from playhead.history.capture.writer import CaptureWriter

__all__ = [
    "BadCaptureName",
    "BadRecording",
    "Capture",
    "CaptureClosed",
    "CaptureFinished",
    "CaptureInUse",
    "CaptureNotFound",
    "CaptureReader",
    "CaptureStore",
    "CaptureUnwritable",
    "CaptureWriter",
    "CorruptCapture",
    "DamagedCaptures",
    "Imported",
    "ImportedOtherwise",
    "Kind",
    "Meta",
    "Record",
    "RecordTooLong",
    "Recovered",
    "Report",
    "base_of_connection",
    "file_bases",
    "frame_lines",
    "import_recording",
    "record_lines",
    "verify",
]
