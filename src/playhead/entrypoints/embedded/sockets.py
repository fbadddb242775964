"""Private folders for Unix sockets, whose paths may be no longer than about a hundred bytes."""

import os
import stat
import tempfile
from pathlib import Path

from playhead.entrypoints.embedded.accounts import Account

LONGEST_PATH = 103  # macOS; Linux takes four more


def make_socket_folder(place: Path, file_name: str, account: Account | None) -> Path:
    """Return a folder that only ``account`` (and root) may enter, for the socket ``file_name``.

    It is ``place`` itself, or a short one among the temporary folders, to which ``place`` links.
    """
    if place.is_symlink():
        target = place.readlink()
        if _is_private(target, account):
            return target
        place.unlink()
    if len(os.fsencode(place / file_name)) <= LONGEST_PATH:
        place.mkdir(mode=0o700, exist_ok=True)
        folder = place
    else:
        folder = Path(tempfile.mkdtemp(prefix="playhead-", dir="/tmp"))
        place.symlink_to(folder)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def find_socket_folder(place: Path) -> Path:
    """Return the folder that `make_socket_folder` gave for ``place``."""
    return place.readlink() if place.is_symlink() else place


def _is_private(folder: Path, account: Account | None) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    owner = os.geteuid() if account is None else account.uid
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077
