"""Numbers, names and what can be found."""

import threading
from pathlib import Path

import pytest

from playhead.base.time import Nanos
from playhead.history.capture import (
    BadCaptureName,
    CaptureNotFound,
    CaptureStore,
    CaptureWriter,
    CorruptCapture,
)
from tests.history.capture.builders import append, frame, write


@pytest.fixture
def store(tmp_path: Path) -> CaptureStore:
    return CaptureStore(tmp_path / "captures", lambda: Nanos(42))


def test_a_new_capture_says_who_it_is(store: CaptureStore) -> None:
    capture = store.create("main", recorder="main", source="exchange.test")

    assert capture.folder.name == "000001-main"
    meta = store.captures()[0].meta
    assert (meta.number, meta.name, meta.recorder, meta.source) == (
        1,
        "main",
        "main",
        "exchange.test",
    )
    assert (meta.created_at, meta.format, meta.sha256) == (42, 1, None)


def test_many_at_once_get_numbers_of_their_own(store: CaptureStore) -> None:
    def create() -> None:
        store.create("one", recorder=None, source="s")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [capture.number for capture in store.captures()] == list(range(1, 9))


def test_the_number_of_a_removed_capture_is_not_given_again(store: CaptureStore) -> None:
    folder = store.create("gone", recorder=None, source="s").folder
    folder.rename(folder.parents[1] / "elsewhere")

    assert store.create("next", recorder=None, source="s").number == 2


def test_a_recorder_goes_on_with_its_capture(store: CaptureStore) -> None:
    first = store.for_recorder("main", source="a")
    other = store.for_recorder("main", source="b")

    assert store.for_recorder("main", source="a").number == first.number
    assert other.number == 2


def test_a_recorder_begins_anew_when_its_capture_is_finished(store: CaptureStore) -> None:
    capture = store.for_recorder("main", source="a")
    with CaptureWriter(capture.folder) as writer:
        writer.finish(b"{}", received_at=None)

    assert store.for_recorder("main", source="a").number == 2


def test_captures_are_found_by_number_folder_and_name(store: CaptureStore) -> None:
    store.create("x", recorder=None, source="s")
    store.create("x", recorder=None, source="s")

    assert [store.find(w).number for w in ("1", "000001", "000001-x", "x")] == [1, 1, 1, 2]
    with pytest.raises(CaptureNotFound, match="'y'"):
        store.find("y")


@pytest.mark.parametrize("name", ["", "../up", "A", "a b", "x" * 65, ".hidden"])
def test_a_name_that_no_folder_should_have_is_refused(store: CaptureStore, name: str) -> None:
    with pytest.raises(BadCaptureName):
        store.create(name, recorder=None, source="s")


def test_sizes_and_state_are_read_from_the_folder(store: CaptureStore) -> None:
    capture = store.create("x", recorder=None, source="s")
    assert (capture.durable_offset(), capture.stored_bytes(), capture.is_finished()) == (
        0,
        0,
        False,
    )
    with CaptureWriter(capture.folder) as writer:
        append(writer, frame("x" * 76))
        writer.flush()

        assert (capture.durable_offset(), capture.stored_bytes()) == (100, 140)
        writer.finish(b"{}", received_at=None)
    assert capture.is_finished()


def test_an_unreadable_meta_file_is_an_error(store: CaptureStore) -> None:
    capture = store.create("x", recorder=None, source="s")
    (capture.folder / "meta.json").write_text("{")

    with pytest.raises(CorruptCapture, match=r"meta\.json"):
        _ = store.captures()[0].meta


def test_nobody_sees_a_capture_that_is_being_built(store: CaptureStore) -> None:
    with store.unborn() as folder:
        write(folder, [frame()])

        assert store.captures() == []
    assert not folder.exists()


def test_what_a_dead_builder_left_is_removed(store: CaptureStore, tmp_path: Path) -> None:
    left = tmp_path / "captures" / ".new-dead"
    left.mkdir(parents=True)
    with store.unborn() as living:
        store.create("x", recorder=None, source="s")

        assert living.exists()
        assert not left.exists()
