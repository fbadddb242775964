"""A simulated exchange that goes wrong, recorded, and every book held against the true one."""

from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.options import ChaosOptions
from playhead.entrypoints.chaos.report import ChaosReport, Line
from playhead.entrypoints.chaos.running import run_chaos

__all__ = ["ChaosOptions", "ChaosReport", "Kind", "Line", "run_chaos"]
