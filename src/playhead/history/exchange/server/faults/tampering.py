"""What is done to the frames of one connection."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from playhead.base.time import Micros
from playhead.history.exchange.server.faults.acts import Act, Freeze
from playhead.history.exchange.server.faults.frame import Frame
from playhead.history.exchange.server.faults.record import Injected, Pending
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.simulated import Simulation


@dataclass(slots=True)
class _Waiting:
    act: Act
    told: Pending | None


class Tampering:
    """The faults that wait for frames of a session, or swallow them; one at a time on each sid.

    It comes between the session and its client only while there is such a fault.
    """

    def __init__(self, session: Session, simulation: Simulation, log: list[Injected]) -> None:
        self._session = session
        self._simulation = simulation
        self._log = log
        self._queues: dict[int, deque[_Waiting]] = {}
        self._swallows_all = False
        self._lets_through = False

    @property
    def pending(self) -> list[Pending]:
        """What waits still, and may yet act."""
        return [
            one.told
            for sid, queue in self._queues.items()
            for one in queue
            if one.told is not None
            and sid in self._session.subscriptions
            and not self.is_silent(sid)
        ]

    def add(self, pending: Pending, act: Act) -> None:
        """Let a fault act on the next frames of its subscription that it is meant for."""
        queue = self._queues.setdefault(pending.sid, deque())
        queue.append(_Waiting(act, pending))
        self._session.tampering = self

    def freeze(self, sid: int) -> None:
        """Swallow every frame of ``sid`` from now on."""
        self._queues[sid] = deque([_Waiting(Freeze(), None)])
        self._session.tampering = self

    def swallow_all(self) -> None:
        """Swallow every frame from now on."""
        self._swallows_all = True
        self._session.tampering = self

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Let what waits meet no frame that is sent inside the context."""
        self._lets_through = True
        try:
            yield
        finally:
            self._lets_through = False

    def instead_of(self, sid: int | None, frame: str) -> Iterable[str]:
        """Return what is sent in place of a frame of ``sid``."""
        if self._swallows_all:
            return ()
        if self._lets_through:
            return (frame,)
        queue = None if sid is None else self._queues.get(sid)
        return self._sent(queue, Frame(frame)) if queue else (frame,)

    def is_silent(self, sid: int) -> bool:
        """Return whether every frame of ``sid`` is swallowed."""
        queue = self._queues.get(sid)
        return self._swallows_all or (queue is not None and queue[0].told is None)

    def _sent(self, queue: deque[_Waiting], frame: Frame) -> Iterable[str]:
        first = queue[0]
        outcome = first.act.meet(frame)
        if outcome is None:
            return (frame.text,)
        for touched in outcome.touched:
            self._note(first, touched)
        if outcome.is_over:
            queue.popleft()
            self._step_aside()
        return outcome.sent

    def _step_aside(self) -> None:
        self._queues = {sid: queue for sid, queue in self._queues.items() if queue}
        if not self._queues:
            self._session.tampering = None

    def _note(self, waiting: _Waiting, frame: Frame) -> None:
        pending = waiting.told
        assert pending is not None
        tickers = () if frame.ticker is None else (frame.ticker,)
        loses = waiting.act.spoils and frame.is_book
        earlier = pending.injected
        if earlier is None:
            at = frame.changed_at or self._simulation.now
            pending.injected = _first(pending, at, tickers, loses=loses)
            self._log.append(pending.injected)
            return
        pending.injected = replace(
            earlier,
            tickers=tuple(dict.fromkeys(earlier.tickers + tickers)),
            loses=earlier.loses or loses,
        )
        self._log[self._log.index(earlier)] = pending.injected


def _first(pending: Pending, at: Micros, tickers: tuple[str, ...], *, loses: bool) -> Injected:
    return Injected(pending.kind, at, pending.connection, pending.sid, tickers, loses=loses)
