"""``{% book %}``, ``{% trades %}`` and ``{% candles %}``: the recorded past in a template."""

from collections.abc import Iterable
from typing import Any, ClassVar, TextIO

from liquid import RenderContext, Token, TokenStream
from liquid.ast import Node
from liquid.builtin.expressions import Identifier, parse_identifier, parse_primitive
from liquid.exceptions import LiquidSyntaxError
from liquid.expression import Expression
from liquid.tag import Tag
from liquid.token import TOKEN_AS, TOKEN_COLON, TOKEN_COMMA, TOKEN_EOF, TOKEN_TAG

from playhead.automation.skills.errors import TemplateFailed
from playhead.automation.skills.templates.market_views import (
    book_view,
    candle_view,
    market_unknown,
    trade_view,
)
from playhead.automation.skills.templates.nodes import room_of
from playhead.automation.skills.templates.room import Room
from playhead.automation.skills.templates.values import number_of, text_of
from playhead.automation.timeline import CandleInterval, MarketUnknown

USUAL_DEPTH = 10
MOST_DEPTH = 100
USUAL_MANY = 20
MOST_MANY = 500
LONGEST_TICKER = 200


class MarketNode(Node):
    """Looks at one market, and gives what it sees a name."""

    __slots__ = ("choices", "name", "ticker")

    def __init__(
        self, token: Token, ticker: Expression, choices: dict[str, Expression], name: Identifier
    ) -> None:
        super().__init__(token)
        self.ticker = ticker
        self.choices = choices
        self.name = name

    def __str__(self) -> str:
        return f"{{% {self.token.value} {self.ticker} as {self.name} %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Refuse: markets can only be asked and waited for."""
        raise TemplateFailed("markets cannot be looked at here")

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        """Ask, and give the answer its name."""
        ticker = text_of(await self.ticker.evaluate_async(context))
        if not ticker or len(ticker) > LONGEST_TICKER:
            raise TemplateFailed(f"{self.token.value} needs the ticker of a market")
        choices = {
            name: await choice.evaluate_async(context) for name, choice in self.choices.items()
        }
        seen = await self.see(room_of(context), ticker, **choices)
        context.assign(self.name, seen)
        return 0

    async def see(self, room: Room, ticker: str, **choices: Any) -> object:
        """Return what is asked for."""
        raise NotImplementedError

    def expressions(self) -> Iterable[Expression]:
        """Return what the tag computes, for analysis."""
        yield self.ticker
        yield from self.choices.values()

    def template_scope(self) -> Iterable[Identifier]:
        """Return the name that the tag gives."""
        yield self.name


class BookNode(MarketNode):
    """``{% book ticker, depth: 10 as b %}``."""

    __slots__ = ()

    async def see(self, room: Room, ticker: str, **choices: Any) -> object:
        """Return the book at the template's instant, or why it is not known."""
        depth = _count(choices.get("depth", USUAL_DEPTH), "depth", MOST_DEPTH)
        async with room.look() as timeline:
            try:
                book = await timeline.book(ticker, room.at)
            except MarketUnknown:
                return market_unknown(ticker)
        return book_view(book, depth)


class TradesNode(MarketNode):
    """``{% trades ticker, most: 20 as t %}``."""

    __slots__ = ()

    async def see(self, room: Room, ticker: str, **choices: Any) -> object:
        """Return the newest trades up to the template's instant, oldest first."""
        most = _count(choices.get("most", USUAL_MANY), "most", MOST_MANY)
        async with room.look() as timeline:
            try:
                trades = await timeline.trades(ticker, until=room.at, most=most)
            except MarketUnknown as error:
                raise TemplateFailed(error.message) from error
        return [trade_view(each) for each in trades]


class CandlesNode(MarketNode):
    """``{% candles ticker, interval: "1m", most: 60 as c %}``."""

    __slots__ = ()

    async def see(self, room: Room, ticker: str, **choices: Any) -> object:
        """Return the newest candles up to the template's instant, oldest first."""
        most = _count(choices.get("most", USUAL_MANY), "most", MOST_MANY)
        named = text_of(choices.get("interval", CandleInterval.MINUTE.value))
        if named not in {each.value for each in CandleInterval}:
            raise TemplateFailed(f"candles are of {', '.join(CandleInterval)}")
        interval = CandleInterval(named)
        async with room.look() as timeline:
            try:
                found = await timeline.candles(ticker, until=room.at, interval=interval, most=most)
            except MarketUnknown as error:
                raise TemplateFailed(error.message) from error
        return [candle_view(each) for each in found]


class MarketTag(Tag):
    """Reads ``{% word ticker, name: value as name %}``."""

    block = False
    node_class: ClassVar[type[MarketNode]]
    takes: ClassVar[frozenset[str]]

    def parse(self, stream: TokenStream) -> Node:
        """Return the node."""
        token = stream.eat(TOKEN_TAG)
        tokens = stream.into_inner(tag=token, eat=False)
        ticker = parse_primitive(self.env, tokens)
        choices: dict[str, Expression] = {}
        while tokens.current.kind == TOKEN_COMMA:
            next(tokens)
            word = next(tokens)
            if word.value not in self.takes:
                raise LiquidSyntaxError(
                    f"{self.name} takes {' and '.join(sorted(self.takes))}", token=word
                )
            tokens.eat(TOKEN_COLON)
            choices[word.value] = parse_primitive(self.env, tokens)
        tokens.eat(TOKEN_AS)
        name = parse_identifier(self.env, tokens, allow_trailing_question_mark=False)
        tokens.eat(TOKEN_EOF)
        return self.node_class(token, ticker, choices, name)


class BookTag(MarketTag):
    """``book``."""

    name = "book"
    node_class = BookNode
    takes = frozenset({"depth"})


class TradesTag(MarketTag):
    """``trades``."""

    name = "trades"
    node_class = TradesNode
    takes = frozenset({"most"})


class CandlesTag(MarketTag):
    """``candles``."""

    name = "candles"
    node_class = CandlesNode
    takes = frozenset({"interval", "most"})


def _count(value: object, name: str, most: int) -> int:
    number = number_of(value)
    if number != number.to_integral_value() or not 1 <= number <= most:
        raise TemplateFailed(f"{name} is a whole number of 1 to {most}")
    return int(number)
