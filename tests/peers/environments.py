"""Virtual environments of the peers, made once from locked requirements and kept."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_VERSIONS = ("3.12", "3.13")


@cache
def python_of(peer: str) -> Path:
    """Return the Python of an environment that has ``peer``; skip the test where none can be."""
    requirements = ROOT / "requirements" / f"peers-{peer}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder = ROOT / ".venv-peers" / peer
    stamp, python = folder / ".installed", folder / "bin" / "python"
    with _one_at_a_time(folder.parent):
        if not stamp.exists() or stamp.read_text() != wanted:
            _install(folder, python, requirements)
            stamp.write_text(wanted)
    return python


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    # Tests run in several processes, and two may want the same environment.
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(folder: Path, python: Path, requirements: Path) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    _run(str(_interpreter()), "-m", "venv", "--clear", str(folder))
    _run(uv, "pip", "install", "-q", "--python", str(python), "--require-hashes",
         "-r", str(requirements))  # fmt: skip


def _interpreter() -> Path:
    on_path = [shutil.which(f"python{version}") for version in _VERSIONS]
    pyenv = Path.home() / ".pyenv" / "versions"
    by_pyenv = [path for version in _VERSIONS for path in pyenv.glob(f"{version}.*/bin/python")]
    for candidate in [*map(Path, filter(None, on_path)), *by_pyenv]:
        if _works(candidate):
            return candidate
    pytest.skip("the peers need Python 3.12 or 3.13, and none was found")


def _works(python: Path) -> bool:
    # pyenv's shims exist for versions that are not active, and then refuse to run.
    wanted = "import sys, venv; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))"
    return subprocess.run([python, "-c", wanted], capture_output=True).returncode == 0


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
