"""Becomes a command that ends when its starter does. Run as a script; it imports nothing of ours.

``python -I -S leash.py PARENT SIGNAL ACCOUNT COMMAND...``: asks Linux for SIGNAL when PARENT is
gone (a kill -9 included), drops root for ACCOUNT (``uid:gid``, or ``-`` to stay), then becomes
COMMAND.
A script rather than code between fork and exec: that is unsafe in a process with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def _drop_root(account: str) -> None:
    uid, gid = map(int, account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _end_with(parent: int, signal_number: int) -> None:
    # After the change of account, which would clear it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


def main(arguments: list[str]) -> None:
    """Become the command that ``arguments`` describe, or exit with one sentence."""
    parent, signal_number, account, *command = arguments
    try:
        if account != "-":
            _drop_root(account)
        _end_with(int(parent), int(signal_number))
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
