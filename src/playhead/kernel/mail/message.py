"""A mail in the form of RFC 5322."""

from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from playhead.base.time import Micros, datetime_of
from playhead.kernel.mail.model import Mail

_POLICY = SMTP.clone(max_line_length=998, cte_type="8bit")


def compose(
    mail: Mail, *, sender: str, mail_id: UUID, at: Micros, encoding: str | None = None
) -> EmailMessage:
    """Return ``mail`` as a message.

    A mail that is sent twice has one ``Message-ID``, by which many systems show it once.

    Args:
        sender: An address, with or without a name.
        encoding: The transfer encoding of the text; None chooses one that every server takes.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = datetime_of(at)
    message["Message-ID"] = f"<{mail_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's absence is answered to us
    message.set_content(mail.text, cte=encoding)
    return message


def domain_of(sender: str) -> str:
    """Return the domain of an address, with or without a name."""
    return sender.rpartition("@")[2].rstrip("> ")
