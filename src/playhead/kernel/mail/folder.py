"""Mails as files: for a machine of one's own, where no mail server is."""

import asyncio
import os
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.mail.errors import MailUndelivered
from playhead.kernel.mail.message import compose
from playhead.kernel.mail.model import Mail

SENDER = "Playhead <playhead@localhost>"


class FolderTransport:
    """Writes each mail to a file of its own, which only the owner of the process can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail, *, mail_id: UUID, at: Micros) -> None:
        """Write ``mail`` to ``<when>-<id>.eml``; the name appears once the file is whole.

        Raises:
            MailUndelivered: It cannot be written.
        """
        message = compose(mail, sender=SENDER, mail_id=mail_id, at=at, encoding="8bit")
        try:
            await asyncio.to_thread(self._write, f"{at:020d}-{mail_id}.eml", bytes(message))
        except OSError as error:
            raise MailUndelivered(f"the mail cannot be written: {error.strerror}") from error

    def _write(self, name: str, text: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        draft = self._folder / f".{name}.part"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / name)


def newest_mail(folder: Path, recipient: str) -> Mail | None:
    """Return the newest mail to ``recipient`` that a `FolderTransport` wrote, or None."""
    for path in sorted(folder.glob("*.eml"), reverse=True):
        message = message_from_bytes(path.read_bytes(), EmailMessage, policy=default)
        if message["To"] == recipient:
            text = message.get_content().replace("\r\n", "\n")
            return Mail(recipient, str(message["Subject"]), text)
    return None
