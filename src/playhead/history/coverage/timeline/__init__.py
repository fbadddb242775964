"""What is known of one market over an interval, and why the rest is not."""

from playhead.history.coverage.timeline.model import Part, Timeline
from playhead.history.coverage.timeline.reader import Timelines

__all__ = ["Part", "Timeline", "Timelines"]
