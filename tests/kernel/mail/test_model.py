"""What a mail may be, and when it is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.kernel.mail import Mail, MailInvalid
from playhead.kernel.mail.message import compose
from playhead.kernel.mail.model import LONGEST, MOST_ATTEMPTS, is_given_up, next_attempt
from tests.kernel.mail.post import ADA, MAIL_ID
from tests.kernel.stage import NOW

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\n",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org eve@example.org",
        "ada\0@example.org",
        "ada\u2028@example.org",
        "a" * 250 + "@example.org",
    ],
)
def test_a_recipient_is_exactly_one_address(recipient: str) -> None:
    with pytest.raises(MailInvalid):
        Mail(recipient, "Hello", "text")


@pytest.mark.parametrize("subject", ["", "Hello\r\nBcc: eve@example.org", "a\nb", "x" * 201, "\0"])
def test_a_subject_is_exactly_one_line(subject: str) -> None:
    with pytest.raises(MailInvalid):
        Mail("ada@example.org", subject, "text")


@given(st.text(), st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_text_becomes_a_header_of_its_own(recipient: str, subject: str, text: str) -> None:
    try:
        mail = Mail(recipient, subject, text)
    except MailInvalid:
        mail = Mail(ADA, "Hello", text)
    raw = bytes(compose(mail, sender="p@example.org", mail_id=MAIL_ID, at=NOW))
    names = {
        line.partition(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    }

    assert {name for name in names if not name.startswith(b" ")} <= {
        b"from",
        b"to",
        b"subject",
        b"date",
        b"message-id",
        b"auto-submitted",
        b"content-type",
        b"content-transfer-encoding",
        b"mime-version",
    }


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_each_attempt_waits_twice_as_long_on_average(attempts: int, random: float) -> None:
    mean = 2**attempts * MINUTE
    waited = next_attempt(attempts=attempts, now=NOW, random=random) - NOW

    assert mean // 2 <= waited <= mean * 3 // 2


def test_a_mail_is_given_up_after_twelve_attempts_or_three_days() -> None:
    later = Micros(NOW + LONGEST)

    assert not is_given_up(attempts=11, created_at=NOW, now=Micros(later - 1))
    assert is_given_up(attempts=12, created_at=NOW, now=NOW)
    assert is_given_up(attempts=1, created_at=NOW, now=later)
    assert sum(next_attempt(attempts=n, now=Micros(0), random=0.5) for n in range(1, 12)) > 2 * DAY
