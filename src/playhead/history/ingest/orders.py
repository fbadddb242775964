"""Commands of one connection that the exchange has not answered yet. Pure.

It answers them in order. So once a later one is answered, an earlier one was carried out too, and
its answer was lost.
"""

from typing import Any

from playhead.history.ingest.notes import facts_of_note, is_name

_ADDS, _REMOVES, _BOOKS = b"add_markets", b"delete_markets", b"orderbook_delta"
_MOST_ID = 2**53


class Orders:
    """Markets that were asked to be added or removed, by the id of the command."""

    __slots__ = ("additions", "removals")

    def __init__(self) -> None:
        self.additions: dict[int, list[str]] = {}
        self.removals: dict[int, list[str]] = {}

    def sent(self, payload: bytes) -> None:
        """Take in a command as it was sent."""
        if _REMOVES in payload:
            self.removals.update(_named_in(payload))
        elif _ADDS in payload or _BOOKS in payload:
            self.additions.update(_named_in(payload))

    def answered(self, number: int | None) -> tuple[list[str], list[str]]:
        """Return the markets that an answer has added, and those that it has removed."""
        if number is None:
            return [], []
        added = self.additions.pop(number, [])
        if added:
            self.removals = {id_: gone for id_, gone in self.removals.items() if id_ > number}
        return added, self.removals.pop(number, [])

    def refused(self, number: int | None) -> None:
        """Take in that a command was not carried out."""
        if number is not None:
            self.additions.pop(number, None)
            self.removals.pop(number, None)

    def removes(self, ticker: str) -> bool:
        """Tell whether a market may have been let go already."""
        return any(ticker in removed for removed in self.removals.values())

    def state(self) -> dict[str, Any]:
        """Return what ``restored`` takes."""
        return {"additions": self.additions, "removals": self.removals}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Orders":
        """Return the orders of ``state``."""
        orders = cls()
        orders.additions = {int(id_): named for id_, named in state["additions"].items()}
        orders.removals = {int(id_): named for id_, named in state["removals"].items()}
        return orders


def _named_in(payload: bytes) -> dict[int, list[str]]:
    command = facts_of_note(payload)
    number, params = command.get("id"), command.get("params")
    if not isinstance(number, int) or not 0 <= number < _MOST_ID or not isinstance(params, dict):
        return {}
    listed = params.get("market_tickers") or [params.get("market_ticker")]
    tickers = listed if isinstance(listed, list) else [listed]
    return {number: [each for each in tickers if isinstance(each, str) and is_name(each)]}
