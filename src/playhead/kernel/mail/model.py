"""A mail, and when it is tried again. Pure."""

import unicodedata
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.mail.errors import MailInvalid

MOST_SUBJECT = 200
MOST_RECIPIENT = 254
MOST_ATTEMPTS = 12
LONGEST = Micros(3 * 24 * 3600 * MICROS_PER_SECOND)
_FIRST_DELAY = 120 * MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of plain text to one person.

    Neither recipient nor subject can hold what would end its line: nothing that somebody typed
    ever becomes a header of its own, or a second recipient.

    Raises:
        MailInvalid: They do.
    """

    recipient: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        if not _is_one_address(self.recipient):
            raise MailInvalid("a mail goes to one address", field="recipient")
        if not 0 < len(self.subject) <= MOST_SUBJECT or not _is_one_line(self.subject):
            raise MailInvalid("the subject of a mail is one line", field="subject")


def is_given_up(*, attempts: int, created_at: Micros, now: Micros) -> bool:
    """Return whether a mail that failed ``attempts`` times is not tried again."""
    return attempts >= MOST_ATTEMPTS or now - created_at >= LONGEST


def next_attempt(*, attempts: int, now: Micros, random: float) -> Micros:
    """Return when a mail that failed ``attempts`` times (1 or more) is due again.

    2, 4, 8 ... minutes on average; eleven of them are 2.8 days.

    Args:
        random: In [0, 1): mails that failed together do not come back together.
    """
    return Micros(now + int((_FIRST_DELAY << (attempts - 1)) * (0.5 + random)))


def _is_one_line(text: str) -> bool:
    # Controls, and the line and paragraph separators of Unicode.
    return not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in text)


def _is_one_address(text: str) -> bool:
    if not _is_one_line(text) or len(text) > MOST_RECIPIENT:
        return False
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):  # what the parser raises for texts that are none
        return False
    return bool(address.username and address.domain)
