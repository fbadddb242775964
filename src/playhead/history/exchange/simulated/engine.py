"""One market's matching engine: price, then time; a YES and a NO bid meet at a dollar."""

from dataclasses import dataclass

from msgspec import Struct

from playhead.history.books import DOLLAR, Book, Change, Price, Side, Size


class Fill(Struct, frozen=True, gc=False):
    """``size`` contracts matched at the resting order's price, seen from YES."""

    maker: int
    taker_side: Side
    yes_price: Price
    size: Size


Effect = Change | Fill


@dataclass(slots=True)
class Order:
    """A resting bid; ``remaining`` shrinks as it is filled."""

    number: int
    side: Side
    price: Price
    remaining: Size


class Ladder:
    """The bids of one side: a queue of orders at every price."""

    def __init__(self) -> None:
        self.totals: dict[Price, Size] = {}
        self.best: Price | None = None
        self._queues: dict[Price, dict[int, Order]] = {}

    def add(self, order: Order) -> None:
        """Put ``order`` last in the queue at its price."""
        queue = self._queues.setdefault(order.price, {})
        queue[order.number] = order
        self.totals[order.price] = Size(self.totals.get(order.price, 0) + order.remaining)
        if self.best is None or order.price > self.best:
            self.best = order.price

    def first(self) -> Order:
        """Return the oldest order at the best price."""
        assert self.best is not None
        return next(iter(self._queues[self.best].values()))

    def reduce(self, order: Order, size: Size) -> None:
        """Take ``size`` from ``order``; an order with nothing left goes, and so does its level."""
        order.remaining = Size(order.remaining - size)
        total = self.totals[order.price] - size
        if order.remaining == 0:
            del self._queues[order.price][order.number]
        if total:
            self.totals[order.price] = Size(total)
            return
        del self.totals[order.price], self._queues[order.price]
        if order.price == self.best:
            self.best = max(self.totals, default=None)


class MatchingEngine:
    """Takes orders and cancellations; says what changed in the book and what was matched.

    Effects come in an order in which the book is never crossed: a taker's matches first, what is
    left of it last.
    """

    def __init__(self) -> None:
        self._ladders = (Ladder(), Ladder())
        self._orders: dict[int, Order] = {}
        self._last_number = 0

    @property
    def next_number(self) -> int:
        """The number that the next order placed will get."""
        return self._last_number + 1

    def place(self, side: Side, price: Price, size: Size) -> list[Effect]:
        """Match a new bid against the other side, then let what is left of it rest.

        Args:
            side: What is bid for; the price is that side's own.
            price: Micro-dollars, strictly between zero and a dollar.
            size: Hundredths of a contract, above zero.
        """
        self._last_number += 1
        effects: list[Effect] = []
        left = self._match(side, price, size, effects)
        if left > 0:
            order = Order(self._last_number, side, price, left)
            self._orders[order.number] = order
            self._ladders[side].add(order)
            effects.append(Change(side, price, left))
        return effects

    def _match(self, side: Side, price: Price, size: Size, effects: list[Effect]) -> Size:
        other = self._ladders[1 - side]
        while size > 0 and other.best is not None and price + other.best >= DOLLAR:
            maker = other.first()
            matched = min(size, maker.remaining)
            effects.append(Change(maker.side, maker.price, Size(-matched)))
            effects.append(Fill(maker.number, side, _yes_price(maker), matched))
            self._take_off(maker, matched)
            size = Size(size - matched)
        return size

    def cancel(self, number: int) -> list[Effect]:
        """Take the order off the book; nothing happens if it rests no more."""
        order = self._orders.get(number)
        if order is None:
            return []
        size = order.remaining
        self._take_off(order, size)
        return [Change(order.side, order.price, Size(-size))]

    def cancel_all(self) -> list[Effect]:
        """Take every order off the book, oldest first."""
        return [effect for number in tuple(self._orders) for effect in self.cancel(number)]

    def order(self, number: int) -> Order | None:
        """Return the order while it rests."""
        return self._orders.get(number)

    def orders(self) -> tuple[Order, ...]:
        """Return what rests, oldest first."""
        return tuple(self._orders.values())

    def best(self, side: Side) -> Price | None:
        """Return the highest bid of a side, in its own price."""
        return self._ladders[side].best

    def size_at_best(self, side: Side) -> Size:
        """Return what rests at the highest bid; zero if nothing does."""
        ladder = self._ladders[side]
        return Size(0) if ladder.best is None else ladder.totals[ladder.best]

    def first_in_line(self, side: Side) -> Order:
        """Return the order that the next taker would meet on ``side``, which must not be empty."""
        return self._ladders[side].first()

    def levels(self, side: Side) -> dict[Price, Size]:
        """Return the live totals of a side by price; not a copy, so read it at once."""
        return self._ladders[side].totals

    def book(self) -> Book:
        """Return a copy of what rests."""
        yes, no = self._ladders
        return Book(yes=dict(yes.totals), no=dict(no.totals))

    def _take_off(self, order: Order, size: Size) -> None:
        self._ladders[order.side].reduce(order, size)
        if order.remaining == 0:
            del self._orders[order.number]


def _yes_price(maker: Order) -> Price:
    return maker.price if maker.side is Side.YES else Price(DOLLAR - maker.price)
