"""The line of a log that says why a server gave up."""

from pathlib import Path

GRAVE = ("FATAL", "PANIC")


def reason_in(log: Path) -> str:
    """Return the last grave line of the file ``log``, else its last line."""
    return reason_among(log.read_text(encoding="utf-8", errors="replace"))


def reason_among(text: str) -> str:
    """Return the last grave line of ``text``, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    grave = [line for line in lines if any(word in line for word in GRAVE)]
    return (grave or lines or ["it gave no reason"])[-1]
