"""What can go wrong with an embedded server."""

from playhead.base.errors import Unavailable


class ServerFailed(Unavailable):
    """An embedded server could not be installed or started, or ended when it should not."""

    code = "embedded.failed"
