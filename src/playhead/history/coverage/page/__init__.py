"""The page of record: how much is proven now, for people, without a script."""

from playhead.history.coverage.page.model import Recorder, Standing
from playhead.history.coverage.page.repository import Recorders
from playhead.history.coverage.page.status import StatusPage

__all__ = ["Recorder", "Recorders", "Standing", "StatusPage"]
