"""Where the exchange is."""

import pytest

from playhead.history.kalshi import PRODUCTION, Hosts, InvalidAddress


def test_an_origin_has_the_two_usual_paths() -> None:
    assert Hosts.at("http://127.0.0.1:8010") == Hosts(
        rest_url="http://127.0.0.1:8010/trade-api/v2",
        websocket_url="ws://127.0.0.1:8010/trade-api/ws/v2",
    )


def test_a_secure_origin_stays_secure() -> None:
    assert Hosts.at("https://external-api.kalshi.com").rest_url == PRODUCTION.rest_url


@pytest.mark.parametrize("origin", ["ftp://a", "127.0.0.1:8010", "http://", ""])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(InvalidAddress):
        Hosts.at(origin)
