"""Opening a capture after a crash or a damage."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.history.capture import CaptureFinished, CaptureReader, CaptureWriter, Kind
from playhead.history.capture.files import Head, read_head
from playhead.history.capture.layout import FILE_HEADER
from tests.history.capture.builders import (
    Entry,
    append,
    entries,
    eventually,
    frame,
    logs,
    read,
    suffixes,
    write,
)

FRAMES = [frame(f"{n:0>76}") for n in range(5)]  # 100 bytes a record


def whole_records(folder: Path, size: int) -> list[Entry]:
    with CaptureReader(folder) as reader:
        ends = [record.next_offset for record in reader.records()]
    return read(folder)[: sum(FILE_HEADER.size + end <= size for end in ends)]


def set_head(folder: Path, offset: int) -> None:
    head = Head(folder, writable=True)
    head.write(offset)
    head.close()


@settings(max_examples=40, deadline=None)
@given(
    before=st.lists(entries, min_size=1, max_size=5),
    after=st.lists(entries, max_size=3),
    cut=st.integers(0),
    was_durable=st.booleans(),
)
def test_any_cut_keeps_the_whole_records_before_it_and_appending_goes_on(
    before: list[Entry], after: list[Entry], cut: int, was_durable: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, before)
        size = cut % logs(folder)[0].stat().st_size
        kept = whole_records(folder, size)
        with logs(folder)[0].open("r+b") as file:
            file.truncate(size)
        if not was_durable:
            set_head(folder, 0)
        write(folder, after)

        assert read(folder) == kept + after


def test_a_torn_tail_is_cut_and_told(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    with logs(tmp_path)[0].open("ab") as file:
        file.write(b"torn")

    with CaptureWriter(tmp_path) as writer:
        assert (writer.recovered.end, writer.recovered.cut_bytes) == (500, 4)
    assert logs(tmp_path)[0].stat().st_size == FILE_HEADER.size + 500


def test_whole_records_that_were_never_promised_are_kept(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    set_head(tmp_path, 200)
    CaptureWriter(tmp_path).close()

    assert read_head(tmp_path) == 500


def test_offsets_of_lost_durable_bytes_are_not_used_again(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    with logs(tmp_path)[0].open("r+b") as file:
        file.truncate(FILE_HEADER.size + 250)
    with CaptureWriter(tmp_path) as writer:
        append(writer, frame("new"))

    assert writer.recovered.lost_bytes == 300
    assert read(tmp_path) == [*FRAMES[:2], frame("new")]
    assert read(tmp_path, from_offset=500) == [frame("new")]
    assert read(tmp_path, from_offset=200) == [frame("new")]


def test_records_behind_a_damage_are_read_by_nobody(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    data = bytearray(logs(tmp_path)[0].read_bytes())
    data[FILE_HEADER.size + 250] ^= 1
    logs(tmp_path)[0].write_bytes(data)
    write(tmp_path, [frame("new")])

    assert read(tmp_path) == [*FRAMES[:2], frame("new")]
    assert read(tmp_path, from_offset=400) == [frame("new")]


def test_a_file_without_a_header_is_set_aside(tmp_path: Path) -> None:
    write(tmp_path, FRAMES, max_file_bytes=300)
    logs(tmp_path)[-1].write_bytes(b"?")
    write(tmp_path, [frame("new")])

    assert [path.name for path in tmp_path.glob("*.damaged")]
    assert read(tmp_path) == [*FRAMES[:3], frame("new")]


def test_a_crash_between_sealing_and_removing_costs_nothing(tmp_path: Path) -> None:
    write(tmp_path, FRAMES, max_file_bytes=300)
    with CaptureWriter(tmp_path):
        eventually(lambda: suffixes(tmp_path) == [".zst", ".log"])
    (tmp_path / f"{0:020}.log").write_bytes(b"the raw file, not yet removed")
    CaptureWriter(tmp_path).close()

    assert read(tmp_path) == FRAMES
    assert not (tmp_path / f"{0:020}.log").exists()


def test_what_a_crash_left_half_written_is_removed(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    (tmp_path / f"{500:020}.log.tmp").write_bytes(b"half")
    CaptureWriter(tmp_path).close()

    assert list(tmp_path.glob("*.tmp")) == []
    assert read(tmp_path) == FRAMES


def test_a_lost_log_is_told_and_not_written_over(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    logs(tmp_path)[0].unlink()
    with CaptureWriter(tmp_path) as writer:
        assert append(writer, frame("new")) == 500

    assert writer.recovered.lost_bytes == 500


def test_a_crash_between_finishing_and_sealing_is_made_good(tmp_path: Path) -> None:
    write(tmp_path, [*FRAMES, Entry(Kind.FINISHED, b"{}", 0, None)], max_file_bytes=300)
    set_head(tmp_path, 500)

    with pytest.raises(CaptureFinished):
        CaptureWriter(tmp_path)
    assert suffixes(tmp_path) == [".zst", ".zst"]
    assert len(read(tmp_path)) == 6
