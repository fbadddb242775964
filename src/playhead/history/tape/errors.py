"""What can be wrong with the tape."""

from playhead.base.errors import Unavailable


class CorruptSegment(Unavailable):
    """A segment on disk is not what was written. It can be made anew from the captures."""

    code = "tape.corrupt_segment"
