"""An embedded Valkey, for real."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from playhead.entrypoints.embedded import running_valkey
from playhead.entrypoints.embedded.sockets import find_socket_folder


def test_it_answers_at_its_address(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.set("key", "value")

    with running_valkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.get("key") == b"value"


@pytest.fixture
def long_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / ("long" * 30)
    yield folder
    shutil.rmtree(find_socket_folder(folder / "socket"))


def test_a_path_too_long_for_a_socket_is_no_obstacle(long_folder: Path) -> None:
    with running_valkey(long_folder) as url, redis.Redis.from_url(url) as client:
        assert client.ping()


def test_nobody_else_may_enter_the_folder_of_its_socket(tmp_path: Path) -> None:
    with running_valkey(tmp_path):
        mode = (tmp_path / "socket").stat().st_mode

    assert mode & 0o077 == 0
