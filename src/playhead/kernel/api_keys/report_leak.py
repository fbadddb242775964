"""Revoke an API key that somebody found where everybody can read it, and tell its owners."""

import logging
from dataclasses import dataclass

from playhead.base.time import Micros, format_instant
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.model import ApiKey, Author, Because, KeyState
from playhead.kernel.api_keys.record import tell
from playhead.kernel.api_keys.repository import KeyReader, KeyRows
from playhead.kernel.api_keys.revoke import revoked
from playhead.kernel.api_keys.text import KeyText, parse_key
from playhead.kernel.audit import Action
from playhead.kernel.mail import Mail, MailInvalid, MailPort
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant

ACTOR = "leak report"
_SUBJECT = "An API key of yours was found in the open and revoked"
_TEXT = """\
The API key "{name}" ({hint}...) was reported to us as readable by others.
We revoked it at {at}; nothing can be done with it any more.

What to do:
- Make another key and put it where the old one was used.
- Take the old one out of wherever it can be read, its history included.
- Look at what was done with it: the audit log and the usage of the key show that, and what the
  reporter says about where it was found.
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """A key that was found.

    Attributes:
        key: The key itself: only who has it can report it.
        where: What the reporter says about the place; anything, so it goes into no mail.
        address: The reporter's.
    """

    key: str
    where: str | None
    address: str
    request_id: str


async def report_leak(desk: KeyDesk, mail: MailPort, report: Report, now: Micros) -> bool:
    """Revoke the key at once and tell the owners of its organisation.

    Returns whether there was a key to revoke, which the reporter must not be told.

    Raises:
        KeyMalformed: It is not a key at all.
    """
    parsed = parse_key(report.key)
    org_id = await KeyReader(desk.tenants).organisation_of(parsed.hash)
    if org_id is None:
        return False
    author = Author(org_id, frozenset(), ACTOR, None, report.address, report.request_id)
    async with desk.tenants.transaction(Tenant(org_id)) as transaction:
        key = await _revoke(transaction, author, parsed, now)
        if key is None:
            return False
        await _tell_owners(transaction, mail, key, now)
        details = {"name": key.settings.name, "where": report.where}
        await tell(
            desk.audit, transaction, author, Action.KEY_LEAKED, key, now=now, details=details
        )
    return True


async def _revoke(
    transaction: Transaction, author: Author, parsed: KeyText, now: Micros
) -> ApiKey | None:
    rows = KeyRows(transaction, author.org_id)
    key = await rows.take_by_hash(parsed.hash)
    if key is None or key.state(now) is KeyState.REVOKED:
        return None
    gone = revoked(key, Because.LEAKED, now)
    await rows.save(gone)
    return gone


async def _tell_owners(transaction: Transaction, mail: MailPort, key: ApiKey, now: Micros) -> None:
    text = _TEXT.format(name=key.settings.name, hint=key.hint, at=format_instant(now))
    for recipient in await KeyRows(transaction, key.org_id).owners():
        try:
            await mail.put(transaction, Mail(recipient, _SUBJECT, text), now=now)
        except MailInvalid:
            # The key is revoked all the same.
            _log.warning("an owner of %s cannot be written to", key.org_id, exc_info=True)
