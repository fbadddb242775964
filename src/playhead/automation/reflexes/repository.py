"""The rows of reflexes and of their events: with `tables`, what knows their tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from playhead.automation.reflexes.errors import ReflexNotFound
from playhead.automation.reflexes.model import Event, EventState, NewEvent, Reflex
from playhead.automation.reflexes.tables import (
    columns_of,
    event_of,
    json_text,
    reflex_of,
)
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenants

SQL = load_sql(__package__)
FORGOTTEN_AT_ONCE = 5000
MOST_RETIRED = 4
"""Every webhook is tried with each secret."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is written of an event once it is decided, or waits."""

    event_id: UUID
    state: EventState
    trace: dict[str, object]
    dedupe_value: str | None = None
    execution_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A webhook: whose it is, and the secrets that it may be signed with, sealed."""

    org_id: UUID
    secrets: tuple[bytes, ...]


async def door_of(tenants: Tenants, reflex_id: UUID, now: Micros) -> Door | None:
    """Return the webhook of a reflex; None if there is none, or nothing to sign with."""
    rows = await tenants.fetch_all(NOBODY, SQL.door, reflex_id=reflex_id)
    live = tuple(row.sealed for row in rows if row.expires_at is None or row.expires_at > now)
    return Door(rows[0].org_id, live) if live else None


async def listeners(tenants: Tenants, name: str) -> list[UUID]:
    """Return the organisations with an active reflex on the internal event ``name``."""
    rows = await tenants.fetch_all(NOBODY, SQL.listeners, name=name)
    return [row.org_id for row in rows]


async def forget_events_before(tenants: Tenants, before: Micros) -> int:
    """Forget every organisation's events that were decided before an instant; return how many."""
    total, many = 0, FORGOTTEN_AT_ONCE
    while many == FORGOTTEN_AT_ONCE:
        row = await tenants.fetch_optional(
            NOBODY, SQL.forget, before=before, most=FORGOTTEN_AT_ONCE
        )
        many = 0 if row is None else int(row.many)
        total += many
    return total


