"""Reading a capture, alone and while it is written."""

from pathlib import Path

import pytest

from playhead.history.capture import CaptureReader, CaptureWriter, CorruptCapture
from playhead.history.capture.files import Head
from playhead.history.capture.layout import FILE_HEADER
from playhead.history.capture.sealing import seal
from tests.history.capture.builders import append, entry_of, frame, logs, read, write

FRAMES = [frame(f"{n:0>76}") for n in range(5)]  # 100 bytes a record


def test_a_reader_follows_a_writer(tmp_path: Path) -> None:
    found, offset = [], 0
    with CaptureWriter(tmp_path, max_file_bytes=150) as writer, CaptureReader(tmp_path) as reader:
        for entry in FRAMES:
            append(writer, entry)
            writer.flush()
            for record in reader.records(offset):
                found.append(entry_of(record))
                offset = record.next_offset

    assert found == FRAMES


def test_an_empty_folder_has_no_records_yet(tmp_path: Path) -> None:
    with CaptureReader(tmp_path) as reader:
        assert reader.read_batch(0) == []


def test_what_is_not_durable_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    head = Head(tmp_path, writable=True)
    head.write(300)
    head.close()

    assert read(tmp_path) == FRAMES[:3]


def test_reading_starts_at_any_record_of_any_file(tmp_path: Path) -> None:
    write(tmp_path, FRAMES, max_file_bytes=150)

    assert [read(tmp_path, from_offset=100 * n) for n in range(6)] == [FRAMES[n:] for n in range(6)]


def test_reading_starts_in_the_middle_of_a_sealed_file(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    seal(tmp_path, 0)

    assert read(tmp_path, from_offset=300) == FRAMES[3:]


def test_a_file_may_be_sealed_while_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    with CaptureReader(tmp_path) as reader:
        first = reader.read_batch(0, max_bytes=250)
        seal(tmp_path, 0)
        rest = list(reader.records(first[-1].next_offset))

    assert [entry_of(record) for record in first + rest] == FRAMES


def test_a_batch_holds_about_as_much_as_asked(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    with CaptureReader(tmp_path) as reader:
        assert len(reader.read_batch(0, max_bytes=250)) == 2
        assert len(reader.read_batch(200, max_bytes=10)) == 1


@pytest.mark.parametrize("sealed", [False, True])
def test_a_flipped_byte_is_an_error_that_names_file_and_offset(
    tmp_path: Path, sealed: bool
) -> None:
    write(tmp_path, FRAMES)
    data = bytearray(logs(tmp_path)[0].read_bytes())
    data[FILE_HEADER.size + 250] ^= 1
    logs(tmp_path)[0].write_bytes(data)
    if sealed:
        seal(tmp_path, 0)

    with pytest.raises(CorruptCapture, match="offset 200: the checksum is wrong") as error:
        read(tmp_path)
    assert error.value.file == logs(tmp_path)[0]


def test_a_damaged_sealed_file_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    seal(tmp_path, 0)
    data = bytearray(logs(tmp_path)[0].read_bytes())
    data[len(data) // 2] ^= 255
    logs(tmp_path)[0].write_bytes(data)

    with pytest.raises(CorruptCapture):
        read(tmp_path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, FRAMES, max_file_bytes=150)
    logs(tmp_path)[1].unlink()

    with pytest.raises(CorruptCapture, match="durable records are missing"):
        read(tmp_path)


def test_a_file_that_is_too_short_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    with logs(tmp_path)[0].open("r+b") as file:
        file.truncate(FILE_HEADER.size + 250)

    with pytest.raises(CorruptCapture, match="offset 200: durable records are missing"):
        read(tmp_path)


def test_an_offset_inside_a_record_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)

    with pytest.raises(CorruptCapture):
        read(tmp_path, from_offset=101)
