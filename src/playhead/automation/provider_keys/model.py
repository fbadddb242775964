"""Keys of providers as an organisation has put them here, without the keys. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playhead.automation.models import Provider, ProviderPlaceInvalid
from playhead.automation.models.keys import ProviderKey
from playhead.base.time import Micros

KEYED = (Provider.ANTHROPIC, Provider.GOOGLE, Provider.OPENAI)
"""Those that ask for a key."""

HINT_LENGTH = 4
LONGEST_PLACE = 300
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_PATH = re.compile(r"(?:/[\w.~%-]+)*/?", re.ASCII)
_HERE = "localhost"
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """That there is a key, and how people know it.

    Attributes:
        hint: Its last characters.
        base_url: Where it is used, instead of at the provider's own address: a server that speaks
            OpenAI's protocol.
    """

    provider: Provider
    hint: str
    base_url: str | None
    created_by: str
    created_at: Micros
    updated_at: Micros


def hint_of(key: ProviderKey) -> str:
    """Return the last characters of a key; none of a short one, of which they would tell much."""
    text = key.reveal()
    return text[-HINT_LENGTH:] if len(text) >= HINT_LENGTH * 4 else ""


def check_place(provider: Provider, base_url: str | None, *, inside: bool) -> None:
    """Return if a key of ``provider`` may be used at ``base_url``.

    Names are not looked up: one that leads to a machine of ours is not noticed here.

    Args:
        inside: Whether machines on this network may be asked, this one by plain HTTP: for who runs
            the service alone. Others could reach through us what only we can reach.

    Raises:
        ProviderPlaceInvalid: Another provider has an address of its own; or the text is no address
            of that kind.
    """
    if base_url is None:
        return
    if provider is not Provider.OPENAI:
        raise _refusal("only a server that speaks OpenAI's protocol is given an address")
    scheme, host = _read(base_url)
    is_inside, is_here = _is_inside(host), _is_here(host)
    if is_inside and not inside:
        raise _refusal("an address on this network is not taken here")
    if scheme != "https" and not is_here:
        raise _refusal("an address begins with https://")


def _read(base_url: str) -> tuple[str, str]:
    if len(base_url) > LONGEST_PLACE:
        raise _refusal(f"an address has {LONGEST_PLACE} characters at most")
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refusal(_SHAPE) from error
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc or "?" in base_url)
    is_place = parts.scheme in {"http", "https"} and port != 0 and _PATH.fullmatch(parts.path)
    if not (is_plain and is_place and (_address(host) or _HOST.fullmatch(host))):
        raise _refusal(_SHAPE)
    if "#" in base_url or not base_url.isascii() or any(each.isspace() for each in base_url):
        raise _refusal(_SHAPE)
    if ".." in parts.path or _looks_like_a_number(host):
        raise _refusal(_SHAPE)
    return parts.scheme, host


_SHAPE = "an address is https://host[:port][/path], without a name or a query"


def _looks_like_a_number(host: str) -> bool:
    # 2130706433 and 0x7f.1 lead to 127.0.0.1 on many systems.
    last = host.rpartition(".")[2]
    return _address(host) is None and (last.isdecimal() or last.startswith("0x"))


def _is_inside(host: str) -> bool:
    address = _address(host)
    if address is None:
        return "." not in host or host.endswith(_INSIDE)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return not mapped.is_global or mapped.is_multicast


def _is_here(host: str) -> bool:
    address = _address(host)
    if address is None:
        return host == _HERE
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refusal(told: str) -> ProviderPlaceInvalid:
    return ProviderPlaceInvalid(told, field="base_url")
