"""Child processes that end with their starter, and what earlier starters left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from playhead.entrypoints.embedded.accounts import Account
from playhead.entrypoints.embedded.errors import ServerFailed

LEASH = str(Path(__file__).with_name("leash.py"))
POLL_SECONDS = 0.02
Output = IO[bytes] | int


def leashed(
    command: Sequence[str | Path], *, farewell: signal.Signals, account: Account | None = None
) -> list[str]:
    """Return the argument vector under which ``command`` gets ``farewell`` when we are gone."""
    who = "-" if account is None else f"{account.uid}:{account.gid}"
    leash = [sys.executable, "-I", "-S", LEASH, str(os.getpid()), str(int(farewell)), who]
    return leash + [str(word) for word in command]


def start(
    arguments: Sequence[str],
    *,
    output: Output,
    environment: Mapping[str, str],
    folder: Path = Path("/"),
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start ``arguments`` in a session of its own, so that Ctrl-C reaches us only.

    ``keep``: open descriptors that it inherits under the same numbers.
    """
    return subprocess.Popen(  # noqa: S603 - arguments are ours
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        pass_fds=tuple(keep),
        start_new_session=True,
    )


def stop(
    process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]
) -> signal.Signals | None:
    """Send each step's signal until one ends ``process`` within its seconds.

    At last SIGKILL, to it and to what it started. Returns the signal that was needed, or None when
    it had ended before.
    """
    if process.poll() is not None:
        return None
    for number, seconds in steps:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return number
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return signal.SIGKILL


def processes_in(folder: Path, program: str) -> list[int]:
    """Return the processes of ``program`` that work in ``folder``; none where there is no /proc."""
    found = []
    wanted = os.path.realpath(folder)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") != wanted:
                continue
            if Path(os.readlink(entry / "exe").removesuffix(" (deleted)")).name == program:
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return found


def birth_of(pid: int) -> str | None:
    """Return what tells process ``pid`` from a later one with its number; None if there is none.

    Source: proc(5), field 22 of /proc/<pid>/stat; a zombie counts as gone.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def end_all(find: Callable[[], list[int]], number: signal.Signals, seconds: float) -> None:
    """End what ``find`` finds: by ``number``, after ``seconds`` by SIGKILL.

    Raises:
        ServerFailed: Some still live.
    """
    for step in (number, signal.SIGKILL):
        for pid in find():
            with suppress(ProcessLookupError):
                os.kill(pid, step)
        if wait_until(lambda: not find(), seconds):
            return
    raise ServerFailed(f"processes of an earlier run do not end: {find()}")


def wait_until(claim: Callable[[], bool], seconds: float) -> bool:
    """Return True as soon as ``claim`` holds, False if it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
