"""Mails: put into the transaction of what they tell of, and sent by a loop until they arrive."""

from playhead.kernel.mail.bell import Bell
from playhead.kernel.mail.errors import MailInvalid, MailRefused, MailUndelivered
from playhead.kernel.mail.folder import FolderTransport, newest_mail
from playhead.kernel.mail.model import Mail
from playhead.kernel.mail.outbox import Outbox
from playhead.kernel.mail.ports import MailPort, MailTransport
from playhead.kernel.mail.sender import MailSender
from playhead.kernel.mail.smtp import SmtpTransport, Tls

__all__ = [
    "Bell",
    "FolderTransport",
    "Mail",
    "MailInvalid",
    "MailPort",
    "MailRefused",
    "MailSender",
    "MailTransport",
    "MailUndelivered",
    "Outbox",
    "SmtpTransport",
    "Tls",
    "newest_mail",
]
