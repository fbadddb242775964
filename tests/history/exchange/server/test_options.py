"""What an exchange may be told."""

import pytest

from playhead.history.exchange import ExchangeOptions, InvalidOption


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("markets", 0),
        ("markets", 200_001),
        ("rate", 0.0),
        ("speed", -1.0),
        ("port", 70_000),
        ("most_buffered", 0),
        ("host", "0.0.0.0"),
        ("host", "exchange.example"),
    ],
)
def test_an_option_out_of_bounds_names_itself(field: str, value: object) -> None:
    with pytest.raises(InvalidOption) as refused:
        ExchangeOptions(**{field: value})  # type: ignore[arg-type]

    assert refused.value.field == field
    assert field in refused.value.message


def test_loopback_of_both_families_is_allowed() -> None:
    assert ExchangeOptions(host="::1").host == "::1"
    assert ExchangeOptions().host == "127.0.0.1"
