"""What a client may say on the WebSocket, and the codes with which it is refused."""

from enum import IntEnum
from uuid import UUID

import msgspec
from msgspec import Struct


class Refusal(IntEnum):
    """The exchange's error codes that this server uses."""

    UNABLE_TO_PROCESS = 1
    PARAMS_REQUIRED = 2
    CHANNELS_REQUIRED = 3
    SIDS_REQUIRED = 4
    UNKNOWN_COMMAND = 5
    UNKNOWN_SID = 7
    UNKNOWN_CHANNEL = 8
    CHANNEL_ERROR = 10
    INVALID_PARAMETER = 11
    ONE_SID_REQUIRED = 12
    UNSUPPORTED_ACTION = 13
    TICKER_REQUIRED = 14
    ACTION_REQUIRED = 15
    BUFFER_OVERFLOW = 25

    @property
    def text(self) -> str:
        """The exchange's words for the code."""
        return _TEXTS[self]


_TEXTS = {
    Refusal.UNABLE_TO_PROCESS: "Unable to process message",
    Refusal.PARAMS_REQUIRED: "Params required",
    Refusal.CHANNELS_REQUIRED: "Channels required",
    Refusal.SIDS_REQUIRED: "Subscription IDs required",
    Refusal.UNKNOWN_COMMAND: "Unknown command",
    Refusal.UNKNOWN_SID: "Unknown subscription ID",
    Refusal.UNKNOWN_CHANNEL: "Unknown channel name",
    Refusal.CHANNEL_ERROR: "Channel error",
    Refusal.INVALID_PARAMETER: "Invalid parameter",
    Refusal.ONE_SID_REQUIRED: "Exactly one subscription ID is required",
    Refusal.UNSUPPORTED_ACTION: "Unsupported action",
    Refusal.TICKER_REQUIRED: "Market Ticker required",
    Refusal.ACTION_REQUIRED: "Action required",
    Refusal.BUFFER_OVERFLOW: "Subscription buffer overflow",
}


class Refused(Exception):
    """A command cannot be carried out. ``sid`` is set where the error belongs to a subscription."""

    def __init__(self, refusal: Refusal, *, id: int | None = None, sid: int | None = None) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal
        self.id = id
        self.sid = sid


class Params(Struct, frozen=True):
    """The parameters of all commands; which are needed depends on the command."""

    channels: list[str] | None = None
    market_ticker: str | None = None
    market_tickers: list[str] | None = None
    market_id: str | None = None
    market_ids: list[str] | None = None
    send_initial_snapshot: bool = False
    skip_ticker_ack: bool = False
    use_yes_price: bool = False
    sid: int | None = None
    sids: list[int] | None = None
    action: str | None = None

    def tickers(self) -> list[str]:
        """Return the tickers named, each once, in order.

        Raises:
            Refused: Both forms are used at once.
        """
        if self.market_ticker is not None and self.market_tickers is not None:
            raise Refused(Refusal.INVALID_PARAMETER)
        named = self.market_tickers or []
        if self.market_ticker is not None:
            named = [self.market_ticker]
        return list(dict.fromkeys(named))

    def ids(self) -> list[str]:
        """Return the market ids named.

        Raises:
            Refused: One of them is not a UUID.
        """
        named = self.market_ids or []
        if self.market_id is not None:
            named = [self.market_id, *named]
        try:
            return [str(UUID(text)) for text in named]
        except ValueError:
            raise Refused(Refusal.INVALID_PARAMETER) from None

    def one_sid(self) -> int:
        """Return the only subscription named.

        Raises:
            Refused: None or several are.
        """
        named = list(self.sids or [])
        if self.sid is not None:
            named.append(self.sid)
        if len(named) != 1:
            raise Refused(Refusal.ONE_SID_REQUIRED)
        return named[0]


class Command(Struct, frozen=True):
    """One request; ``id`` is None where the client gave none, or zero."""

    cmd: str
    id: int | None = None
    params: Params | None = None

    def needed_params(self) -> Params:
        """Return the parameters.

        Raises:
            Refused: There are none.
        """
        if self.params is None:
            raise Refused(Refusal.PARAMS_REQUIRED)
        return self.params


class _Numbered(Struct):
    id: int | None = None


_COMMAND = msgspec.json.Decoder(Command)
_NUMBERED = msgspec.json.Decoder(_Numbered)


def read_command(text: str) -> Command:
    """Return what a client asks for.

    Raises:
        Refused: The text is not JSON, or a field has the wrong type.
    """
    try:
        command = _COMMAND.decode(text)
    except msgspec.DecodeError:
        raise Refused(Refusal.UNABLE_TO_PROCESS, id=_id_in(text)) from None
    return msgspec.structs.replace(command, id=command.id or None)


def _id_in(text: str) -> int | None:
    try:
        return _NUMBERED.decode(text).id or None
    except msgspec.DecodeError:
        return None
