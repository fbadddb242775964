"""Every fault of the exchange in one place."""

from playhead.history.exchange.server.faults.made_up import MadeUpFaults
from playhead.history.exchange.server.faults.on_frames import FrameFaults
from playhead.history.exchange.server.faults.on_streams import StreamFaults
from playhead.history.exchange.server.faults.on_venue import VenueFaults


class Faults(FrameFaults, MadeUpFaults, StreamFaults, VenueFaults):
    """What can go wrong, a method for each ``FaultKind``; the same calls give the same faults.

    What acts at once returns its record; what waits for a frame returns what it waits as.
    """
