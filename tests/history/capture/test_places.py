"""Where a capture can be read from, and where a connection began."""

from pathlib import Path

import pytest

from playhead.base.time import Nanos
from playhead.history.capture import (
    CaptureReader,
    CaptureWriter,
    Kind,
    Record,
    base_of_connection,
    file_bases,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine connections of ten frames each, in files of a few connections."""
    with CaptureWriter(tmp_path, max_file_bytes=1500) as writer:
        for _ in range(9):
            number = writer.next_connection()
            writer.append(Kind.OPENED, b"{}", connection=number, received_at=Nanos(1))
            for _ in range(10):
                writer.append(Kind.FRAME, b"x" * 20, connection=number, received_at=Nanos(1))
            writer.flush()
    return tmp_path


def records(folder: Path, base: int = 0) -> list[Record]:
    with CaptureReader(folder) as reader:
        return list(reader.records(base))


def test_every_file_begins_with_a_record(folder: Path) -> None:
    bases = file_bases(folder)

    assert len(bases) > 2
    assert [records(folder, base)[0].offset for base in bases] == bases


@pytest.mark.parametrize("number", range(1, 10))
def test_a_connection_was_opened_in_the_file_that_is_named_or_the_next(
    folder: Path, number: int
) -> None:
    named = base_of_connection(folder, number)
    (opened,) = (
        each.offset
        for each in records(folder)
        if (each.kind, each.connection) == (Kind.OPENED, number)
    )

    assert named in [each for each in file_bases(folder) if each <= opened][-2:]


def test_a_capture_without_files_names_none(tmp_path: Path) -> None:
    assert base_of_connection(tmp_path, 1) is None
