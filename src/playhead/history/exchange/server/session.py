"""One client's side of the protocol: its commands in, its frames out. No clock, no socket."""

from collections.abc import Iterator
from typing import Protocol

from playhead.history.exchange.server.bodies import snapshot_body, ticker_body, to_json
from playhead.history.exchange.server.commands import (
    Command,
    Params,
    Refusal,
    Refused,
    read_command,
)
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.subscription import (
    BY_MARKET,
    WITHOUT_SEQ,
    Channel,
    Subscription,
)
from playhead.history.exchange.simulated import Market, Quoted, Simulation, Status

Steps = Iterator[None]


class Frames(Protocol):
    """Where frames go."""

    @property
    def is_full(self) -> bool:
        """Whether data can be taken no more."""
        ...

    def put(self, frame: str) -> None:
        """Take a frame."""
        ...


class Session:
    """What one connection has subscribed to, and everything it is sent.

    ``receive`` works in steps: whoever runs it may wait between two for the frames to leave.
    """

    def __init__(
        self, simulation: Simulation, hub: Hub, frames: Frames, options: ExchangeOptions
    ) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self._simulation = simulation
        self._hub = hub
        self._frames = frames
        self._options = options
        self._last_sid = 0
        self._sent_ms = 0
        self._to_lose: set[int] = set()

    # -- what comes in --------------------------------------------------------------------------

    def receive(self, text: str) -> Steps:
        """Carry out one command; the answer and its data go out step by step."""
        id = None
        try:
            command = read_command(text)
            id = command.id
            yield from self._carry_out(command)
        except Refused as refused:
            self._refuse(refused, refused.id or id)

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

    def _subscribe(self, id: int | None, params: Params) -> Steps:
        channels = _channels(params)
        tickers = self._named(params, channels)
        for channel in channels:
            held = self._held(channel)
            if held is None:
                yield from self._begin(id, channel, tickers, params)
            else:
                yield from self._add(id, held, tickers, params)

    def _named(self, params: Params, channels: list[Channel]) -> list[str]:
        tickers, ids = params.tickers(), params.ids()
        if Channel.BOOK in channels and not tickers:
            raise Refused(Refusal.TICKER_REQUIRED)
        if ids:
            listed = self._simulation.venue.markets.values()
            wanted = frozenset(ids)
            tickers += [market.ticker for market in listed if market.listing.market_id in wanted]
        return tickers

    def _held(self, channel: Channel) -> Subscription | None:
        live = (held for held in self.subscriptions.values() if held.channel is channel)
        return next(live, None)

    def _begin(self, id: int | None, channel: Channel, tickers: list[str], params: Params) -> Steps:
        self._last_sid += 1
        is_filtered = bool(tickers) and channel in BY_MARKET
        subscription = Subscription(
            self._last_sid,
            channel,
            self,
            is_filtered=is_filtered,
            use_yes_price=params.use_yes_price,
        )
        self.subscriptions[subscription.sid] = subscription
        ack = {"channel": channel.value, "sid": subscription.sid}
        self._reply({"type": "subscribed", "id": id}, ack)
        if is_filtered:
            yield from self._bring_in(subscription, tickers, params)
        else:
            self._hub.listen_to_all(subscription)
            if params.send_initial_snapshot and channel is Channel.TICKER:
                yield from self._send_states(subscription, tuple(self._simulation.venue.markets))

    def _add(
        self, id: int | None, subscription: Subscription, tickers: list[str], params: Params
    ) -> Steps:
        added = subscription.new_among(tickers)
        if subscription.tickers is not None:
            subscription.tickers |= dict.fromkeys(added)
        self._acknowledge(id, subscription, params)
        yield from self._bring_in(subscription, added, params)

    def _bring_in(self, subscription: Subscription, tickers: list[str], params: Params) -> Steps:
        assert subscription.tickers is not None or not tickers
        if subscription.tickers is not None:
            subscription.tickers |= dict.fromkeys(tickers)
        for ticker in tickers:
            if subscription.is_over:
                return
            self._hub.listen(subscription, (ticker,))
            if subscription.channel is Channel.BOOK:
                self._send_snapshot(subscription, ticker)
                yield
        if params.send_initial_snapshot and subscription.channel is Channel.TICKER:
            yield from self._send_states(subscription, tuple(tickers))

    def _unsubscribe(self, id: int | None, params: Params) -> Steps:
        if not params.sids:
            raise Refused(Refusal.SIDS_REQUIRED)
        subscriptions = [self._subscription(sid) for sid in params.sids]
        for subscription in subscriptions:
            self._hub.end(subscription)
            del self.subscriptions[subscription.sid]
            self._reply({"id": id, **self._numbered(subscription), "type": "unsubscribed"})
            yield

    def _update(self, id: int | None, params: Params) -> Steps:
        subscription = self._subscription(params.one_sid())
        if params.action is None:
            raise Refused(Refusal.ACTION_REQUIRED)
        tickers = self._named_in_update(subscription, params)
        match params.action:
            case "add_markets":
                return self._add(id, subscription, tickers, params)
            case "delete_markets":
                return self._delete(id, subscription, tickers, params)
            case _:
                return self._send_snapshots(id, subscription, tickers)

    def _named_in_update(self, subscription: Subscription, params: Params) -> list[str]:
        sid, channel = subscription.sid, subscription.channel
        is_edit = params.action in ("add_markets", "delete_markets")
        is_known = is_edit and channel in BY_MARKET and subscription.tickers is not None
        if not is_known and (params.action, channel) != ("get_snapshot", Channel.BOOK):
            raise Refused(Refusal.UNSUPPORTED_ACTION, sid=sid)
        tickers = self._named(params, [])
        if not tickers or (not is_edit and params.market_tickers is None):
            raise Refused(Refusal.TICKER_REQUIRED, sid=sid)
        return tickers

    def _delete(
        self, id: int | None, subscription: Subscription, tickers: list[str], params: Params
    ) -> Steps:
        self._hub.forget(subscription, tickers)
        for ticker in tickers:
            assert subscription.tickers is not None
            subscription.tickers.pop(ticker, None)
        self._acknowledge(id, subscription, params)
        yield

    def _list(self, id: int | None) -> Steps:
        held = [
            {"channel": subscription.channel.value, "sid": subscription.sid}
            for subscription in self.subscriptions.values()
        ]
        self._reply({"id": id, "type": "ok"}, held)
        yield

    def _subscription(self, sid: int) -> Subscription:
        try:
            return self.subscriptions[sid]
        except KeyError:
            raise Refused(Refusal.UNKNOWN_SID) from None

    # -- what goes out --------------------------------------------------------------------------

    def deliver(self, subscription: Subscription, kind: str, body: str, sent_ms: int) -> None:
        """Send one message of a subscription, or end it if the reader is too slow."""
        if subscription.is_over:
            return
        if self._frames.is_full:
            self.end_with(subscription, Refusal.BUFFER_OVERFLOW)
            return
        head = f'{{"type":"{kind}","sid":{subscription.sid}'
        if subscription.channel not in WITHOUT_SEQ:
            head += f',"seq":{subscription.next_seq()}'
        self._send(subscription.sid, f'{head},"msg":{body}', sent_ms)

    def end_with(self, subscription: Subscription, refusal: Refusal) -> None:
        """End the subscription with an error; nothing follows on its sid."""
        self._hub.end(subscription)
        self.subscriptions.pop(subscription.sid, None)
        head: dict[str, object] = {"type": "error", **self._numbered(subscription)}
        self._reply(head, {"code": int(refusal), "msg": refusal.text})

    def lose_next(self, sid: int) -> None:
        """Let the next frame of ``sid`` vanish, as if the exchange had lost it."""
        self._to_lose.add(sid)

    def close(self) -> None:
        """End every subscription without a word: the connection is gone."""
        for subscription in self.subscriptions.values():
            self._hub.end(subscription)
        self.subscriptions.clear()

    def _send_snapshots(
        self, id: int | None, subscription: Subscription, tickers: list[str]
    ) -> Steps:
        for ticker in tickers:
            if subscription.is_over:
                return
            self._send_snapshot(subscription, ticker, id)
            yield

    def _send_snapshot(
        self, subscription: Subscription, ticker: str, id: int | None = None
    ) -> None:
        market = self._market(ticker)
        if market is None:
            return
        body = snapshot_body(
            market.listing,
            market.book(),
            use_yes_price=subscription.use_yes_price,
            omit_empty=self._options.omit_empty_sides,
        )
        echo = "" if id is None else f'"id":{id},'
        seq = subscription.next_seq()
        head = f'{{"type":"orderbook_snapshot",{echo}"sid":{subscription.sid},"seq":{seq}'
        self._send(subscription.sid, f'{head},"msg":{body}', self._now_ms)

    def _send_states(self, subscription: Subscription, tickers: tuple[str, ...]) -> Steps:
        for ticker in tickers:
            market = self._market(ticker)
            if market is not None:
                quoted = Quoted(self._simulation.now, ticker, market.quote())
                body = ticker_body(quoted, market.listing.market_id)
                self.deliver(subscription, "ticker", body, self._now_ms)
                yield

    def _market(self, ticker: str) -> Market | None:
        # An unknown or settled ticker subscribes cleanly and stays silent.
        market = self._simulation.market(ticker)
        if market is None or market.listing.status is Status.FINALIZED:
            return None
        return market

    def _acknowledge(self, id: int | None, subscription: Subscription, params: Params) -> None:
        head = {"id": id, **self._numbered(subscription), "type": "ok"}
        lists = subscription.tickers is not None and not params.skip_ticker_ack
        self._reply(head, {"market_tickers": list(subscription.tickers or ())} if lists else {})

    def _refuse(self, refused: Refused, id: int | None) -> None:
        head: dict[str, object] = {"id": id, "type": "error"}
        if refused.sid is not None:
            head |= self._numbered(self.subscriptions[refused.sid])
        self._reply(head, {"code": int(refused.refusal), "msg": refused.refusal.text})

    def _numbered(self, subscription: Subscription) -> dict[str, object]:
        if not self._options.control_replies_take_seq:
            return {"sid": subscription.sid}
        return {"sid": subscription.sid, "seq": subscription.next_seq()}

    def _reply(self, head: dict[str, object], msg: object = None) -> None:
        fields = {key: value for key, value in head.items() if value is not None}
        if msg is not None:
            fields["msg"] = msg
        sid = head.get("sid")
        self._send(sid if isinstance(sid, int) else None, to_json(fields)[:-1], self._now_ms)

    @property
    def _now_ms(self) -> int:
        return self._simulation.now // 1000

    def _send(self, sid: int | None, opened: str, sent_ms: int) -> None:
        # Every frame of the connection passes here, and only here: the seam for faults.
        self._sent_ms = max(self._sent_ms, sent_ms)
        if sid in self._to_lose:
            self._to_lose.discard(sid)
            return
        self._frames.put(f'{opened},"sending_ts_ms":{self._sent_ms}}}\n')


def _channels(params: Params) -> list[Channel]:
    if not params.channels:
        raise Refused(Refusal.CHANNELS_REQUIRED)
    try:
        return [Channel(name) for name in dict.fromkeys(params.channels)]
    except ValueError:
        raise Refused(Refusal.UNKNOWN_CHANNEL) from None
