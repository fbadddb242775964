"""What the figures were measured on, without naming the machine."""

import os
import platform
import sys
from importlib.metadata import version

import psycopg

PACKAGES = ("numpy", "pcodec", "psycopg", "msgspec", "uvicorn", "uvloop")


def machine(database_url: str) -> str:
    """Return cores, memory, and the versions of what does the work."""
    with psycopg.connect(database_url) as connection:
        server = connection.info.server_version // 10_000, connection.info.server_version % 10_000
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{_cores()} cores, {_memory_gib()} GiB, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, PostgreSQL {server[0]}.{server[1]}, {packages}"
    )


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
