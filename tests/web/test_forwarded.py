"""Whose address it is: a client never chooses its own."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.web.edge import Edge
from playhead.web.forwarded import InvalidNetwork, address_block, parse_address, parse_networks
from tests.web.edges import edge_app, send

PROXY, CLIENT = "10.0.0.5", "198.51.100.7"
BEHIND = edge_app(Edge(trusted_proxies=parse_networks(["10.0.0.0/8", "fd00::/8"])))
DIRECT = edge_app(Edge())
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def seen(app: object, *forwarded: str, peer: str | None = PROXY) -> str:
    fields = [("X-Forwarded-For", line) for line in forwarded]
    return send(app, "/address", fields, peer=peer).body.decode().split()[0]  # type: ignore[arg-type]


def clients() -> st.SearchStrategy[str]:
    """Addresses that are not a proxy's."""
    outside = st.ip_addresses().filter(lambda each: not any(each in net for net in TRUSTED))
    return outside.map(str).filter(lambda each: str(parse_address(each)) == each)


HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
WRITTEN = st.lists(st.one_of(HEADER_TEXT, st.ip_addresses().map(str)), max_size=6).map(", ".join)
PROXIES = st.lists(st.sampled_from(["10.1.2.3", "10.9.9.9:443", "[fd00::7]:80"]), max_size=3)


@settings(deadline=None, max_examples=150)
@given(written=st.lists(WRITTEN, max_size=3), client=clients(), proxies=PROXIES)
def test_a_client_never_chooses_its_own_address(
    written: list[str], client: str, proxies: list[str]
) -> None:
    appended = ", ".join([client, *proxies])

    assert seen(BEHIND, *written, appended) == client
    assert seen(BEHIND, ", ".join([*written, appended])) == client


@settings(deadline=None, max_examples=100)
@given(written=st.lists(WRITTEN, min_size=1, max_size=3), peer=clients())
def test_without_a_trusted_peer_no_header_is_looked_at(written: list[str], peer: str) -> None:
    assert seen(BEHIND, *written, peer=peer) == peer
    assert seen(DIRECT, *written, peer=peer) == peer


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ([], PROXY),
        ([CLIENT], CLIENT),
        ([f"{CLIENT}:4711"], CLIENT),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["fe80::1%eth0"], "fe80::1"),
        (["::ffff:198.51.100.7"], CLIENT),
        ([f"1.1.1.1, {CLIENT}", "10.0.0.9"], CLIENT),
        (["1.1.1.1, unknown, 10.0.0.9"], "10.0.0.9"),
        (["1.1.1.1, 10.0.0.9, "], PROXY),
        (["1.1.1.1, 198.51.100.7:http"], PROXY),
        (["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ([", ".join(["1.1.1.1", *["10.0.0.1"] * 40])], "10.0.0.1"),
    ],
)
def test_the_entry_that_the_last_trusted_proxy_appended_counts(
    forwarded: list[str], address: str
) -> None:
    assert seen(BEHIND, *forwarded) == address


def test_a_trusted_proxy_of_ipv4_may_come_by_an_ipv6_socket() -> None:
    assert seen(BEHIND, CLIENT, peer="::ffff:10.0.0.5") == CLIENT


@pytest.mark.parametrize("peer", [None, "", "/run/socket"])
def test_a_peer_without_an_address_is_unknown(peer: str | None) -> None:
    assert seen(BEHIND, CLIENT, peer=peer) == "unknown"


@given(text=st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    parsed = parse_address(text)

    assert parsed is None or ip_address(str(parsed)) == parsed


@pytest.mark.parametrize("text", ["[1.2.3.4]", "[::1", "[::1]x", "[::1]80", "1.2.3.4:", "a:b:c"])
def test_a_malformed_address_is_none(text: str) -> None:
    assert parse_address(text) is None


def test_a_client_holds_a_whole_network_of_ipv6_addresses() -> None:
    assert address_block("2001:db8:1:2:3::4") == address_block("2001:db8:1:2::ffff")
    assert address_block("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert (address_block(CLIENT), address_block("unknown")) == (CLIENT, "unknown")


@pytest.mark.parametrize(
    ("told", "peer", "scheme"),
    [
        ("https", PROXY, "https"),
        ("https, http", PROXY, "http"),
        ("http, https", PROXY, "https"),
        ("https", CLIENT, "http"),
        ("javascript", PROXY, "http"),
    ],
)
def test_a_trusted_proxy_says_whether_the_client_came_by_tls(
    told: str, peer: str, scheme: str
) -> None:
    answer = send(BEHIND, "/address", [("X-Forwarded-Proto", told)], peer=peer)

    assert answer.body.decode().split()[1] == scheme
    assert (answer.one("Strict-Transport-Security") is not None) == (scheme == "https")


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy.example", "", "*"])
def test_what_is_no_network_cannot_be_trusted(text: str) -> None:
    with pytest.raises(InvalidNetwork):
        parse_networks([text])
