"""The commands of the exchange's WebSocket, as the exact text to send. Pure.

Source: Kalshi's AsyncAPI document of September 2026.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

BOOKS = "orderbook_delta"
TRADES = "trade"
TICKERS = "ticker"
LIFECYCLE = "market_lifecycle_v2"
COMBO_LIFECYCLE = "multivariate_market_lifecycle"

_encode = msgspec.json.Encoder().encode


def subscribe(command_id: int, channel: str, market_tickers: Sequence[str] = ()) -> str:
    """Return the command that starts a channel, or widens it where it is already held.

    NO bids are asked for in NO's own price, and acknowledgements without the list of tickers: that
    list can be larger than a frame may be.

    Args:
        command_id: Echoed by the answer; unique on the connection, at least 1.
        channel: One channel, so that one answer belongs to one command.
        market_tickers: Empty means every market, where the channel allows it (books do not).
    """
    params: dict[str, Any] = {"channels": [channel]}
    if market_tickers:
        params["market_tickers"] = list(market_tickers)
    params["skip_ticker_ack"] = True
    if channel == BOOKS:
        params["use_yes_price"] = False
    return _command(command_id, "subscribe", params)


def add_markets(command_id: int, sid: int, market_tickers: Sequence[str]) -> str:
    """Return the command that adds markets to a subscription; snapshots of them follow."""
    return _update(command_id, sid, "add_markets", market_tickers)


def delete_markets(command_id: int, sid: int, market_tickers: Sequence[str]) -> str:
    """Return the command that takes markets out of a subscription and leaves the others alone."""
    return _update(command_id, sid, "delete_markets", market_tickers)


def get_snapshot(command_id: int, sid: int, market_tickers: Sequence[str]) -> str:
    """Return the command that asks for whole books; the stream goes on undisturbed."""
    return _update(command_id, sid, "get_snapshot", market_tickers)


def unsubscribe(command_id: int, sids: Sequence[int]) -> str:
    """Return the command that ends whole subscriptions."""
    return _command(command_id, "unsubscribe", {"sids": list(sids)})


def list_subscriptions(command_id: int) -> str:
    """Return the command that asks which subscriptions the connection holds."""
    return _encode({"id": command_id, "cmd": "list_subscriptions"}).decode()


def _update(command_id: int, sid: int, action: str, market_tickers: Sequence[str]) -> str:
    params = {"sids": [sid], "action": action, "market_tickers": list(market_tickers)}
    return _command(command_id, "update_subscription", params)


def _command(command_id: int, name: str, params: dict[str, Any]) -> str:
    return _encode({"id": command_id, "cmd": name, "params": params}).decode()
