"""The tape as automation asks for it: history and PostgreSQL behind automation's own port."""

from playhead.entrypoints.timeline.adapter import TapeTimeline

__all__ = ["TapeTimeline"]
