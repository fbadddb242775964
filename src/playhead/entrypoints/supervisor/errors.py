"""Why Playhead does not start."""

from playhead.base.errors import Conflict, Forbidden, LimitReached


class AlreadyRunning(Conflict):
    """Another Playhead works in the same folder."""

    code = "home.in_use"


class HomeUnusable(Forbidden):
    """The state folder cannot be made or written."""

    code = "home.unusable"


class DiskFull(LimitReached):
    """The disk that holds the state folder has too little room."""

    code = "home.disk_full"
