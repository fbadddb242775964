"""What the tape has to explain an unknown stretch with."""

from playhead.history.coverage.context.repository import Stories

__all__ = ["Stories"]
