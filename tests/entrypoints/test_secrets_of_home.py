"""The master key of a home."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playhead.entrypoints.secrets_of_home import FILE, MasterKeyUnusable, open_sealer
from playhead.entrypoints.settings import load_settings

KEYS = [bytes([number]) * 32 for number in range(2)]


def test_the_key_of_a_home_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    sealed = open_sealer(settings).seal(b"secret", purpose="mail")

    assert open_sealer(settings).open(sealed, purpose="mail") == b"secret"
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with ThreadPoolExecutor(16) as threads:
        derived = threads.map(lambda _: open_sealer(settings).derive("cursors"), range(64))

    assert len(set(derived)) == 1


def test_a_damaged_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")

    with pytest.raises(MasterKeyUnusable, match=FILE):
        open_sealer(load_settings(home=tmp_path))
    assert (tmp_path / FILE).read_bytes() == b"short"


def test_keys_from_the_settings_come_before_the_file(tmp_path: Path) -> None:
    given = ",".join(base64.b64encode(key).decode() for key in KEYS)
    first = open_sealer(load_settings(home=tmp_path, master_key=given))
    second = open_sealer(
        load_settings(home=tmp_path, master_key=base64.b64encode(KEYS[0]).decode())
    )

    assert first.derive("cursors") == second.derive("cursors")
    assert not (tmp_path / FILE).exists()
