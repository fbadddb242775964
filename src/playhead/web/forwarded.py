"""Whose request it is, by address: the peer's, or what a proxy that we trust says.

A header can be written by anybody. Only an entry that a trusted proxy has appended counts, so a
client never chooses its own address; without trusted proxies no such header is looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playhead.base.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
"""The address of a peer that has none, such as one on a Unix socket."""

MOST_HOPS = 32
IPV6_HOME_BITS = 64
_PORT_DIGITS = 5


class InvalidNetwork(Invalid):
    """A text that is not an IP network."""

    code = "network.invalid"


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return the networks of ``texts``, such as ``10.0.0.0/8`` or one address.

    Raises:
        InvalidNetwork: One of them is none, or has bits set outside its mask.
    """
    try:
        return tuple(ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise InvalidNetwork(f"not a network of trusted proxies: {error}") from error


def client_address(scope: Mapping[str, Any]) -> str:
    """Return the address that ``Forwarded`` found, in its shortest form; `UNKNOWN` if none."""
    return str(scope["playhead.address"])


def address_block(address: str) -> str:
    """Return what one client can be assumed to hold of the address space.

    That is an IPv4 address itself, and the /64 of an IPv6 address: whoever has one of its 2^64
    addresses has them all, so a limit for each alone would be none.
    """
    parsed = parse_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    return str(IPv6Network((int(parsed), IPV6_HOME_BITS), strict=False))


class Forwarded:
    """ASGI middleware that finds the client's address, and whether it came by TLS."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network] = ()) -> None:
        """``trusted`` are the networks of our own proxies; each appends to X-Forwarded-For."""
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] in {"http", "websocket"}:
            peer = (scope.get("client") or (UNKNOWN,))[0]
            scope["playhead.address"] = self._find(scope, peer)
        await self._app(scope, receive, send)

    def _find(self, scope: Scope, peer: str) -> str:
        address = parse_address(peer)
        if address is None:
            return UNKNOWN
        if not self._is_trusted(address):
            return str(address)
        headers = Headers(scope=scope)
        _take_scheme(scope, headers)
        return str(self._walk(address, headers))

    def _walk(self, address: Address, headers: Headers) -> Address:
        for entry in _from_the_right(headers.getlist("x-forwarded-for")):
            told = parse_address(entry)
            if told is None:
                break  # what stands left of it was passed on by nobody we know
            address = told
            if not self._is_trusted(told):
                break
        return address

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """Return the address in ``text``, or None if there is none.

    It may have a port (``192.0.2.1:80``, ``[2001:db8::1]:80``) and a zone (``fe80::1%eth0``), which
    are dropped. An IPv4 address that is written as an IPv6 one is that IPv4 address.
    """
    bare = _without_port(text.strip())
    if bare is None:
        return None
    address, _, _zone = bare.partition("%")
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def _without_port(text: str) -> str | None:
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        well_formed = bracket and ":" in host and (not port or _is_port(port.removeprefix(":")))
        return host if well_formed and (not port or port[0] == ":") else None
    host, colon, port = text.partition(":")
    if not colon or ":" in port:
        return text  # no port, or an IPv6 address
    return host if _is_port(port) else None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _PORT_DIGITS


def _from_the_right(lines: Sequence[str]) -> Iterator[str]:
    entries = ",".join(lines).rsplit(",", MOST_HOPS)[-MOST_HOPS:] if lines else []
    return reversed(entries)


def _take_scheme(scope: Scope, headers: Headers) -> None:
    told = ",".join(headers.getlist("x-forwarded-proto")).rpartition(",")[2].strip().lower()
    secure = {"http": "https", "websocket": "wss"}[scope["type"]]
    if told in {"https", "wss"}:
        scope["scheme"] = secure
