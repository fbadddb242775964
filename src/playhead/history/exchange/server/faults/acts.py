"""What a fault does to the frames of one subscription, each in the order in which they leave."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple, Protocol

from playhead.history.books import Size, format_size, parse_size
from playhead.history.exchange.server.faults.frame import Frame
from playhead.history.exchange.server.subscription import Subscription

LARGE = 2**20

Wanted = Callable[[Frame], bool]


class Outcome(NamedTuple):
    """What is sent instead of a frame, which frames were touched, whether the fault has acted."""

    sent: tuple[str, ...]
    touched: tuple[Frame, ...] = ()
    is_over: bool = True


class Act(Protocol):
    """A fault that acts on frames. ``spoils``: who misses what it touched has a wrong book."""

    spoils: ClassVar[bool]

    def meet(self, frame: Frame) -> Outcome | None:
        """Return what becomes of a frame; None if it is not meant."""
        ...


class Drop:
    """Frames are lost, and their numbers with them."""

    spoils: ClassVar[bool] = True

    def __init__(self, wanted: Wanted, k: int) -> None:
        self._wanted = wanted
        self._left = k

    def meet(self, frame: Frame) -> Outcome | None:
        """Lose it."""
        if not self._wanted(frame):
            return None
        self._left -= 1
        return Outcome((), (frame,), is_over=self._left == 0)


class Duplicate:
    """A frame comes twice."""

    spoils: ClassVar[bool] = False

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def meet(self, frame: Frame) -> Outcome | None:
        """Send it twice."""
        return Outcome((frame.text, frame.text), (frame,)) if self._wanted(frame) else None


class Swap:
    """Two neighbours change places. Who ends the connection between them never sees the first."""

    spoils: ClassVar[bool] = False

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._held: Frame | None = None

    def meet(self, frame: Frame) -> Outcome | None:
        """Hold it until its neighbour has gone."""
        held, self._held = self._held, None
        if held is not None and self._wanted(frame):
            return Outcome((frame.text, held.text), (held, frame))
        if held is not None:
            return Outcome((held.text, frame.text), is_over=False)
        if not self._wanted(frame):
            return None
        self._held = frame
        return Outcome((), is_over=False)


class Cut:
    """A frame is torn in the middle."""

    spoils: ClassVar[bool] = True

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def meet(self, frame: Frame) -> Outcome | None:
        """Send its first half."""
        half = frame.text[: len(frame.text) // 2]
        return Outcome((half,), (frame,)) if self._wanted(frame) else None


class LoseSilently:
    """A change is lost, and the next one gets its number."""

    spoils: ClassVar[bool] = True

    def __init__(self, wanted: Wanted, subscription: Subscription) -> None:
        self._wanted = wanted
        self._subscription = subscription

    def meet(self, frame: Frame) -> Outcome | None:
        """Lose it and take its number back."""
        if not self._wanted(frame):
            return None
        self._subscription.seq -= 1
        return Outcome((), (frame,))


class AlterSize:
    """A change arrives with another size."""

    spoils: ClassVar[bool] = True

    def __init__(self, wanted: Wanted, by: Size) -> None:
        self._wanted = wanted
        self._by = by

    def meet(self, frame: Frame) -> Outcome | None:
        """Send it with a size that is neither its own nor nothing."""
        if not self._wanted(frame):
            return None
        size = parse_size(str(frame.msg["delta_fp"])) + self._by
        told = format_size(Size(size or self._by))
        return Outcome((frame.with_fields(msg=frame.msg | {"delta_fp": told}),), (frame,))


class LargeOk:
    """An ``ok`` is larger than many a client takes."""

    spoils: ClassVar[bool] = False

    def meet(self, frame: Frame) -> Outcome | None:
        """Pad it."""
        if frame.kind != "ok":
            return None
        return Outcome((frame.with_fields(padding="x" * LARGE),), (frame,))


class Freeze:
    """Nothing comes any more, though numbers go on."""

    spoils: ClassVar[bool] = True

    def meet(self, frame: Frame) -> Outcome:
        """Swallow it."""
        return Outcome((), is_over=False)
