"""From the exchange's socket to a capture, for as long as it takes; needs no database."""

from playhead.history.recorder.asking import rest_client
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Capture, Connector, Rest
from playhead.history.recorder.recorder import Recorder
from playhead.history.recorder.shards import accepts_shard, shard_of

__all__ = [
    "Capture",
    "Cause",
    "Connector",
    "End",
    "Recorder",
    "RecorderOptions",
    "Rest",
    "accepts_shard",
    "rest_client",
    "shard_of",
]
