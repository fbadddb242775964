"""What one connection has subscribed to, and everything it is sent. No clock, no socket."""

from collections.abc import Iterable
from typing import Protocol

from playhead.history.exchange.server.bodies import Fields, snapshot_body, ticker_body, to_json
from playhead.history.exchange.server.commands import Refusal, Refused
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.subscription import WITHOUT_SEQ, Channel, Subscription
from playhead.history.exchange.simulated import Market, Quoted, Simulation, Status


class Frames(Protocol):
    """Where frames go."""

    @property
    def is_full(self) -> bool:
        """Whether data can be taken no more."""
        ...

    def put(self, frame: str) -> None:
        """Take a frame."""
        ...


class Tampering(Protocol):
    """What comes between a session and its client while something is to go wrong."""

    def instead_of(self, sid: int | None, frame: str) -> Iterable[str]:
        """Return what is sent in place of a frame of ``sid``."""
        ...


class Session:
    """The subscriptions of one connection and the numbering of its frames.

    The same commands at the same instants of the same simulation give the same frames. While
    ``tampering`` is set, each of them passes it before it is sent.
    """

    def __init__(
        self, simulation: Simulation, hub: Hub, frames: Frames, options: ExchangeOptions
    ) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self.tampering: Tampering | None = None
        self._simulation = simulation
        self._hub = hub
        self._frames = frames
        self._options = options
        self._last_sid = 0
        self._sent_ms = 0

    # -- subscriptions --------------------------------------------------------------------------

    def open(
        self, channel: Channel, *, is_filtered: bool, use_yes_price: bool = False
    ) -> Subscription:
        """Begin a subscription with the next sid; nothing is published to it yet."""
        self._last_sid += 1
        subscription = Subscription(
            self._last_sid, channel, self, is_filtered=is_filtered, use_yes_price=use_yes_price
        )
        self.subscriptions[subscription.sid] = subscription
        return subscription

    def held(self, channel: Channel) -> Subscription | None:
        """Return the subscription to ``channel``; there is one at most."""
        live = (one for one in self.subscriptions.values() if one.channel is channel)
        return next(live, None)

    def end(self, subscription: Subscription) -> None:
        """Publish nothing to the subscription any more."""
        self._hub.end(subscription)
        self.subscriptions.pop(subscription.sid, None)

    def end_with(self, subscription: Subscription, refusal: Refusal) -> None:
        """End the subscription with an error; nothing follows on its sid."""
        self.end(subscription)
        head: Fields = {"type": "error", **self._numbered(subscription)}
        self.reply(head, {"code": int(refusal), "msg": refusal.text})

    def close(self) -> None:
        """End every subscription without a word: the connection is gone."""
        for subscription in tuple(self.subscriptions.values()):
            self.end(subscription)

    # -- data -----------------------------------------------------------------------------------

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

    def send_snapshot(self, subscription: Subscription, ticker: str, id: int | None = None) -> None:
        """Send the book as it is now; nothing for a market unknown or settled."""
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

    def send_state(self, subscription: Subscription, ticker: str) -> None:
        """Send the ticker as it is now; nothing for a market unknown or settled."""
        market = self._market(ticker)
        if market is not None:
            quoted = Quoted(self._simulation.now, ticker, market.quote())
            body = ticker_body(quoted, market.listing.market_id)
            self.deliver(subscription, "ticker", body, self._now_ms)

    def _market(self, ticker: str) -> Market | None:
        # An unknown or settled ticker subscribes cleanly and stays silent.
        market = self._simulation.market(ticker)
        if market is None or market.listing.status is Status.FINALIZED:
            return None
        return market

    # -- replies --------------------------------------------------------------------------------

    def acknowledge(self, id: int | None, subscription: Subscription, *, brief: bool) -> None:
        """Send ``ok`` for a change of the subscription; ``brief`` leaves its markets out."""
        head: Fields = {"id": id, **self._numbered(subscription), "type": "ok"}
        lists = subscription.tickers is not None and not brief
        self.reply(head, {"market_tickers": list(subscription.tickers or ())} if lists else {})

    def say_unsubscribed(self, id: int | None, subscription: Subscription) -> None:
        """Confirm the end of a subscription."""
        self.reply({"id": id, **self._numbered(subscription), "type": "unsubscribed"})

    def refuse(self, id: int | None, refused: Refused) -> None:
        """Send the error that a command earned."""
        head: Fields = {"id": id, "type": "error"}
        if refused.sid is not None:
            head |= self._numbered(self.subscriptions[refused.sid])
        self.reply(head, {"code": int(refused.refusal), "msg": refused.refusal.text})

    def reply(self, head: Fields, msg: object = None) -> None:
        """Send a control message; what is None is left out."""
        fields = {key: value for key, value in head.items() if value is not None}
        if msg is not None:
            fields["msg"] = msg
        sid = head.get("sid")
        self._send(sid if isinstance(sid, int) else None, to_json(fields)[:-1], self._now_ms)

    def _numbered(self, subscription: Subscription) -> Fields:
        if not self._options.control_replies_take_seq:
            return {"sid": subscription.sid}
        return {"sid": subscription.sid, "seq": subscription.next_seq()}

    # -- the wire -------------------------------------------------------------------------------

    @property
    def _now_ms(self) -> int:
        return self._simulation.now // 1000

    def _send(self, sid: int | None, opened: str, sent_ms: int) -> None:
        # Every frame of the connection passes here, and only here: the seam for faults.
        self._sent_ms = max(self._sent_ms, sent_ms)
        frame = f'{opened},"sending_ts_ms":{self._sent_ms}}}\n'
        if self.tampering is None:
            self._frames.put(frame)
            return
        for sent in self.tampering.instead_of(sid, frame):
            self._frames.put(sent)
