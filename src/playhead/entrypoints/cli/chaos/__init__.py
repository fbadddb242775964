"""``playhead chaos``: everything goes wrong on purpose, and the tape is held against the truth."""

from playhead.entrypoints.cli.chaos.command import run_faults

__all__ = ["run_faults"]
