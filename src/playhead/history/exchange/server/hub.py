"""Who listens to what, and the fan-out of what happens. A body is written once for all."""

from collections import defaultdict
from collections.abc import Iterable

from playhead.history.exchange.server.bodies import (
    delta_body,
    event_body,
    lifecycle_body,
    ticker_body,
    trade_body,
)
from playhead.history.exchange.server.subscription import Channel, Subscription
from playhead.history.exchange.simulated import (
    BookChanged,
    EventCreated,
    Happening,
    LifecycleChanged,
    Quoted,
    Simulation,
    Traded,
)

_Listeners = dict[Subscription, None]
_QUEUEING_MS = 2
_NOBODY: _Listeners = {}


class Hub:
    """Knows every live subscription by channel and market."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._of_market: dict[tuple[Channel, str], _Listeners] = defaultdict(dict)
        self._of_channel: dict[Channel, _Listeners] = defaultdict(dict)

    def listen(self, subscription: Subscription, ticker: str) -> None:
        """Publish a market to the subscription from now on."""
        self._of_market[subscription.channel, ticker][subscription] = None

    def listen_to_all(self, subscription: Subscription) -> None:
        """Publish every market to the subscription from now on."""
        self._of_channel[subscription.channel][subscription] = None

    def reaches(self, subscription: Subscription, ticker: str) -> bool:
        """Return whether the market is published to the subscription by its name."""
        return subscription in self._of_market.get((subscription.channel, ticker), _NOBODY)

    def forget(self, subscription: Subscription, tickers: Iterable[str]) -> None:
        """Publish these markets to the subscription no more."""
        for ticker in tickers:
            listeners = self._of_market.get((subscription.channel, ticker), _NOBODY)
            listeners.pop(subscription, None)
            if not listeners:
                self._of_market.pop((subscription.channel, ticker), None)

    def end(self, subscription: Subscription) -> None:
        """Publish nothing to the subscription any more."""
        subscription.is_over = True
        self.forget(subscription, tuple(subscription.tickers or ()))
        self._of_channel[subscription.channel].pop(subscription, None)

    def publish(self, happenings: Iterable[Happening]) -> None:
        """Deliver what happened, in order, to everybody who listens."""
        for happening in happenings:
            match happening:
                case BookChanged():
                    self._publish_change(happening)
                case Traded():
                    self._publish_trade(happening)
                case Quoted():
                    self._publish_quote(happening)
                case LifecycleChanged():
                    body = lifecycle_body(happening)
                    self._to_all(Channel.LIFECYCLE, Channel.LIFECYCLE, body, happening.at)
                case EventCreated():
                    body = event_body(happening.event)
                    self._to_all(Channel.LIFECYCLE, "event_lifecycle", body, happening.at)
                    self._to_all(Channel.COMBO_LIFECYCLE, "event_lifecycle", body, happening.at)

    def _publish_change(self, change: BookChanged) -> None:
        listeners = self._of_market.get((Channel.BOOK, change.ticker))
        if not listeners:
            return
        market_id, sent_ms = self._id_of(change.ticker), change.at // 1000 + _QUEUEING_MS
        bodies: dict[bool, str] = {}
        for subscription in tuple(listeners):
            mirrored = subscription.use_yes_price
            if mirrored not in bodies:
                bodies[mirrored] = delta_body(change, market_id, use_yes_price=mirrored)
            subscription.recipient.deliver(
                subscription, "orderbook_delta", bodies[mirrored], sent_ms
            )

    def _publish_trade(self, trade: Traded) -> None:
        listeners = self._listeners(Channel.TRADE, trade.ticker)
        if listeners:
            self._deliver(listeners, "trade", trade_body(trade), trade.at)

    def _publish_quote(self, quoted: Quoted) -> None:
        listeners = self._listeners(Channel.TICKER, quoted.ticker)
        if listeners:
            body = ticker_body(quoted, self._id_of(quoted.ticker))
            self._deliver(listeners, "ticker", body, quoted.at)

    def _to_all(self, channel: Channel, kind: str, body: str, at: int) -> None:
        self._deliver(tuple(self._of_channel.get(channel, _NOBODY)), kind, body, at)

    def _listeners(self, channel: Channel, ticker: str) -> tuple[Subscription, ...]:
        own = self._of_market.get((channel, ticker), _NOBODY)
        return (*self._of_channel.get(channel, _NOBODY), *own)

    def _deliver(self, listeners: tuple[Subscription, ...], kind: str, body: str, at: int) -> None:
        for subscription in listeners:
            subscription.recipient.deliver(subscription, kind, body, at // 1000 + _QUEUEING_MS)

    def _id_of(self, ticker: str) -> str:
        market = self._simulation.market(ticker)
        assert market is not None
        return market.listing.market_id
