"""Appending: everything in, everything out, whatever happens in between."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.history.capture import (
    CaptureClosed,
    CaptureFinished,
    CaptureInUse,
    CaptureReader,
    CaptureUnwritable,
    CaptureWriter,
    Kind,
    RecordTooLong,
)
from playhead.history.capture.layout import MAX_PAYLOAD
from tests.history.capture.builders import (
    Entry,
    append,
    entries,
    eventually,
    frame,
    read,
    suffixes,
    write,
)


@settings(max_examples=30, deadline=None)
@given(sittings=st.lists(st.lists(entries, max_size=6), max_size=4), size=st.integers(1, 900))
def test_what_goes_in_comes_out_however_it_is_cut(sittings: list[list[Entry]], size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        for sitting in sittings:
            write(Path(name), sitting, max_file_bytes=size)

        assert read(Path(name)) == [entry for sitting in sittings for entry in sitting]


def test_offsets_do_not_depend_on_how_files_are_cut(tmp_path: Path) -> None:
    ends = []
    for size in (1, 100, 2**20):
        folder = tmp_path / str(size)
        folder.mkdir()
        write(folder, [frame("x" * n) for n in range(20)], max_file_bytes=size)
        with CaptureReader(folder) as reader:
            ends.append([record.next_offset for record in reader.records()])

    assert ends[0] == ends[1] == ends[2]


def test_a_record_is_durable_soon_without_a_flush(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, flush_interval_seconds=0.01) as writer:
        append(writer, frame())
        eventually(lambda: not writer.waiting_bytes)

        assert read(tmp_path) == [frame()]


def test_full_files_are_compressed_in_the_background(tmp_path: Path) -> None:
    write(tmp_path, [frame("x" * 50)] * 3, max_file_bytes=1)
    with CaptureWriter(tmp_path):
        eventually(lambda: suffixes(tmp_path) == [".zst", ".zst", ".log"])

    assert read(tmp_path) == [frame("x" * 50)] * 3


def test_two_writers_never_share_a_capture(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path), pytest.raises(CaptureInUse, match="another process is writing"):
        CaptureWriter(tmp_path)


def test_connection_numbers_go_on_after_reopening(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, max_file_bytes=1) as writer:
        for _ in range(3):
            append(writer, frame(connection=writer.next_connection()))
            writer.flush()

    with CaptureWriter(tmp_path) as writer:
        assert writer.next_connection() == 4


def test_memory_is_bounded(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, max_waiting_bytes=100, flush_interval_seconds=60) as writer:
        append(writer, frame("x" * 40))

        with pytest.raises(CaptureUnwritable, match="too slow"):
            append(writer, frame("x" * 40))

    assert read(tmp_path) == [frame("x" * 40)]


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path)
    writer.close()
    writer.close()

    with pytest.raises(CaptureClosed):
        append(writer, frame())


def test_nothing_follows_a_finish(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path) as writer:
        append(writer, frame())
        writer.finish(b"{}", received_at=None)

    assert suffixes(tmp_path) == [".zst"]
    assert read(tmp_path) == [frame(), Entry(Kind.FINISHED, b"{}", 0, None)]
    with pytest.raises(CaptureFinished):
        CaptureWriter(tmp_path)


def test_a_payload_too_long_for_a_record_is_refused(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path) as writer, pytest.raises(RecordTooLong):
        writer.append(Kind.FRAME, bytes(MAX_PAYLOAD + 1), received_at=None)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureUnwritable, match="No such file or directory"):
        CaptureWriter(tmp_path / "missing")
