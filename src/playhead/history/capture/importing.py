"""Turns a recording that somebody else made into a capture, once."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from playhead.base.time import Nanos
from playhead.history.capture.capture import Capture
from playhead.history.capture.errors import ImportedOtherwise
from playhead.history.capture.record import Kind
from playhead.history.capture.recording import Recording
from playhead.history.capture.store import CaptureStore
from playhead.history.capture.writer import CaptureWriter

_FLUSH_BYTES = 32 * 1024 * 1024
_END = msgspec.json.encode({"cause": "end_of_recording", "detail": None})


class Imported(NamedTuple):
    """What became of a recording. ``is_new`` is False where its content was a capture already."""

    capture: Capture
    is_new: bool


def import_recording(
    store: CaptureStore,
    file: Path,
    *,
    name: str | None = None,
    use_yes_price: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Make a capture of a ``.frames.jsonl`` or ``.frames.jsonl.zst``; the same content only once.

    Args:
        store: Gives the capture its number when it is whole; until then nobody sees it.
        file: One frame a line, see ``Line``.
        name: Of the capture; else made from that of the file.
        use_yes_price: Whether the recording was subscribed with that option.
        progress: Told how many bytes of the file were read since the last time; it is read twice.

    Raises:
        BadRecording: A line is no frame; nothing is left behind.
        ImportedOtherwise: The content was imported with another ``use_yes_price``.
        CaptureUnwritable: The disk refuses; nothing is left behind.
    """
    recording = Recording(file)
    recording.read_through(progress)
    existing = store.imported(recording.sha256)
    if existing:
        return Imported(_same(existing, use_yes_price), is_new=False)
    with store.unborn() as folder:
        _build(folder, recording, use_yes_price, progress)
        capture, is_new = store.publish(
            folder,
            name or name_from(file),
            source=file.name,
            sha256=recording.sha256,
            use_yes_price=use_yes_price,
        )
    return Imported(_same(capture, use_yes_price), is_new)


def name_from(file: Path) -> str:
    """Return a capture name that resembles that of ``file``."""
    stem = re.sub(r"(\.frames)?\.jsonl(\.zst)?$", "", file.name.lower())
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("-._")[:64] or "recording"


def _build(
    folder: Path, recording: Recording, use_yes_price: bool, progress: Callable[[int], None]
) -> None:
    opened = msgspec.json.encode({"url": None, "use_yes_price": use_yes_price})
    last_at: dict[int, Nanos | None] = {}
    with CaptureWriter(folder) as writer:
        for line, payload in recording.frames(progress):
            connection = line.connection + 1
            at = None if line.received_at_ns is None else Nanos(line.received_at_ns)
            if connection not in last_at:
                writer.append(Kind.OPENED, opened, connection=connection, received_at=at)
            last_at[connection] = at
            writer.append(Kind.FRAME, payload, connection=connection, received_at=at)
            if writer.waiting_bytes > _FLUSH_BYTES:
                writer.flush()
        for connection, at in last_at.items():
            writer.append(Kind.CLOSED, _END, connection=connection, received_at=at)
        writer.finish(_END, received_at=None)


def _same(capture: Capture, use_yes_price: bool) -> Capture:
    if capture.meta.use_yes_price != use_yes_price:
        was = "with" if capture.meta.use_yes_price else "without"
        raise ImportedOtherwise(
            f"the same content is the capture {capture.folder.name} already, {was} use_yes_price"
        )
    return capture
