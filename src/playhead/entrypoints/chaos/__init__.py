"""A simulated exchange that goes wrong, recorded, and every book held against the true one."""

from playhead.entrypoints.chaos.comparing import Wrong
from playhead.entrypoints.chaos.judging import Judged
from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.options import ChaosOptions, InvalidChaos
from playhead.entrypoints.chaos.pace import HASTY, PRODUCTION, Pace
from playhead.entrypoints.chaos.report import NO_FAULT, ChaosReport, Line
from playhead.entrypoints.chaos.running import OnProgress, run_chaos

__all__ = [
    "HASTY",
    "NO_FAULT",
    "PRODUCTION",
    "ChaosOptions",
    "ChaosReport",
    "InvalidChaos",
    "Judged",
    "Kind",
    "Line",
    "OnProgress",
    "Pace",
    "Wrong",
    "run_chaos",
]
