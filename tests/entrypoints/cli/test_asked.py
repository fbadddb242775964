"""What people type about keys and people."""

import io

import pytest

from playhead.base.time import Micros, parse_instant
from playhead.entrypoints.cli.asked import (
    NotUsable,
    expiry_of,
    networks_of,
    org_name,
    person_name,
    read_password,
)

NOW = parse_instant("2026-11-22T12:00:00Z")
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "hours"), [("15m", 0.25), ("24h", 24), ("30d", 720), ("2026-11-22T13:00:00Z", 1)]
)
def test_an_expiry_is_a_length_or_a_time(text: str, hours: float) -> None:
    assert expiry_of(text, now=NOW) == Micros(NOW + int(hours * HOUR))


def test_without_an_expiry_a_key_never_expires() -> None:
    assert expiry_of(None, now=NOW) is None


@pytest.mark.parametrize("text", ["", "30", "3x", "-1d", "1.5h", "tomorrow", "2026-11-23"])
def test_what_is_no_expiry_is_refused_by_its_option(text: str) -> None:
    with pytest.raises(NotUsable, match=r"--expires: .*30d, 24h or 15m"):
        expiry_of(text, now=NOW)


@pytest.mark.parametrize("text", ["0d", "2026-11-22T12:00:00Z", "2020-01-01T00:00:00Z"])
def test_an_expiry_is_in_the_future(text: str) -> None:
    with pytest.raises(NotUsable, match=r"--expires: .* not in the future"):
        expiry_of(text, now=NOW)


def test_networks_are_taken_once_each_and_in_their_shortest_form() -> None:
    found = networks_of(["203.0.113.0/24", "::ffff:203.0.113.0/120", "2001:db8::/32", "192.0.2.1"])

    assert [str(each) for each in found] == ["203.0.113.0/24", "2001:db8::/32", "192.0.2.1/32"]


@pytest.mark.parametrize("text", ["203.0.113.7/24", "nowhere", "203.0.113.0/33", ""])
def test_what_is_no_network_is_refused_by_its_option(text: str) -> None:
    with pytest.raises(NotUsable, match="--network: "):
        networks_of(["192.0.2.0/24", text])


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\u202eb", "x" * 101])
def test_names_are_a_line_of_text(text: str) -> None:
    with pytest.raises(NotUsable, match="NAME: "):
        org_name(text, "NAME")
    with pytest.raises(NotUsable, match="--first-name: "):
        person_name(text, "--first-name")


def test_a_password_is_the_first_line_of_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(" correct horse \r\nmore\n"))

    assert read_password() == " correct horse "


@pytest.mark.parametrize("text", ["", "short\n", "x" * 129, "with\tatab\n"])
def test_what_can_be_no_password_is_refused_and_not_repeated(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    with pytest.raises(NotUsable, match="8 to 128") as refused:
        read_password()
    assert text.strip() not in refused.value.message or not text.strip()
