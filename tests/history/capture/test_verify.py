"""What verification finds."""

from pathlib import Path

from playhead.base.time import Nanos
from playhead.history.capture import Capture, CaptureStore, verify
from playhead.history.capture.layout import FILE_HEADER
from tests.history.capture.builders import frame, logs, write

FRAMES = [frame("x" * 76, connection=n % 2 + 1, at=n) for n in range(5)]  # 100 bytes a record


def capture_of_frames(root: Path, *, max_file_bytes: int = 1000) -> Capture:
    store = CaptureStore(root, lambda: Nanos(42))
    capture = store.create("x", recorder=None, source="s")
    write(capture.folder, FRAMES, max_file_bytes=max_file_bytes)
    return capture


def test_a_sound_capture_is_described(tmp_path: Path) -> None:
    report = verify(capture_of_frames(tmp_path, max_file_bytes=200))

    assert report.is_sound
    assert (report.records, report.frames, report.end) == (5, 5, 500)
    assert (report.connections, report.first_at, report.last_at) == ({1, 2}, 0, 4)


def test_progress_adds_up_to_the_whole(tmp_path: Path) -> None:
    walked: list[int] = []
    verify(capture_of_frames(tmp_path, max_file_bytes=200), walked.append)

    assert sum(walked) == 500


def test_a_fault_is_told_exactly_with_what_could_be_read(tmp_path: Path) -> None:
    capture = capture_of_frames(tmp_path)
    with logs(capture.folder)[0].open("r+b") as file:
        file.seek(FILE_HEADER.size + 350)
        file.write(b"y")
    report = verify(capture)

    assert not report.is_sound
    assert report.records == 3
    assert report.fault is not None
    assert (report.fault.offset, report.fault.fault) == (300, "the checksum is wrong")


def test_a_known_loss_is_not_sound(tmp_path: Path) -> None:
    capture = capture_of_frames(tmp_path)
    with logs(capture.folder)[0].open("r+b") as file:
        file.truncate(FILE_HEADER.size + 350)
    write(capture.folder, [frame("new")])
    report = verify(capture)

    assert (report.fault, report.lost_bytes, report.records) == (None, 200, 4)
    assert not report.is_sound


def test_a_loss_at_the_very_end_is_not_sound(tmp_path: Path) -> None:
    capture = capture_of_frames(tmp_path)
    logs(capture.folder)[0].unlink()
    write(capture.folder, [])

    assert verify(capture).lost_bytes == 500
