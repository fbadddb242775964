"""E-mail addresses: as they are written to, and as they are compared."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from playhead.kernel.people.errors import EmailInvalid

MOST_CHARACTERS = 254


@dataclass(frozen=True, slots=True)
class Email:
    """An address that mail can be sent to.

    Attributes:
        text: As its owner writes it, the domain in lower case and in ASCII.
        key: Equal for two spellings of one address; what addresses are looked up by.
    """

    text: str
    key: str


def parse_email(text: str, *, field: str = "email") -> Email:
    """Return the address in ``text``. Nobody is asked whether it exists.

    The part before the @ is ASCII: many servers take no mail for another. A domain may be anything.

    Domains that are reserved for tests (``example.org``, ``.test``) are taken as well: no mail to
    them can reach anybody.

    Raises:
        EmailInvalid: It is none; the error names ``field`` and does not repeat the text.
    """
    if len(text) > MOST_CHARACTERS:
        raise EmailInvalid(field)
    try:
        found = validate_email(
            text,
            allow_smtputf8=False,
            check_deliverability=False,
            strict=True,
            test_environment=True,
        )
    except (EmailNotValidError, UnicodeError) as error:
        raise EmailInvalid(field) from error
    address = found.ascii_email or found.normalized
    return Email(address, address.casefold())
