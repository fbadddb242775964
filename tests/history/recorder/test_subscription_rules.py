"""Whatever happens on the way, in the end the exchange holds what is wanted, and only that."""

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from playhead.history.kalshi import Acknowledged, BookSnapshot, ErrorReply, Message, Subscribed
from playhead.history.recorder.subscription import BookSubscription
from tests.history.recorder.builders import subscription

Step = tuple[str, Any]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.sampled_from("ABCDEF")),
        st.tuples(st.just("unwant"), st.sampled_from("ABCDEF")),
        st.tuples(st.just("heal"), st.none()),
        st.tuples(st.just("miss"), st.sampled_from("ABCDEF")),
        st.tuples(st.just("lose"), st.none()),
        st.tuples(st.just("say"), st.none()),
        st.tuples(st.just("answer"), st.integers(1, 3)),
        st.tuples(st.just("refuse"), st.sampled_from([7, 13, 18, 27])),
        st.tuples(st.just("end"), st.sampled_from([10, 25])),
    ),
    max_size=40,
)


FIRST: list[Step] = [("want", "A"), ("want", "F")]
LOST_FIRST: list[Step] = [("want", "A"), ("lose", None), ("say", None)]
MUTE = "F"
"""A market of which the exchange never sends a book."""


class Model:
    """An exchange that obeys in order, when it is let to, and the one who talks to it.

    A frame that is lost is noticed by the next one, if it bore a number. A connection that is given
    up is replaced.
    """

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.holds: set[str] = set()
        self.sid = 0
        self.is_live = False
        self.now = 0.0
        self.commands: list[dict[str, Any]] = []
        self._connect()

    def _connect(self) -> None:
        self._lose()
        self.is_losing = self.has_lost = False
        self.books: BookSubscription = subscription(command_seconds=100, commands_in_flight=3)
        self.books.want(sorted(self.wanted))

    def step(self, step: Step) -> None:
        name, argument = step
        getattr(self, name)(argument)

    def want(self, ticker: str) -> None:
        if ticker not in self.wanted:
            self.wanted.add(ticker)
            self.books.want([ticker])

    def unwant(self, ticker: str) -> None:
        if ticker in self.wanted:
            self.wanted.remove(ticker)
            self.books.unwant([ticker])

    def heal(self, _: None) -> None:
        self.books.heal_all()

    def miss(self, ticker: str) -> None:
        self.books.heal([ticker], self.now)

    def lose(self, _: None) -> None:
        self.is_losing = True

    def say(self, _: None) -> None:
        self.now += 31
        self.books.check(self.now)
        if self.books.fault:
            self._connect()
        self.commands += [msgspec.json.decode(text) for text in self.books.say(self.now)]

    def answer(self, count: int) -> None:
        for command in self.commands[:count]:
            self._obey(command)
        del self.commands[:count]

    def refuse(self, code: int) -> None:
        if self.commands and (code != 13 or self._action(0) == "get_snapshot"):
            refused = self.commands.pop(0)
            if code == 7:
                self._lose()
            self._hear(ErrorReply(id=refused["id"], code=code))

    def end(self, code: int) -> None:
        if self.books.sid is not None:
            ended = self.books.sid
            self._lose()
            self._hear(ErrorReply(sid=ended, seq=1, code=code))

    def _lose(self) -> None:
        self.is_live = False
        self.holds.clear()
        self.commands.clear()

    def _action(self, index: int) -> str:
        command = self.commands[index]
        return str(command["params"].get("action", "subscribe"))

    def _obey(self, command: dict[str, Any]) -> None:
        params, tickers = command["params"], command["params"]["market_tickers"]
        if "action" in params and (not self.is_live or params["sids"] != [self.sid]):
            self._hear(ErrorReply(id=command["id"], code=7))
            return
        match params.get("action", "subscribe"):
            case "subscribe":
                self.sid += 1
                self.is_live = True
                self.holds.update(tickers)
                self._hear(Subscribed(id=command["id"], sid=self.sid, channel="orderbook_delta"))
                self._show(tickers, None)
            case "get_snapshot":
                self._show(tickers, command["id"])
            case "add_markets":
                new = [ticker for ticker in tickers if ticker not in self.holds]
                self.holds.update(tickers)
                self._hear(Acknowledged(id=command["id"], sid=self.sid))
                self._show(new, None)
            case _:
                self.holds.difference_update(tickers)
                self._hear(Acknowledged(id=command["id"], sid=self.sid))

    def _show(self, tickers: list[str], command_id: int | None) -> None:
        for ticker in tickers:
            if ticker != MUTE:
                snapshot = BookSnapshot(id=command_id, sid=self.sid, market_ticker=ticker)
                self._hear(snapshot)

    def _hear(self, message: Message) -> None:
        if self.is_losing:
            self.is_losing = False
            self.has_lost = not isinstance(message, Subscribed)
            return
        if self.has_lost:
            self.has_lost = False
            self.books.heal_all()
        self.books.hear(message, self.now)


@given(STEPS)
@example([("want", "A"), ("say", None), ("unwant", "A"), ("refuse", 7)])
@example([*FIRST, ("say", None), ("unwant", "F"), ("answer", 1), ("lose", None)])
@example([*LOST_FIRST, ("unwant", "A"), ("answer", 1), ("lose", None), ("end", 10)])
@example([*LOST_FIRST, ("unwant", "A"), ("answer", 1), ("say", None), ("end", 10)])
def test_in_the_end_the_exchange_holds_what_is_wanted(steps: list[Step]) -> None:
    model = Model()
    for step in steps:
        model.step(step)
    for _ in range(60):
        model.say(None)
        model.answer(100)

    assert model.holds == model.wanted
    assert set(model.books.held) == model.wanted
    assert model.books.fault is None
