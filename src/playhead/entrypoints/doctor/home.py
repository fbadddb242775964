"""The folder of the home: its secrets' files, its disk, the ports. The checks are pure."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from playhead.entrypoints.doctor.findings import Finding, ok, problem, unchecked, warning
from playhead.entrypoints.listening import LOOPBACK, PortBusy
from playhead.entrypoints.secrets_of_home import FILE
from playhead.entrypoints.settings import Exchange, Settings, variable_of
from playhead.entrypoints.supervisor.home import LEAST_FREE_MEGABYTES
from playhead.entrypoints.supervisor.ports import check_ports

OTHERS = stat.S_IRWXG | stat.S_IRWXO
LOW_MEGABYTES = 10 * LEAST_FREE_MEGABYTES
SECRETS, DISK, PORTS = "secrets", "disk", "ports"


def check_mode(file: Path, mode: int) -> Finding:
    """Judge who may read a secret's ``file`` of the permissions ``mode``."""
    if mode & OTHERS:
        return problem(
            SECRETS,
            f"others on this machine may reach {file} ({stat.S_IMODE(mode):04o})",
            f"chmod 600 {file}; if somebody may have read it, make another",
        )
    return ok(SECRETS, f"{file.name} is for its owner only")


def check_disk(home: Path, free_megabytes: int) -> Finding:
    """Judge how much room the disk of ``home`` has left."""
    says = f"{free_megabytes:,} MB are free on the disk of {home}"
    if free_megabytes < LEAST_FREE_MEGABYTES:
        remedy = f"make room: below {LEAST_FREE_MEGABYTES} MB Playhead does not start"
        return problem(DISK, says, remedy)
    if free_megabytes < LOW_MEGABYTES:
        return warning(DISK, says, "make room, or move the home to a larger disk")
    return ok(DISK, says)


def check_port(variable: str, port: int, *, is_free: bool, runs: bool) -> Finding:
    """Judge whether a ``port`` is free while Playhead does not run, and taken while it does."""
    if runs:
        if is_free:
            return problem(
                PORTS,
                f"Playhead runs, and nobody listens on {LOOPBACK}:{port}",
                f"see `playhead status`; or it was started with another {variable}",
            )
        return ok(PORTS, f"{LOOPBACK}:{port} is served")
    if is_free:
        return ok(PORTS, f"{LOOPBACK}:{port} is free")
    return problem(
        PORTS,
        f"another program uses {LOOPBACK}:{port}, and Playhead does not run",
        f"end that program, or set {variable} to a free port",
    )


def examine_home(settings: Settings, *, runs: bool) -> Iterator[Finding]:
    """Look at the files, the disk and the ports of this machine."""
    yield from _secrets(settings)
    home = settings.home.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    yield check_disk(home, shutil.disk_usage(there).free // 1_000_000)
    wanted = {variable_of("port"): settings.port}
    if settings.exchange is Exchange.SIMULATED:
        wanted[variable_of("exchange_port")] = settings.exchange_port
    for variable, port in wanted.items():
        yield check_port(variable, port, is_free=_is_free(variable, port), runs=runs)


def _secrets(settings: Settings) -> Iterator[Finding]:
    files = [settings.kalshi_private_key_file] if settings.kalshi_private_key_file else []
    master_key = settings.home / FILE
    if settings.master_key is None and not master_key.exists():
        yield unchecked(SECRETS, f"{master_key} is not there yet; the first start makes it")
    elif settings.master_key is None:
        files.append(master_key)
    for file in files:
        try:
            yield check_mode(file, os.stat(file).st_mode)
        except OSError as error:
            yield problem(SECRETS, f"cannot read {file}: {error.strerror}", "put it back")


def _is_free(variable: str, port: int) -> bool:
    try:
        check_ports({variable: port})
    except PortBusy:
        return False
    return True
