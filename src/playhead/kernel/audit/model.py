"""Entries of the audit log, and which of them somebody asks for."""

from dataclasses import dataclass

from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an organisation's audit log.

    Attributes:
        number: 1, 2, 3 ... within the organisation.
        actor: ``usr_...``, ``key_...`` or the name of a part of the system.
        subject: The id of what it was done to.
        details: Facts about this occurrence, as JSON.
        entry: All of the above as JSON: exactly the text that the hash is made of.
        hash: SHA-256 of ``previous_hash``, then ``entry`` in UTF-8.
    """

    number: int
    at: Micros
    actor: str
    action: str
    subject: str
    details: bytes
    address: str
    request_id: str
    previous_hash: bytes
    hash: bytes
    entry: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: those whose action starts with ``action``, at an instant in [since, until)."""

    action: str | None = None
    actor: str | None = None
    since: Micros | None = None
    until: Micros | None = None
