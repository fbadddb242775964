"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.kernel.mail import Mail
from playhead.kernel.people import EmailInvalid, parse_email


@pytest.mark.parametrize(
    ("text", "written", "key"),
    [
        ("ada@example.org", "ada@example.org", "ada@example.org"),
        ("Ada.Lovelace@EXAMPLE.org", "Ada.Lovelace@example.org", "ada.lovelace@example.org"),
        ("o'brien+tag@sub.example.co.uk", "o'brien+tag@sub.example.co.uk", None),
        ("ada@machine.test", "ada@machine.test", None),
        ("ada@bücher.example", "ada@xn--bcher-kva.example", None),
    ],
)
def test_an_address_is_written_as_its_owner_does_and_compared_without_case(
    text: str, written: str, key: str | None
) -> None:
    email = parse_email(text)

    assert (email.text, email.key) == (written, key or written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@example",
        "ada@@example.org",
        "ada @example.org",
        "ada@example..org",
        ".ada@example.org",
        "ada@-example.org",
        "ada@[192.0.2.1]",
        "Ada <ada@example.org>",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\0@example.org",
        "\ud800@example.org",
        "ada@\ud800.org",
        "adä@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "x" * 300 + ".org",
        "ada@example.org" * 10_000,
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(EmailInvalid) as refused:
        parse_email(text)

    assert refused.value.field == "email"
    assert refused.value.message == EmailInvalid().message


@given(text=st.one_of(st.text(max_size=80), st.emails()))
def test_an_address_is_taken_or_refused_and_what_is_taken_can_be_written_to(text: str) -> None:
    try:
        email = parse_email(text)
    except EmailInvalid:
        return

    assert parse_email(email.text) == email
    assert Mail(email.text, "subject", "text").recipient == email.text
