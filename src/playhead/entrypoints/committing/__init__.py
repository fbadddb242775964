"""A process that commits to the tape while the process that started it reads on.

Two threads would not do: one that commits needs the interpreter for a moment some twenty times a
batch, and beside one that never lets go of it waits up to 5 ms each time. docs/decisions/0030 has
the figures.

Over a pair of sockets go pickles, from us to us: a ``Beginning``, then ``Commit`` by ``Commit``.
Each is answered by what went wrong, or "". Whoever is left alone ends: the reader sees the end of
the stream, and so does the process that commits.
"""

from playhead.entrypoints.committing.process import CommitterGone, CommittingProcess

__all__ = ["CommitterGone", "CommittingProcess"]
