"""The process that commits: the same tape, and nothing lost or doubled when either side dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from playhead.entrypoints.committing import CommitterGone, CommittingProcess
from playhead.history.capture import CaptureStore
from playhead.history.ingest import Follower, IngestStore, follow
from playhead.history.tape import Partitions, compare
from playhead.storage.postgres import DatabaseUnavailable, Row, Session
from tests.history.ingest.test_follow import eventful
from tests.history.taping import Taping, capture_store, now_micros, write_capture

LOCK = 7
NAME = "playhead-ingest-commits"
STARTER = """
import os, sys, time
from playhead.entrypoints.committing import CommittingProcess

with CommittingProcess.running(sys.argv[1], lock=7, environment=os.environ):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def captures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CaptureStore:
    monkeypatch.setattr(follow, "BATCH_BYTES", 64 * 1024)
    store = capture_store(tmp_path)
    write_capture(store, eventful(1))
    return store


@contextmanager
def committing(url: str) -> Iterator[CommittingProcess]:
    with CommittingProcess.running(url, lock=LOCK, environment=os.environ) as committer:
        yield committer


@contextmanager
def following(url: str, captures: CaptureStore) -> Iterator[Follower]:
    with (
        committing(url) as committer,
        Session.open(url) as session,
        Follower(
            captures,
            IngestStore(session, Partitions(session)),
            now=now_micros,
            committer=committer,
        ) as follower,
    ):
        yield follower


def differences(captures: CaptureStore, *urls: str) -> tuple[str, ...]:
    one, other = (Taping(url, captures).fingerprint() for url in urls)
    return compare(one, other).differences


def once() -> Callable[[], bool]:
    """Ends a catching up after one batch."""
    batches = iter([False])
    return lambda: next(batches, True)


def kill_the_committer() -> None:
    """As if memory had run out."""
    [pid] = [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/cmdline")
        if b"committing.child" in words(entry) and parent_of(entry.parent) == os.getpid()
    ]
    os.kill(pid, signal.SIGKILL)


def words(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def parent_of(process: Path) -> int:
    return int((process / "stat").read_text().rpartition(")")[2].split()[1])


def is_connected(url: str) -> bool:
    return bool(of_its_connection(url, "pid"))


def of_its_connection(url: str, what: str) -> list[Row]:
    with Session.open(url) as session:
        return session.fetch_all(
            f"SELECT {what} FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %(name)s",
            name=NAME,
        )


def wait_until(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_tape_is_the_one_that_is_committed_by_the_reader_itself(
    new_database: Callable[[], str], captures: CaptureStore
) -> None:
    url, plain = new_database(), new_database()
    with following(url, captures) as follower:
        read = follower.catch_up()

    assert Taping(plain, captures).ingest() == read > 3000
    assert differences(captures, url, plain) == ()


def test_one_that_is_killed_is_missed_and_the_next_loses_and_doubles_nothing(
    new_database: Callable[[], str], captures: CaptureStore
) -> None:
    url, plain = new_database(), new_database()
    with following(url, captures) as follower:
        follower.catch_up(until=once())
        kill_the_committer()
        with pytest.raises(CommitterGone, match="the process that commits to the tape has ended"):
            follower.catch_up()
    with following(url, captures) as follower:
        follower.catch_up()

    Taping(plain, captures).ingest()
    assert differences(captures, url, plain) == ()


def test_a_database_that_goes_away_is_told_as_such_and_nothing_is_lost_or_doubled(
    new_database: Callable[[], str], captures: CaptureStore
) -> None:
    url, plain = new_database(), new_database()
    with following(url, captures) as follower:
        follower.catch_up(until=once())
        of_its_connection(url, "pg_terminate_backend(pid)")
        with pytest.raises(DatabaseUnavailable, match="the database does not answer"):
            follower.catch_up()
    with following(url, captures) as follower:
        follower.catch_up()

    Taping(plain, captures).ingest()
    assert differences(captures, url, plain) == ()


def test_nobody_else_commits_while_there_is_one(database_url: str) -> None:
    with (
        committing(database_url),
        pytest.raises(DatabaseUnavailable, match="another ingest still works"),
        committing(database_url),
    ):
        pass
    with committing(database_url):
        pass


def test_it_ends_with_its_starter_even_if_that_is_killed_and_lets_go_of_the_lock(
    database_url: str,
) -> None:
    command = [sys.executable, "-c", STARTER, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
        assert is_connected(database_url)
        starter.kill()

    wait_until(lambda: not is_connected(database_url))
    with committing(database_url):
        assert is_connected(database_url)


def test_a_database_that_cannot_be_reached_is_said_so() -> None:
    with (
        pytest.raises(DatabaseUnavailable, match="the database does not answer"),
        committing("postgresql://127.0.0.1:1/none"),
    ):
        pass
