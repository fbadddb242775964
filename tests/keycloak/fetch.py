"""Keycloak itself: fetched once with Maven, kept in the cache of this machine."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
LEAST_JAVA = 17
FETCH_SECONDS = 900


class CannotRun(Exception):
    """Why Keycloak cannot be run on this machine, in a sentence."""


def keycloak_home() -> Path:
    """Return the folder of an unpacked Keycloak; fetch it if it is not there.

    Raises:
        CannotRun: There is no Java that it runs on, or it cannot be fetched.
    """
    _require_java()
    home = _cache() / f"keycloak-{VERSION}"
    if not (home / "bin" / "kc.sh").exists():
        _fetch(home)
    return home


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "playhead"


def _require_java() -> None:
    java = _java()
    if java is None:
        raise CannotRun(f"there is no Java here; Keycloak needs {LEAST_JAVA} or newer")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found[1]) < LEAST_JAVA:
        version = found[1] if found else "of unknown version"
        raise CannotRun(f"Keycloak needs Java {LEAST_JAVA} or newer, and here is {version}")


def _java() -> str | None:
    """Return the Java that Keycloak's own script will take."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else shutil.which("java")


def _fetch(home: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotRun("there is no mvn here to fetch Keycloak with")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        archive = _download(maven, Path(scratch))
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(scratch)
        unpacked = Path(scratch) / home.name
        (unpacked / "bin" / "kc.sh").chmod(0o755)
        shutil.rmtree(home, ignore_errors=True)
        unpacked.rename(home)


def _download(maven: str, folder: Path) -> Path:
    print(f"Fetching Keycloak {VERSION} with Maven (first time only, 160 MB) ...", flush=True)
    command = [maven, "--batch-mode", "--quiet", "dependency:copy"]
    command += [f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"Maven did not fetch Keycloak in {FETCH_SECONDS} s") from error
    archives = list(folder.glob("*.zip"))
    if done.returncode or not archives:
        raise CannotRun(f"Maven cannot fetch Keycloak {VERSION} here")
    return archives[0]
