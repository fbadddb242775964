"""Where the exchange can be reached.

Source: Kalshi's OpenAPI and AsyncAPI documents of September 2026, the addresses recommended there.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playhead.base.errors import Invalid

REST_PATH = "/trade-api/v2"
WEBSOCKET_PATH = "/trade-api/ws/v2"
_SECURE = {"http": False, "https": True, "ws": False, "wss": True}


class InvalidAddress(Invalid):
    """An address that is no URL of the right kind."""

    code = "kalshi.invalid_address"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two doors of one exchange, without a slash at the end."""

    rest_url: str
    websocket_url: str

    @classmethod
    def at(cls, origin: str) -> "Hosts":
        """Return the usual paths under an origin such as ``http://127.0.0.1:8010``.

        Raises:
            InvalidAddress: ``origin`` has no host, or a scheme other than HTTP and WebSocket.
        """
        parts = urlsplit(origin)
        if parts.scheme not in _SECURE or not parts.hostname:
            raise InvalidAddress(f"{origin!r} is not an address such as http://127.0.0.1:8010")
        suffix = "s" if _SECURE[parts.scheme] else ""
        return cls(
            rest_url=f"http{suffix}://{parts.netloc}{REST_PATH}",
            websocket_url=f"ws{suffix}://{parts.netloc}{WEBSOCKET_PATH}",
        )


PRODUCTION = Hosts(
    rest_url=f"https://external-api.kalshi.com{REST_PATH}",
    websocket_url=f"wss://external-api-ws.kalshi.com{WEBSOCKET_PATH}",
)
DEMO = Hosts(
    rest_url=f"https://external-api.demo.kalshi.co{REST_PATH}",
    websocket_url=f"wss://external-api-ws.demo.kalshi.co{WEBSOCKET_PATH}",
)
