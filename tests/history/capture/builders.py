"""Entries to put into captures, and captures of them."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from playhead.base.time import Nanos
from playhead.history.capture import CaptureReader, CaptureWriter, Kind, Record


class Entry(NamedTuple):
    """What goes into a capture as a record."""

    kind: Kind
    payload: bytes
    connection: int
    received_at: Nanos | None


def frame(text: str = "{}", *, connection: int = 1, at: int | None = 7) -> Entry:
    return Entry(Kind.FRAME, text.encode(), connection, None if at is None else Nanos(at))


_instants = st.none() | st.integers(-(2**63) + 1, 2**63 - 1).map(Nanos)
entries = st.builds(
    Entry,
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.FINISHED]),
    payload=st.binary(max_size=400),
    connection=st.integers(0, 2**32 - 1),
    received_at=_instants,
)


def append(writer: CaptureWriter, entry: Entry) -> int:
    return writer.append(
        entry.kind, entry.payload, connection=entry.connection, received_at=entry.received_at
    )


def write(folder: Path, what: Iterable[Entry], *, max_file_bytes: int = 2**30) -> None:
    """Append all in one go, a group each, so that files are cut wherever they are full."""
    with CaptureWriter(folder, max_file_bytes=max_file_bytes) as writer:
        for entry in what:
            append(writer, entry)
            writer.flush()


def entry_of(record: Record) -> Entry:
    return Entry(record.kind, record.payload, record.connection, record.received_at)


def read(folder: Path, from_offset: int = 0) -> list[Entry]:
    with CaptureReader(folder) as reader:
        return [entry_of(record) for record in reader.records(from_offset)]


def logs(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log*"))


def suffixes(folder: Path) -> list[str]:
    return [path.suffix for path in logs(folder)]


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 20 seconds"
        time.sleep(0.002)
