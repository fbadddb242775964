"""What each process says about itself, about once a second, for whoever wants to look.

``<home>/run/<name>.json`` holds one flat object. Always there: ``name``, ``pid``, ``started_at``,
``updated_at`` and ``state`` (one word). The rest are the process's own numbers.
"""

import json
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from playhead.base.time import Micros, format_instant

Status = dict[str, object]


def write_status(home: Path, name: str, fields: Mapping[str, object]) -> None:
    """Replace the status of process ``name`` by ``fields``; a reader sees the old or the new one.

    ``state`` is "running" unless ``fields`` says otherwise.
    """
    status: Status = {
        "name": name,
        "pid": os.getpid(),
        "started_at": _started_at(),
        "updated_at": format_instant(_now()),
        "state": "running",
        **fields,
    }
    target = run_folder(home) / f"{name}.json"
    fresh = target.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(status), encoding="utf-8")
    fresh.rename(target)


def read_statuses(home: Path) -> dict[str, Status]:
    """Return the last status of every process that wrote one, by name."""
    statuses = {}
    for file in sorted(run_folder(home).glob("*.json")):
        status = json.loads(file.read_text(encoding="utf-8"))
        statuses[str(status["name"])] = status
    return statuses


def forget_statuses(home: Path) -> None:
    """Remove what processes of an earlier run said."""
    for file in run_folder(home).glob("*.json"):
        file.unlink(missing_ok=True)


def run_folder(home: Path) -> Path:
    """Return the folder of lock and status files."""
    return home / "run"


@lru_cache(maxsize=1)
def _started_at() -> str:
    return format_instant(_now())


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
