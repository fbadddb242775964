"""Mails by SMTP, through a server that relays for us."""

import asyncio
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.mail.errors import MailRefused, MailUndelivered
from playhead.kernel.mail.message import compose, domain_of
from playhead.kernel.mail.model import Mail

_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_PERMANENT = 500


class Tls(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """Hands each mail to the SMTP server ``host``, over a connection of its own.

    The server's certificate must be valid for ``host``; without TLS no password is ever sent.

    Attributes:
        sender: An address, with or without a name, that the server lets us write from.
        user: None: the server takes mails without signing in.
        timeout_seconds: For each step of the conversation.
        trusted: Whose certificates are believed; those of the system by default.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = Tls.STARTTLS
    timeout_seconds: float = 15
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def __post_init__(self) -> None:
        if self.user is not None and self.tls is Tls.NONE:
            raise ValueError("a password is not sent without TLS")

    async def send(self, mail: Mail, *, mail_id: UUID, at: Micros) -> None:
        """Return once the server took the mail.

        What is wrong with us (name, password, certificate) is no fault of the mail: it waits.

        Raises:
            MailRefused: The server refuses this recipient or this mail for good (5xx).
            MailUndelivered: It refuses for now (4xx), or there is no conversation.
        """
        message = compose(mail, sender=self.sender, mail_id=mail_id, at=at)
        try:
            await asyncio.to_thread(self._deliver, message, mail.recipient)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*error.recipients[mail.recipient]) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise MailUndelivered(_told(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise MailUndelivered(f"no conversation with the mail server: {reason}") from error

    def _deliver(self, message: EmailMessage, recipient: str) -> None:
        with self._connection() as server:
            if self.tls is Tls.STARTTLS:
                server.starttls(context=self.trusted)
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(message, to_addrs=[recipient])

    def _connection(self) -> smtplib.SMTP:
        name = domain_of(self.sender)
        if self.tls is Tls.IMPLICIT:
            return smtplib.SMTP_SSL(
                self.host,
                self.port,
                local_hostname=name,
                timeout=self.timeout_seconds,
                context=self.trusted,
            )
        return smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=self.timeout_seconds)


def _refusal(code: int, text: bytes | str) -> MailRefused | MailUndelivered:
    told = _told(code, text)
    return MailRefused(told) if code >= _PERMANENT else MailUndelivered(told)


def _told(code: int, text: bytes | str) -> str:
    # What else the server says often repeats the recipient, which is kept nowhere in clear.
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    status = _STATUS.search(words)
    return f"the mail server says {code}" + (f" {status[0]}" if status else "")
