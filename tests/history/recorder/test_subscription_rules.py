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
        st.tuples(st.just("say"), st.none()),
        st.tuples(st.just("answer"), st.integers(1, 3)),
        st.tuples(st.just("refuse"), st.sampled_from([7, 13, 18, 27])),
        st.tuples(st.just("end"), st.sampled_from([10, 25])),
    ),
    max_size=40,
)


class Model:
    """An exchange that obeys in order, when it is let to, and the one who talks to it."""

    def __init__(self) -> None:
        self.books: BookSubscription = subscription(command_seconds=1e9)
        self.wanted: set[str] = set()
        self.holds: set[str] = set()
        self.sid = 0
        self.now = 0.0
        self.commands: list[dict[str, Any]] = []

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
        self.books.heal()

    def say(self, _: None) -> None:
        self.now += 31
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
        self.holds.clear()
        self.commands.clear()

    def _action(self, index: int) -> str:
        command = self.commands[index]
        return str(command["params"].get("action", "subscribe"))

    def _obey(self, command: dict[str, Any]) -> None:
        params, tickers = command["params"], command["params"]["market_tickers"]
        match params.get("action", "subscribe"):
            case "subscribe":
                self.sid += 1
                self.holds.update(tickers)
                self._hear(Subscribed(id=command["id"], sid=self.sid, channel="orderbook_delta"))
            case "get_snapshot":
                for ticker in tickers:
                    self._hear(BookSnapshot(id=command["id"], sid=self.sid, market_ticker=ticker))
            case "add_markets":
                self.holds.update(tickers)
                self._hear(Acknowledged(id=command["id"], sid=self.sid))
            case _:
                self.holds.difference_update(tickers)
                self._hear(Acknowledged(id=command["id"], sid=self.sid))

    def _hear(self, message: Message) -> None:
        self.books.hear(message, self.now)


@given(STEPS)
@example([("want", "A"), ("say", None), ("unwant", "A"), ("refuse", 7)])
def test_in_the_end_the_exchange_holds_what_is_wanted(steps: list[Step]) -> None:
    model = Model()
    for step in steps:
        model.step(step)
    for _ in range(30):
        model.say(None)
        model.answer(100)

    assert model.holds == model.wanted
    assert model.books.held == len(model.wanted)
    assert model.books.fault is None
