"""Notices to people: what the automation has done to something of theirs by itself."""

from playhead.automation.notices.model import Pause
from playhead.automation.notices.notices import Notices

__all__ = ["Notices", "Pause"]
