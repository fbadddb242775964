"""Prints a capture again: its frames as a recording, or every record."""

from base64 import b64encode
from collections.abc import Collection, Iterator

import msgspec

from playhead.history.capture.reader import CaptureReader
from playhead.history.capture.record import Kind, Record
from playhead.history.capture.recording import line_of


def frame_lines(reader: CaptureReader, from_offset: int = 0) -> Iterator[bytes]:
    """Give the frames as the lines of a recording, without newlines.

    What was imported comes back with the same frames, times and connections.

    Raises:
        CorruptCapture: Durable bytes are damaged or gone.
    """
    for record in reader.records(from_offset):
        if record.kind is Kind.FRAME:
            yield line_of(record.received_at, record.connection, record.payload)


def record_lines(
    reader: CaptureReader, kinds: Collection[Kind], from_offset: int = 0
) -> Iterator[bytes]:
    """Give the records of ``kinds`` as JSON with everything they hold, without newlines.

    Raises:
        CorruptCapture: Durable bytes are damaged or gone.
    """
    for record in reader.records(from_offset):
        if record.kind in kinds:
            yield _described(record)


def _described(record: Record) -> bytes:
    facts: dict[str, object] = {
        "offset": record.offset,
        "kind": record.kind.name.lower(),
        "received_at_ns": record.received_at,
        "connection": record.connection,
    }
    try:
        facts["payload"] = record.payload.decode()
    except UnicodeDecodeError:
        facts["payload_base64"] = b64encode(record.payload).decode()
    return msgspec.json.encode(facts)
