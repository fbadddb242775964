"""An embedded PostgreSQL, for real."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from playhead.entrypoints.embedded import EmbeddedPostgres, ServerFailed, running_postgres
from playhead.entrypoints.embedded.processes import processes_in, wait_until
from playhead.entrypoints.embedded.sockets import find_socket_folder


def start(folder: Path) -> tuple[EmbeddedPostgres, subprocess.Popen[bytes]]:
    server = EmbeddedPostgres(folder, {"shared_buffers": "16MB"})
    process = server.start(subprocess.DEVNULL)
    assert wait_until(server.is_ready, 60)
    return server, process


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")

    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    server, process = start(tmp_path)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    process.kill()
    process.wait()

    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_an_orphan_of_an_earlier_run_is_stopped_first(tmp_path: Path) -> None:
    _, orphan = start(tmp_path)

    with running_postgres(tmp_path):
        assert orphan.wait(10) is not None


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    server, process = start(tmp_path)

    server.stop(process)

    assert process.returncode == 0
    assert processes_in(tmp_path / "data", "postgres") == []


def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18\n")

    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_process_id_of_somebody_else_in_the_lock_file_does_no_harm(tmp_path: Path) -> None:
    server, process = start(tmp_path)
    server.stop(process)
    lock = tmp_path / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{tmp_path / 'data'}\n1\n5432\n")

    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def long_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / ("long" * 30)
    yield folder
    shutil.rmtree(find_socket_folder(folder / "socket"))


def test_a_path_too_long_for_a_socket_is_no_obstacle(long_folder: Path) -> None:
    with running_postgres(long_folder) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_no_port_is_opened_and_no_one_else_may_enter(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert (tmp_path / "socket").stat().st_mode & 0o077 == 0
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_failure_says_what_postgresql_said(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerFailed, match="shared_buffers"),
        running_postgres(tmp_path, {"shared_buffers": "plenty"}),
    ):
        pass


def test_server_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    script = (
        "import subprocess, time, sys, pathlib\n"
        "from playhead.entrypoints.embedded import EmbeddedPostgres\n"
        f"EmbeddedPostgres(pathlib.Path({str(tmp_path)!r})).start(subprocess.DEVNULL)\n"
        "print('started', flush=True)\n"
        "time.sleep(600)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    starter.stdout.readline()
    assert wait_until(lambda: processes_in(tmp_path / "data", "postgres") != [], 10)

    starter.send_signal(signal.SIGKILL)
    starter.communicate()

    assert wait_until(lambda: processes_in(tmp_path / "data", "postgres") == [], 20)
