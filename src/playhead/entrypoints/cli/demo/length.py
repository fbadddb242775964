"""Lengths of time as people type them."""

import re

import typer

_LENGTH = re.compile(r"(\d{1,6})(s|m|h)?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_length(text: str) -> int:
    """Return the seconds of ``30``, ``30s``, ``5m`` or ``2h``."""
    match = _LENGTH.fullmatch(text)
    if match is None or int(match.group(1)) == 0:
        raise typer.BadParameter(f"{text!r} is not a length of time such as 30s, 5m or 2h")
    return int(match.group(1)) * _SECONDS[match.group(2) or "s"]
