"""Captures to tape: the sequence is checked, books are kept, what is known is stated."""

from playhead.history.ingest.committing import Commit
from playhead.history.ingest.core import Ingest
from playhead.history.ingest.draft import POSITION_BITS
from playhead.history.ingest.errors import IngestOvertaken
from playhead.history.ingest.follow import Follower
from playhead.history.ingest.limits import Limits
from playhead.history.ingest.registry import MarketRegistry
from playhead.history.ingest.repository import IngestStore

__all__ = [
    "POSITION_BITS",
    "Commit",
    "Follower",
    "Ingest",
    "IngestOvertaken",
    "IngestStore",
    "Limits",
    "MarketRegistry",
]
