"""Who PostgreSQL runs as. It refuses to run as root, so root lends it another account."""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playhead.entrypoints.embedded.errors import ServerFailed

# A number that systemd keeps free for everyone and that no distribution gives out: with an account
# of its own, the data is out of reach of other services, which `nobody` would share it with.
OWN_UID = 60_999


class Account(NamedTuple):
    """A numeric user and group; neither needs a name on the machine."""

    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """Return the account that serves ``data``, or None for our own.

    Only root changes account: to the owner of what is there already, else to `OWN_UID`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    return Account(OWN_UID, OWN_UID)


def named_account() -> Account:
    """Return an unprivileged account with a name: `initdb` insists on one."""
    entries = sorted(pwd.getpwall(), key=lambda entry: entry.pw_name != "nobody")
    for entry in entries:
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise ServerFailed(
        "PostgreSQL refuses to run as root, and this machine has no other user that it could run as"
    )


def give(folder: Path, account: Account | None) -> None:
    """Make ``account`` the owner of ``folder`` and of all in it."""
    if account is None:
        return
    os.lchown(folder, account.uid, account.gid)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(Path(parent, name), account.uid, account.gid)


def is_reachable_by_others(path: Path) -> bool:
    """Return whether every user may read ``path`` and walk down to it."""
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(mode & stat.S_IXOTH for mode in _folder_modes(path.resolve()))


def _folder_modes(path: Path) -> Iterator[int]:
    return (folder.stat().st_mode for folder in path.parents)
