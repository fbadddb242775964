"""From the exchange's socket to a capture, for as long as it takes; needs no database."""

from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Capture, Connector, Markets
from playhead.history.recorder.recorder import Recorder

__all__ = [
    "Capture",
    "Cause",
    "Connector",
    "End",
    "Markets",
    "Recorder",
    "RecorderOptions",
]
