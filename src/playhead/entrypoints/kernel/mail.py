"""Where mail goes: to an SMTP server, or into a folder of the home."""

from urllib.parse import unquote, urlsplit

from playhead.entrypoints.settings import Settings
from playhead.kernel.mail import FolderTransport, MailTransport, SmtpTransport, Tls

FOLDER = "mail"
SUBMISSION_PORT = 587
IMPLICIT_TLS_PORT = 465


def mail_transport(settings: Settings) -> MailTransport:
    """Return the way that ``settings`` ask for.

    ``smtp://`` is protected by STARTTLS, ``smtps://`` from the first byte.
    """
    if settings.smtp_url is None:
        return FolderTransport(settings.home / FOLDER)
    parts = urlsplit(settings.smtp_url)
    implicit = parts.scheme == "smtps"
    return SmtpTransport(
        host=str(parts.hostname),
        port=parts.port or (IMPLICIT_TLS_PORT if implicit else SUBMISSION_PORT),
        sender=settings.mail_from,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=Tls.IMPLICIT if implicit else Tls.STARTTLS,
    )
