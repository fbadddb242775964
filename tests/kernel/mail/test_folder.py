"""Mails as files."""

import asyncio
import stat
from pathlib import Path
from uuid import UUID

import pytest

from playhead.base.time import Micros
from playhead.kernel.mail import FolderTransport, Mail, MailUndelivered, newest_mail
from tests.kernel.mail.post import ADA, HELLO, MAIL_ID
from tests.kernel.stage import NOW

LINK = "http://127.0.0.1:8800/verify?token=" + "a=b-" * 40


def write(folder: Path, mail: Mail, *, later: int = 0, mail_id: UUID = MAIL_ID) -> None:
    transport = FolderTransport(folder)
    asyncio.run(transport.send(mail, mail_id=mail_id, at=Micros(NOW + later)))


def test_a_mail_is_one_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "mail"
    write(folder, HELLO)
    write(folder, HELLO)  # the same mail again
    (path,) = folder.iterdir()

    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_long_link_can_be_copied_from_the_file(tmp_path: Path) -> None:
    write(tmp_path, Mail(ADA, "Grüße", f"Liebe Ada,\n\n{LINK}\n"))
    (path,) = tmp_path.glob("*.eml")

    assert f"\n{LINK}\n" in path.read_text(encoding="utf-8")
    assert newest_mail(tmp_path, ADA) == Mail(ADA, "Grüße", f"Liebe Ada,\n\n{LINK}\n")


def test_the_newest_mail_of_a_recipient_is_found(tmp_path: Path) -> None:
    for later, subject in enumerate(("first", "second", "third")):
        write(tmp_path, Mail(ADA, subject, "text\n"), later=later)
    write(tmp_path, Mail("eve@example.org", "other", "text\n"), later=9)

    assert newest_mail(tmp_path, ADA) == Mail(ADA, "third", "text\n")
    assert newest_mail(tmp_path, "bob@example.org") is None


def test_a_folder_that_cannot_be_written_is_a_failure_of_the_moment(tmp_path: Path) -> None:
    place = tmp_path / "mail"
    place.write_text("a file")

    with pytest.raises(MailUndelivered):
        write(place, HELLO)
