"""What each command of a client does. No clock, no socket."""

from collections.abc import Iterator

from playhead.history.exchange.server.commands import (
    Command,
    Params,
    Refusal,
    Refused,
    read_command,
)
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.subscription import BY_MARKET, Channel, Subscription
from playhead.history.exchange.simulated import Simulation

Steps = Iterator[None]
_EDITS = ("add_markets", "delete_markets")


class Dialogue:
    """Carries out commands on a session.

    Big answers come in steps: whoever runs them may wait between two for the frames to leave. A
    market is listened to from its own snapshot on, so the steps may lie any time apart.
    """

    def __init__(self, simulation: Simulation, hub: Hub, session: Session) -> None:
        self._simulation = simulation
        self._hub = hub
        self._session = session

    def receive(self, text: str) -> Steps:
        """Carry out one command; the answer and its data go out step by step."""
        id = None
        try:
            command = read_command(text)
            id = command.id
            yield from self._carry_out(command)
        except Refused as refused:
            self._session.refuse(refused.id or id, refused)

    def _carry_out(self, command: Command) -> Steps:
        match command.cmd:
            case "subscribe":
                return self._subscribe(command.id, command.needed_params())
            case "unsubscribe":
                return self._unsubscribe(command.id, command.needed_params())
            case "update_subscription":
                return self._update(command.id, command.needed_params())
            case "list_subscriptions":
                return self._list(command.id)
        raise Refused(Refusal.UNKNOWN_COMMAND)

    # -- subscribe ------------------------------------------------------------------------------

    def _subscribe(self, id: int | None, params: Params) -> Steps:
        channels = _channels(params)
        tickers = self._named(params)
        if Channel.BOOK in channels and not tickers:
            raise Refused(Refusal.TICKER_REQUIRED)
        for channel in channels:
            held = self._session.held(channel)
            if held is None:
                yield from self._begin(id, channel, tickers, params)
            else:
                yield from self._add(id, held, tickers, params)

    def _named(self, params: Params) -> list[str]:
        tickers, ids = params.tickers(), frozenset(params.ids())
        if ids:
            listed = self._simulation.venue.markets.values()
            tickers += [market.ticker for market in listed if market.listing.market_id in ids]
        return tickers

    def _begin(self, id: int | None, channel: Channel, tickers: list[str], params: Params) -> Steps:
        is_filtered = bool(tickers) and channel in BY_MARKET
        subscription = self._session.open(
            channel, is_filtered=is_filtered, use_yes_price=params.use_yes_price
        )
        ack = {"channel": channel.value, "sid": subscription.sid}
        self._session.reply({"type": "subscribed", "id": id}, ack)
        if is_filtered:
            subscription.add(tickers)
            return self._bring_in(subscription, tickers, params)
        self._hub.listen_to_all(subscription)
        return self._states(subscription, list(self._simulation.venue.markets), params)

    def _add(
        self, id: int | None, subscription: Subscription, tickers: list[str], params: Params
    ) -> Steps:
        added = subscription.add(tickers)
        self._session.acknowledge(id, subscription, brief=params.skip_ticker_ack)
        return self._bring_in(subscription, added, params)

    def _bring_in(self, subscription: Subscription, tickers: list[str], params: Params) -> Steps:
        for ticker in tickers:
            if not subscription.has(ticker):
                return
            self._hub.listen(subscription, ticker)
            if subscription.channel is Channel.BOOK:
                self._session.send_snapshot(subscription, ticker)
            yield
        yield from self._states(subscription, tickers, params)

    def _states(self, subscription: Subscription, tickers: list[str], params: Params) -> Steps:
        if subscription.channel is Channel.TICKER and params.send_initial_snapshot:
            for ticker in tickers:
                self._session.send_state(subscription, ticker)
                yield

    # -- unsubscribe, update, list --------------------------------------------------------------

    def _unsubscribe(self, id: int | None, params: Params) -> Steps:
        if not params.sids:
            raise Refused(Refusal.SIDS_REQUIRED)
        for subscription in [self._subscription(sid) for sid in dict.fromkeys(params.sids)]:
            self._session.end(subscription)
            self._session.say_unsubscribed(id, subscription)
            yield

    def _update(self, id: int | None, params: Params) -> Steps:
        subscription = self._subscription(params.one_sid())
        if params.action is None:
            raise Refused(Refusal.ACTION_REQUIRED)
        if not _is_supported(subscription, params.action):
            raise Refused(Refusal.UNSUPPORTED_ACTION, sid=subscription.sid)
        if params.action == "get_snapshot":
            return self._snapshots(id, subscription, params.market_tickers)
        tickers = self._named(params)
        if not tickers:
            raise Refused(Refusal.TICKER_REQUIRED, sid=subscription.sid)
        if params.action == "add_markets":
            return self._add(id, subscription, tickers, params)
        return self._delete(id, subscription, tickers, params)

    def _delete(
        self, id: int | None, subscription: Subscription, tickers: list[str], params: Params
    ) -> Steps:
        self._hub.forget(subscription, tickers)
        subscription.remove(tickers)
        self._session.acknowledge(id, subscription, brief=params.skip_ticker_ack)
        yield

    def _snapshots(
        self, id: int | None, subscription: Subscription, tickers: list[str] | None
    ) -> Steps:
        if not tickers:
            raise Refused(Refusal.TICKER_REQUIRED, sid=subscription.sid)
        for ticker in tickers:
            if subscription.is_over:
                return
            self._session.send_snapshot(subscription, ticker, id)
            yield

    def _list(self, id: int | None) -> Steps:
        held = [
            {"channel": subscription.channel.value, "sid": subscription.sid}
            for subscription in self._session.subscriptions.values()
        ]
        self._session.reply({"id": id, "type": "ok"}, held)
        yield

    def _subscription(self, sid: int) -> Subscription:
        try:
            return self._session.subscriptions[sid]
        except KeyError:
            raise Refused(Refusal.UNKNOWN_SID) from None


def _channels(params: Params) -> list[Channel]:
    if not params.channels:
        raise Refused(Refusal.CHANNELS_REQUIRED)
    try:
        return [Channel(name) for name in dict.fromkeys(params.channels)]
    except ValueError:
        raise Refused(Refusal.UNKNOWN_CHANNEL) from None


def _is_supported(subscription: Subscription, action: str) -> bool:
    if action == "get_snapshot":
        return subscription.channel is Channel.BOOK
    return action in _EDITS and subscription.tickers is not None
