"""The master key of a home: from the settings, or from a file that only its owner can read."""

import os
import secrets
from pathlib import Path

from playhead.base.errors import Invalid
from playhead.entrypoints.kernel_settings import decode_keys
from playhead.entrypoints.settings import Settings
from playhead.storage.sealing import KEY_BYTES, Sealer

FILE = "master.key"


class MasterKeyUnusable(Invalid):
    """The file of the master key is damaged. What it sealed cannot be read without it."""

    code = "master_key.unusable"


def open_sealer(settings: Settings) -> Sealer:
    """Return the sealer of this home; its master key is made when it is first asked for.

    Raises:
        MasterKeyUnusable: The key's file does not hold a key.
    """
    given = decode_keys(settings.master_key or "")
    return Sealer(given or (_kept_key(settings.home / FILE),))


def has_master_key(settings: Settings) -> bool:
    """Return whether this home has its master key already; to open the sealer makes one."""
    return settings.master_key is not None or (settings.home / FILE).exists()


def _kept_key(file: Path) -> bytes:
    _make(file)
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise MasterKeyUnusable(
            f"{file} does not hold a master key; put it back from a copy, for without it sealed"
            " secrets are lost"
        )
    return key


def _make(file: Path) -> None:
    # A link appears with all of its bytes or not at all, for whoever asks at the same moment.
    if file.exists():
        return
    made = file.with_name(f"{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(secrets.token_bytes(KEY_BYTES))
        written.flush()
        os.fsync(written.fileno())
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
