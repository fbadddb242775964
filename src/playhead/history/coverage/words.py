"""Every cause in words, for people. The reference repeats them; a test holds the two together."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Words:
    """A cause as a heading and as a sentence."""

    short: str
    sentence: str


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "gap": Words(
            "Messages missing",
            "The exchange numbers its messages, and at least one number never came.",
        ),
        "sequence_back": Words(
            "Numbers went back",
            "The exchange's numbering went back, or gave one number to two different messages.",
        ),
        "negative_size": Words(
            "Size below zero",
            "A change took away more than was there, so an earlier one was lost or wrong.",
        ),
        "crossed_book": Words(
            "Crossed book",
            "Bids of both sides stood at a dollar or more together, which the exchange would"
            " have matched.",
        ),
        "snapshot_mismatch": Words(
            "Snapshot differed",
            "The exchange's own snapshot was not the book that the changes had led to.",
        ),
        "rest_mismatch": Words(
            "REST book differed",
            "The book that the exchange gave by REST was ours at no moment of the request.",
        ),
        "off_grid_price": Words(
            "Price off the grid",
            "A change came at a price that the market does not have.",
        ),
        "unreadable": Words(
            "Unreadable message",
            "A message was torn or could not be understood; it may have changed any book of its"
            " subscription.",
        ),
        "channel_error": Words(
            "Subscription failed",
            "The exchange ended the subscription with an error of its own (code 10).",
        ),
        "overflow": Words(
            "Buffer overflow",
            "The exchange ended the subscription because its buffer had run over (code 25).",
        ),
        "stall": Words(
            "Silent subscription",
            "A subscription said nothing more and answered nothing, while its connection lived.",
        ),
        "dead_connection": Words(
            "Dead connection",
            "Nothing came any more, not even an answer to our pings, and nobody closed.",
        ),
        "disconnect": Words("Disconnected", "The connection to the exchange ended."),
        "restart": Words("Recorder restarted", "The recorder was started again."),
        "shutdown": Words("Recorder stopped", "The recorder was stopped in an orderly way."),
        "error": Words(
            "Recorder failed", "The recorder met an error that it could not work around."
        ),
        "superseded": Words(
            "Taken over", "Another connection of the same recorder took the market over."
        ),
        "lag": Words(
            "Messages came late",
            "The connection ran seconds behind the exchange, so a time of receipt does not tell"
            " what the book was.",
        ),
        "clock_step": Words(
            "Our clock was set back", "Our own clock was set back: these instants came twice."
        ),
        "suspect": Words(
            "In doubt",
            "Between the last check that agreed and the one that did not, the book may have been"
            " wrong.",
        ),
        "missed_opening": Words(
            "Opening missed",
            "The market opened while its recorder ran, and its first book came later.",
        ),
        "unsubscribed": Words("No longer recorded", "We stopped recording this market by wish."),
        "end_of_recording": Words("Recording ended", "The recording ends here, by wish."),
        "before_recording": Words("Not recorded yet", "Nobody recorded this market yet."),
        "not_yet_recorded": Words(
            "Not vouched for yet", "The market is being recorded, and no message tells more yet."
        ),
        "not_yet_open": Words("Not open yet", "The market had not opened."),
        "market_closed": Words("Market closed", "The market had closed."),
        "exchange_closed": Words(
            "Exchange paused", "The exchange did not trade: a pause or announced maintenance."
        ),
    }
)


def words_for(cause: str) -> Words:
    """Return the words for ``cause``; for one that is new here, its own name."""
    return WORDS.get(cause) or Words(cause.replace("_", " ").capitalize(), "")
