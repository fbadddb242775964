"""How far one market has been followed. Pure but for what it remembers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from playhead.automation.timeline import BookChanged, BookClosed, BookOpened, Moment, Place
from playhead.base.time import Micros
from playhead.entrypoints.timeline.asides import Aside, woven
from playhead.history.tape import NO_TIME, BookPoint, Columns, Interval, running_max

_SIDES = ("yes", "no")


@dataclass(slots=True)
class Trail:
    """One market, the interval that tells it, and the last of it that was given.

    Attributes:
        received_at: Of the newest moment that was given.
        aside_from: Every trade received before this was given.
        given: Keys of the trades that were given of those received then or later, and when.
        stream: Capture, connection and subscription of the interval.
        is_new: Nothing was given yet; what stands before comes first.
        is_behind: It has to be read by itself before it can be read with others.
    """

    market_id: int
    ticker: str
    from_position: int | None
    position: int | None
    received_at: Micros
    exchange_at: Micros | None
    is_open: bool
    aside_from: Micros
    given: dict[str, Micros] = field(default_factory=dict)
    newest: set[str] = field(default_factory=set)
    """Keys of the trades received at ``received_at``."""
    stream: tuple[int, int, int] | None = None
    is_new: bool = True
    is_behind: bool = True

    @classmethod
    def at(cls, market_id: int, ticker: str, place: Place) -> "Trail":
        """Return a trail that goes on from ``place``."""
        is_start = place.from_position is None and not place.asides
        return cls(
            market_id=market_id,
            ticker=ticker,
            from_position=place.from_position,
            position=place.position,
            received_at=place.received_at,
            exchange_at=place.exchange_at,
            is_open=place.is_open,
            aside_from=Micros(place.received_at + is_start),
            given=dict.fromkeys(place.asides, place.received_at),
            newest=set(place.asides),
        )

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(
            from_position=self.from_position,
            position=self.position,
            received_at=self.received_at,
            exchange_at=self.exchange_at,
            is_open=self.is_open,
            asides=tuple(sorted(self.newest)),
        )

    def follow(self, interval: Interval, point: BookPoint, received_at: Micros) -> BookOpened:
        """Follow ``interval`` from ``point`` on."""
        self.from_position, self.position = interval.from_position, point.position
        self.stream = (interval.capture_id, interval.connection, interval.sid)
        self.is_open = True
        self._reach(received_at)
        self._told(point.exchange_at)
        levels = list(zip(point.levels.level.tolist(), point.levels.size.tolist(), strict=True))
        return BookOpened(
            ticker=self.ticker,
            position=point.position,
            received_at=received_at,
            exchange_at=point.exchange_at,
            yes=tuple((code >> 1, size) for code, size in levels if not code & 1),
            no=tuple((code >> 1, size) for code, size in levels if code & 1),
            from_position=interval.from_position,
        )

    def close(self, to_position: int, received_to: Micros | None, cause: str | None) -> BookClosed:
        """Note that the interval ended."""
        self.is_open, self.stream = False, None
        self._reach(self.received_at if received_to is None else received_to)
        return BookClosed(self.ticker, to_position, self.received_at, cause or "unknown")

    def changes(self, columns: Columns) -> list[BookChanged]:
        """Return events as moments, and remember the last one."""
        received = running_max(columns.received_at, self.received_at).tolist()
        rows = zip(
            columns.position.tolist(),
            received,
            columns.exchange_at.tolist(),
            columns.level.tolist(),
            columns.change.tolist(),
            strict=True,
        )
        return [self.change(*row) for row in rows]

    def change(
        self, position: int, received_at: int | None, exchange_at: int | None, code: int, delta: int
    ) -> BookChanged:
        """Return an event as a moment, and remember it."""
        told = None if exchange_at is None or exchange_at == NO_TIME else Micros(exchange_at)
        if received_at is not None and received_at > self.received_at:
            self._reach(Micros(received_at))
        self._told(told)
        self.position = position
        return BookChanged(
            self.ticker,
            position,
            self.received_at,
            told,
            "no" if code & 1 else "yes",
            code >> 1,
            delta,
        )

    def weave(
        self, events: Sequence[Moment], asides: Iterable[Aside], upto: Micros
    ) -> list[Moment]:
        """Return both in order; no aside received before ``upto`` will come later."""
        moments = []
        for moment, key in woven(events, [each for each in asides if self._is_news(each)]):
            moments.append(moment)
            if key is not None:
                self._reach(moment.received_at)
                self.given[key] = moment.received_at
                if moment.received_at == self.received_at:
                    self.newest.add(key)
        if upto > self.aside_from:
            self.aside_from = upto
            self.given = {key: at for key, at in self.given.items() if at >= upto}
        return moments

    def _is_news(self, aside: Aside) -> bool:
        return aside.received_at >= self.aside_from and aside.key not in self.given

    def _reach(self, at: Micros) -> None:
        if at > self.received_at:
            self.received_at = at
            self.newest.clear()

    def _told(self, exchange_at: Micros | None) -> None:
        if exchange_at is not None and (self.exchange_at is None or exchange_at > self.exchange_at):
            self.exchange_at = exchange_at
