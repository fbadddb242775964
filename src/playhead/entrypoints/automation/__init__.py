"""Automation, put together: its endpoints for the API, its jobs and loops for workers."""

from playhead.entrypoints.automation.engine import Engine
from playhead.entrypoints.automation.parts import Automation

__all__ = ["Automation", "Engine"]
