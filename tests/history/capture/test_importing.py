"""Recordings become captures, once, and come back as they were."""

import json
from pathlib import Path

import pytest
import zstandard

from playhead.base.time import Nanos
from playhead.history.capture import (
    BadRecording,
    CaptureReader,
    CaptureStore,
    ImportedOtherwise,
    Kind,
    frame_lines,
    import_recording,
    record_lines,
    verify,
)
from playhead.history.capture.importing import name_from
from tests.history.capture.builders import frame, read
from tests.history.kalshi.recordings import RECORDINGS

LINES = (
    b'{"received_at_ns":5,"connection":0,"frame":"{\\"a\\":1}\\n"}\n'
    b'{"received_at_ns":null,"connection":1,"frame":"\xc3\xa9"}\n'
    b'{"received_at_ns":6,"connection":0,"frame":""}\n'
)


@pytest.fixture
def store(tmp_path: Path) -> CaptureStore:
    return CaptureStore(tmp_path / "captures", lambda: Nanos(42))


def recording(tmp_path: Path, content: bytes = LINES, name: str = "Some one.frames.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def printed(folder: Path) -> bytes:
    with CaptureReader(folder) as reader:
        return b"".join(line + b"\n" for line in frame_lines(reader))


def test_an_imported_recording_has_connections_that_open_and_close(
    store: CaptureStore, tmp_path: Path
) -> None:
    imported = import_recording(store, recording(tmp_path))

    assert imported.is_new
    assert [(e.kind, e.connection, e.received_at) for e in read(imported.capture.folder)] == [
        (Kind.OPENED, 1, 5),
        (Kind.FRAME, 1, 5),
        (Kind.OPENED, 2, None),
        (Kind.FRAME, 2, None),
        (Kind.FRAME, 1, 6),
        (Kind.CLOSED, 1, 6),
        (Kind.CLOSED, 2, None),
        (Kind.FINISHED, 0, None),
    ]


def test_the_records_around_the_frames_say_what_is_known(
    store: CaptureStore, tmp_path: Path
) -> None:
    folder = import_recording(store, recording(tmp_path), use_yes_price=True).capture.folder

    entries = read(folder)
    end = {"cause": "end_of_recording", "detail": None}
    assert json.loads(entries[0].payload) == {"url": None, "use_yes_price": True}
    assert [json.loads(entry.payload) for entry in entries[-3:]] == [end] * 3


def test_printing_gives_back_the_same_lines(store: CaptureStore, tmp_path: Path) -> None:
    imported = import_recording(store, recording(tmp_path))

    assert printed(imported.capture.folder) == LINES


def test_a_frame_that_is_no_text_survives_too(store: CaptureStore, tmp_path: Path) -> None:
    lines = b'{"received_at_ns":1,"connection":0,"frame_base64":"/w=="}\n'
    folder = import_recording(store, recording(tmp_path, lines)).capture.folder

    assert read(folder)[1].payload == b"\xff"
    assert printed(folder) == lines


def test_every_record_can_be_printed_in_full(store: CaptureStore, tmp_path: Path) -> None:
    imported = import_recording(store, recording(tmp_path))
    with CaptureReader(imported.capture.folder) as reader:
        lines = [json.loads(line) for line in record_lines(reader, {Kind.FRAME})]

    assert lines[0] == {
        "offset": 58,
        "kind": "frame",
        "received_at_ns": 5,
        "connection": 1,
        "payload": '{"a":1}\n',
    }


def test_the_same_content_is_imported_once(store: CaptureStore, tmp_path: Path) -> None:
    first = import_recording(store, recording(tmp_path))
    packed = zstandard.ZstdCompressor().compress(LINES)
    again = import_recording(store, recording(tmp_path, packed, "other.frames.jsonl.zst"))

    assert (again.is_new, again.capture.number) == (False, first.capture.number)
    assert len(store.captures()) == 1


def test_the_same_content_with_another_meaning_is_refused(
    store: CaptureStore, tmp_path: Path
) -> None:
    import_recording(store, recording(tmp_path))

    with pytest.raises(ImportedOtherwise, match="000001-some-one already, without use_yes_price"):
        import_recording(store, recording(tmp_path), use_yes_price=True)


@pytest.mark.parametrize(
    ("line", "field", "fault"),
    [
        (b'{"connection":0,"frame":""}', "received_at_ns", "missing required field"),
        (b'{"received_at_ns":1.5,"connection":0,"frame":""}', "received_at_ns", "Expected `int"),
        (b'{"received_at_ns":1,"connection":-1,"frame":""}', "connection", ">= 0"),
        (b'{"received_at_ns":1,"connection":4294967295,"frame":""}', "connection", "<= 4294967294"),
        (b'{"received_at_ns":1,"connection":0,"frame":7}', "frame", "Expected `str"),
        (b'{"received_at_ns":1,"connection":0}', "frame", "must hold one frame"),
        (b'{"received_at_ns":1,"connection":0,"frame":"","x":1}', "x", "unknown field"),
        (b'{"received_at_ns":1,"connection":0,"fra', None, "truncated"),
        (b"", None, "truncated"),
        (b'{"received_at_ns":1,"connection":0,"frame":"\xff"}', None, "line 4"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_left(
    store: CaptureStore, tmp_path: Path, line: bytes, field: str | None, fault: str
) -> None:
    with pytest.raises(BadRecording, match=r"one\.frames\.jsonl, line 4") as error:
        import_recording(store, recording(tmp_path, LINES + line + b"\n"))

    assert error.value.field == field
    assert fault in error.value.message
    assert [path.name for path in (tmp_path / "captures").iterdir()] == []


def test_a_compressed_recording_that_was_cut_is_refused(
    store: CaptureStore, tmp_path: Path
) -> None:
    packed = zstandard.ZstdCompressor().compress(LINES)

    with pytest.raises(BadRecording, match="ends early"):
        import_recording(store, recording(tmp_path, packed[:-1], "cut.frames.jsonl.zst"))


def test_a_recording_of_several_compressed_parts_is_read_whole(
    store: CaptureStore, tmp_path: Path
) -> None:
    parts = [zstandard.ZstdCompressor().compress(line) for line in LINES.splitlines(True)]
    file = recording(tmp_path, b"".join(parts), "parts.frames.jsonl.zst")

    assert printed(import_recording(store, file).capture.folder) == LINES


def test_a_last_line_without_its_newline_counts(store: CaptureStore, tmp_path: Path) -> None:
    imported = import_recording(store, recording(tmp_path, LINES.rstrip(b"\n")))

    assert printed(imported.capture.folder) == LINES


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("KXBTC 2026.frames.jsonl.zst", "kxbtc-2026"),
        ("a.jsonl", "a"),
        ("...", "recording"),
    ],
)
def test_a_capture_is_named_after_the_file(file: str, name: str) -> None:
    assert name_from(Path(file)) == name


def test_real_recordings_come_back_the_same(store: CaptureStore) -> None:
    files = sorted(RECORDINGS.glob("*.frames.jsonl.zst"))
    if not files:
        pytest.skip("the recordings are not on this machine")
    for file in files:
        capture = import_recording(store, file).capture
        lines = zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read()

        assert printed(capture.folder) == lines
        assert verify(capture).is_sound


def test_frames_go_in_byte_for_byte(store: CaptureStore, tmp_path: Path) -> None:
    entries = read(import_recording(store, recording(tmp_path)).capture.folder)

    assert entries[1] == frame('{"a":1}\n', connection=1, at=5)
    assert entries[3].payload == "é".encode()
