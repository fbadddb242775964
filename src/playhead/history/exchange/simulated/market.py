"""One market as it is traded: its listing, its engine, its crowd and its totals."""

from dataclasses import replace
from random import Random

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import DOLLAR, Book, Change, Price, Side, Size
from playhead.history.exchange.simulated.engine import Effect, Fill, MatchingEngine
from playhead.history.exchange.simulated.flow import OrderFlow, draw_temper
from playhead.history.exchange.simulated.happenings import BookChanged, Happening, Quote, Traded
from playhead.history.exchange.simulated.identity import dice_of, uuid_of
from playhead.history.exchange.simulated.listing import Listing, Status
from playhead.history.exchange.simulated.sizes import Sizes

BUSY_WEIGHT = 4.0
QUOTE_INTERVAL = Micros(MICROS_PER_SECOND)
_NEVER_TRADED_SHARE = 0.4


class Market:
    """A listing with a live book.

    The crowd is drawn from the seed and the ticker alone, the first time that somebody looks, so
    that a market nobody asks for costs nothing.

    Args:
        weight: Its share of all activity, against that of the others.
        fair: What the crowd thinks a YES is worth at first.
        was_trading: Whether it traded before the simulation began: its book is full at once.
    """

    def __init__(
        self, listing: Listing, *, seed: int, weight: float, fair: Price, was_trading: bool
    ) -> None:
        self.listing = listing
        self.weight = weight
        self.deltas = 0
        self.last_price = Price(0)
        self.last_size = Size(0)
        self.volume = Size(0)
        self.quoted_at: Micros | None = None
        self.quote_is_due = False
        self.last_quote: Quote | None = None
        self._seed = seed
        self._fair = fair
        self._was_trading = was_trading
        self._engine: MatchingEngine | None = None
        self._flow: OrderFlow | None = None

    @property
    def ticker(self) -> str:
        """Its ticker."""
        return self.listing.ticker

    @property
    def engine(self) -> MatchingEngine:
        """The matching engine, its crowd awake."""
        if self._engine is None:
            self._wake()
        assert self._engine is not None
        return self._engine

    def change(self, at: Micros, **changes: object) -> Listing:
        """Replace fields of the listing and return it."""
        self.listing = replace(self.listing, updated_at=at, **changes)  # type: ignore[arg-type]
        return self.listing

    def act(self) -> list[Effect]:
        """Let the crowd do one thing."""
        if self._flow is None:
            self._wake()
        assert self._flow is not None
        return self._flow.act(self.listing.grid)

    def book(self) -> Book:
        """Return a copy of the book."""
        return self.engine.book()

    def quote(self) -> Quote:
        """Return the top of the book and the totals."""
        engine = self.engine
        no_bid = engine.best(Side.NO)
        return Quote(
            last_price=self.last_price,
            yes_bid=engine.best(Side.YES) or Price(0),
            yes_ask=DOLLAR if no_bid is None else Price(DOLLAR - no_bid),
            yes_bid_size=engine.size_at_best(Side.YES),
            yes_ask_size=engine.size_at_best(Side.NO),
            last_size=self.last_size,
            volume=self.volume,
            open_interest=self.volume,  # every match pairs a YES with a NO: a new contract
        )

    def told(self, at: Micros, effects: list[Effect], first_trade: int) -> list[Happening]:
        """Return what the world hears of ``effects``; trades are numbered from ``first_trade``."""
        happenings: list[Happening] = []
        for effect in effects:
            if isinstance(effect, Change):
                self.deltas += 1
                happenings.append(
                    BookChanged(at, self.ticker, effect.side, effect.price, effect.size)
                )
            else:
                happenings.append(self._traded(at, effect, first_trade))
                first_trade += 1
        return happenings

    def _traded(self, at: Micros, fill: Fill, number: int) -> Traded:
        self.last_price, self.last_size = fill.yes_price, fill.size
        self.volume = Size(self.volume + fill.size)
        trade_id = uuid_of(self._seed, "trade", number)
        return Traded(at, self.ticker, number, trade_id, fill.taker_side, fill.yes_price, fill.size)

    def _wake(self) -> None:
        random = dice_of(self._seed, self.ticker)
        temper = draw_temper(random, is_busy=self.weight >= BUSY_WEIGHT)
        share = random.uniform(0.07, 0.17) if self.listing.is_fractional else 0.0
        self._engine = MatchingEngine()
        self._flow = OrderFlow(
            random, self._engine, temper, Sizes(random, fractional_share=share), self._fair
        )
        if self._was_trading and self.listing.status is not Status.INITIALIZED:
            self._flow.seed(self.listing.grid)
            self._remember_trades(random)

    def _remember_trades(self, random: Random) -> None:
        if random.random() < _NEVER_TRADED_SHARE:
            return
        self.last_price = self.listing.grid.nearest(self._fair)
        self.last_size = Size(random.randint(1, 250) * 100)
        self.volume = Size(int(self.weight * random.randint(50, 5_000)) * 100 + self.last_size)