class ReflexRows:
    """The reflexes of one organisation, in a transaction of its own that may change them."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def count(self, most: int) -> int:
        """Return how many reflexes there are, ``most`` at most."""
        row = await self._transaction.fetch_optional(SQL.count, org_id=self._org_id, most=most)
        assert row is not None
        return cast(int, row.found)

    async def insert(self, reflex: Reflex) -> None:
        """Add a reflex."""
        await self._transaction.send(SQL.insert, **columns_of(reflex))

    async def save(self, reflex: Reflex) -> None:
        """Write all that may change about a reflex."""
        await self._transaction.send(SQL.save, **columns_of(reflex))

    async def find(self, reflex_id: UUID) -> Reflex:
        """Return a reflex as it is; how often it fired is not counted.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        return await self._one(SQL.find, reflex_id)

    async def take(self, reflex_id: UUID) -> Reflex:
        """Return a reflex; nobody else changes it, or decides its events, until we commit.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        return await self._one(SQL.take, reflex_id)

    async def take_of_event(self, event_id: UUID) -> Reflex | None:
        """Return the reflex that an event concerns, likewise; None if it is gone."""
        row = await self._transaction.fetch_optional(
            SQL.take_of_event, org_id=self._org_id, event_id=event_id
        )
        return None if row is None else reflex_of(row)

    async def delete(self, reflex_id: UUID) -> None:
        """Remove a reflex with all its events and secrets."""
        await self._transaction.send(SQL.delete, org_id=self._org_id, reflex_id=reflex_id)

    async def listening(self, name: str) -> list[UUID]:
        """Return the active reflexes that an internal event of this name sets off."""
        rows = await self._transaction.fetch_all(SQL.listening, org_id=self._org_id, name=name)
        return [row.reflex_id for row in rows]

    async def succeeded(self, reflex_id: UUID) -> None:
        """Forget the failures in a row."""
        await self._transaction.send(SQL.succeeded, org_id=self._org_id, reflex_id=reflex_id)

    async def failed(
        self, reflex_id: UUID, message: str, now: Micros
    ) -> tuple[Reflex, bool] | None:
        """Count one more failure; return the reflex and whether that paused it, None if gone."""
        row = await self._transaction.fetch_optional(
            SQL.failed, org_id=self._org_id, reflex_id=reflex_id, message=message, now=now
        )
        return None if row is None else (reflex_of(row), row.pauses)

    async def add_secret(self, reflex_id: UUID, sealed: bytes, now: Micros) -> None:
        """Add the secret that is in force from now on."""
        await self._transaction.send(
            SQL.add_secret, org_id=self._org_id, reflex_id=reflex_id, sealed=sealed, now=now
        )

    async def retire_secrets(self, reflex_id: UUID, *, until: Micros, now: Micros) -> None:
        """Let the secrets in force expire at ``until``; only the newest four stay until then."""
        await self._transaction.send(
            SQL.retire_secrets,
            org_id=self._org_id,
            reflex_id=reflex_id,
            until=until,
            now=now,
            most=MOST_RETIRED,
        )

    async def _one(self, query: str, reflex_id: UUID) -> Reflex:
        row = await self._transaction.fetch_optional(
            query, org_id=self._org_id, reflex_id=reflex_id
        )
        if row is None:
            raise ReflexNotFound(reflex_id)
        return reflex_of(row)


class EventRows:
    """The events of one organisation's reflexes, likewise."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def note(self, events: Sequence[NewEvent], now: Micros) -> frozenset[UUID]:
        """Add events; return the ids of those that are no repeats and whose reflex is there."""
        rows = await self._transaction.fetch_all(
            SQL.note,
            org_id=self._org_id,
            now=now,
            event_ids=[event.event_id for event in events],
            reflex_ids=[event.reflex_id for event in events],
            sources=[event.source.value for event in events],
            source_ids=[event.source_id for event in events],
            ats=[event.at for event in events],
            payloads=[json_text(event.payload) for event in events],
            traces=[json_text(event.trace) for event in events],
            dedupe_values=[event.dedupe_value for event in events],
        )
        return frozenset(row.event_id for row in rows)

    async def undecided(self, reflex_id: UUID, most: int) -> list[Event]:
        """Return events that are not decided yet, in the order they happened."""
        rows = await self._transaction.fetch_all(
            SQL.undecided, org_id=self._org_id, reflex_id=reflex_id, most=most
        )
        return [event_of(row) for row in rows]

    async def last_fired(self, reflex_id: UUID) -> Micros | None:
        """Return the time of the newest event that fired."""
        row = await self._transaction.fetch_optional(
            SQL.last_fired, org_id=self._org_id, reflex_id=reflex_id
        )
        return None if row is None else row.at

    async def fired_since(self, reflex_id: UUID, since: Micros) -> int:
        """Return how many events later than ``since`` fired."""
        row = await self._transaction.fetch_optional(
            SQL.fired_since, org_id=self._org_id, reflex_id=reflex_id, since=since
        )
        return 0 if row is None else int(row.events)

    async def fired_keys(
        self, reflex_id: UUID, keys: Collection[str], *, since: Micros
    ) -> dict[str, Micros]:
        """Return when events with these keys fired last, of those later than ``since``."""
        rows = await self._transaction.fetch_all(
            SQL.fired_keys,
            org_id=self._org_id,
            reflex_id=reflex_id,
            keys=list(keys),
            since=since,
        )
        return {row.key: row.at for row in rows}

    async def decide(self, verdicts: Sequence[Verdict], now: Micros) -> None:
        """Write what has become of events."""
        await self._transaction.send(
            SQL.decide,
            org_id=self._org_id,
            now=now,
            event_ids=[each.event_id for each in verdicts],
            states=[each.state.value for each in verdicts],
            traces=[json_text(each.trace) for each in verdicts],
            dedupe_values=[each.dedupe_value for each in verdicts],
            execution_ids=[each.execution_id for each in verdicts],
        )

    async def fail(self, event_id: UUID, trace: dict[str, object], now: Micros) -> None:
        """Write that an event could not be decided."""
        await self._transaction.send(
            SQL.fail_event,
            org_id=self._org_id,
            event_id=event_id,
            trace=json_text(trace),
            now=now,
        )
