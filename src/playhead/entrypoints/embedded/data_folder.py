"""Making PostgreSQL's data folder, whole or not at all."""

import shutil
import signal
import subprocess
from pathlib import Path

from playhead.entrypoints.embedded import processes
from playhead.entrypoints.embedded.accounts import Account, give, named_account
from playhead.entrypoints.embedded.errors import ServerFailed
from playhead.entrypoints.embedded.lending import Lent, lent
from playhead.entrypoints.embedded.reasons import reason_among

DATABASE = "playhead"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
INITDB = (
    *("--username", DATABASE, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"),
)


def make_data_folder(
    data: Path, programs: Path, account: Account | None, *, sync: bool = True
) -> None:
    """Make ``data`` with one empty database, for a server that runs as ``account``.

    It grows under another name and is renamed when whole: a crash leaves nothing half made.

    Raises:
        ServerFailed: With the reason that PostgreSQL gave.
    """
    fresh = data.with_name(f"{data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    maker = None if account is None else named_account()
    give(fresh, maker)
    with lent(maker, fresh) as loan:
        initdb: list[str | Path] = [programs / "initdb", "-D", loan.paths[0], *INITDB]
        _run(initdb if sync else [*initdb, "--no-sync"], maker, loan)
        single: list[str | Path] = [programs / "postgres", "--single", "-D", loan.paths[0]]
        _run([*single, "postgres"], maker, loan, f"CREATE DATABASE {DATABASE};\n")
    give(fresh, account)
    fresh.rename(data)


def _run(command: list[str | Path], account: Account | None, loan: Lent, text: str = "") -> None:
    result = subprocess.run(  # noqa: S603 - arguments are ours
        processes.leashed(command, farewell=signal.SIGTERM, account=account),
        input=text,
        env=ENVIRONMENT,
        cwd="/",
        pass_fds=loan.descriptors,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ServerFailed(
            f"PostgreSQL's data folder could not be made: {reason_among(result.stderr)}"
        )
