"""Processes of Playhead born quickly: python -m ...nursery LEASE PAUSE KEY_LEASE.

Everything is loaded once, and each process is a fork. Lines on standard input: ``NUMBER api`` or
``NUMBER worker`` begins one; its end closes. Lines on standard output: ``born NUMBER PID`` and
``died NUMBER STATUS``. The settings are in the environment; what processes say goes to a log.

They are the real API and the real worker, but for three things: the tariff and one witness count,
the local model takes its time, and the leases of jobs, ticks and repeatable requests are short.
"""

import os
import select
import signal
import sys
from functools import partial
from pathlib import Path

from playhead.automation.habits.firing import firer
from playhead.automation.models import LocalModel
from playhead.automation.provider_keys import opening
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.entrypoints import http
from playhead.entrypoints.automation import engine, working
from playhead.entrypoints.jobs_worker import new_options, run_worker
from playhead.entrypoints.settings import load_settings
from playhead.kernel.idempotency import repository as idempotency
from tests.automation.soak.ledger import LedgerTariff, LedgerWitness

API, WORKER = "api", "worker"


def arrange(lease: float, pause: float, key_lease: float) -> None:
    """Put what counts, what is slow and what is short in place."""
    for module, name, instead in (
        (engine, "FreeTariff", LedgerTariff),
        (engine, "ReflexWitness", LedgerWitness),
        (opening, "LocalModel", partial(LocalModel, pause)),
        (idempotency, "LEASE", Micros(int(key_lease * MICROS_PER_SECOND))),
        (firer, "LEASE", int(lease * MICROS_PER_SECOND)),
    ):
        assert hasattr(module, name)
        setattr(module, name, instead)


def be(kind: str, number: str, lease: float) -> None:
    """Be one of the processes until the end."""
    settings = load_settings()
    if kind == API:
        http.main(settings)
    else:
        options = new_options(lease_seconds=lease)
        run_worker(settings, options, working.open_work, status_name=f"worker-{number}")


def born(kind: str, number: str, lease: float, log: Path) -> int:
    """Fork; return the child's number in the parent. The child does not return."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(old, new)
        be(kind, number, lease)
        status = 0
    except BaseException as error:  # noqa: BLE001 -- a fork must not run on into its parent's code
        print(f"{kind} {number} ended: {error!r}", flush=True)
    finally:
        os._exit(status)


def buried(children: dict[int, str]) -> None:
    """Tell of those that have died."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        print(f"died {children.pop(pid)} {status}", flush=True)


def nurse(lease: float, log: Path) -> None:
    """Begin processes and tell of their ends, until nobody asks any more."""
    children: dict[int, str] = {}
    asked = b""
    while True:
        readable, _, _ = select.select([0], [], [], 0.05)
        buried(children)
        if not readable:
            continue
        more = os.read(0, 4096)
        if not more:
            break
        *lines, asked = (asked + more).split(b"\n")
        for line in lines:
            number, kind = line.decode().split()
            pid = born(kind, number, lease, log)
            children[pid] = number
            print(f"born {number} {pid}", flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    given_lease, given_pause, given_key_lease = map(float, sys.argv[1:])
    arrange(given_lease, given_pause, given_key_lease)
    nurse(given_lease, load_settings().home / "soak.log")
