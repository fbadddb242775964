"""People: let in by the operator, helped to another password, signed out everywhere."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from uuid import UUID

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.entrypoints.administration.errors import PersonExists, PersonUnknown
from playhead.entrypoints.administration.model import PersonRecord
from playhead.entrypoints.administration.opening import Administration
from playhead.entrypoints.administration.repository import AllTenants
from playhead.kernel.audit import Action
from playhead.kernel.auth.letters import Letters
from playhead.kernel.auth.mail_tokens import MailTokenRows, Purpose
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.sessions import Ending, SessionRows
from playhead.kernel.identity import Role
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX
from playhead.kernel.orgs import create_organisation
from playhead.kernel.orgs.repository import OrgRows
from playhead.kernel.people import Email, EmailTaken, People, parse_email
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenant

MOST_TOLD = 20
"""Organisations of a person whose logs are told; nobody may join more."""


@dataclass(frozen=True, slots=True)
class Joining:
    """The organisation that somebody new belongs to from the start, and as what."""

    org_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to let in.

    Attributes:
        belongs: An organisation that there is already, or the name of one that is made with them.
        password: None: they cannot sign in with one before they have set it by mail.
    """

    email: Email
    first_name: str
    last_name: str
    belongs: Joining | str
    password: str | None = field(default=None, repr=False)


async def people(
    desk: Administration, *, part: str | None = None, limit: int
) -> list[PersonRecord]:
    """Return at most ``limit`` people, the oldest first; ``part`` is one of their address."""
    async with desk.view.transaction() as transaction:
        return await AllTenants(transaction).people(now=desk.now(), part=part, limit=limit)


async def find_person(desk: Administration, email: str) -> UUID:
    """Return who has an address.

    Raises:
        EmailInvalid: It is none.
        PersonUnknown: Nobody has it.
    """
    parsed = parse_email(email)
    async with desk.tenants.transaction(NOBODY) as transaction:
        user_id = await People(transaction).id_by_email(parsed.key)
    if user_id is None:
        raise PersonUnknown(parsed.text)
    return user_id


async def create_person(
    desk: Administration, new: Newcomer, *, costs: Parameters = RFC_9106_LOW_MEMORY
) -> UUID:
    """Let somebody in and return their id. The operator vouches for the address: it is verified.

    Raises:
        PersonExists: Somebody has the address already; nothing is changed.
        OrgNotFound: The organisation that they were to join is gone.
    """
    password_hash = None if new.password is None else await _hashed(new.password, costs)
    now, user_id = desk.now(), new_uuid(desk.now())
    org_id = new.belongs.org_id if isinstance(new.belongs, Joining) else new_uuid(now)
    async with desk.tenants.transaction(Tenant(org_id, user_id)) as transaction:
        await _add(transaction, user_id, new, password_hash, now)
        await _let_in(desk, transaction, org_id, user_id, new.belongs, now)
    return user_id


async def set_password(
    desk: Administration, user_id: UUID, password: str, *, costs: Parameters = RFC_9106_LOW_MEMORY
) -> int:
    """Set somebody's password, end all of their sessions, tell them by mail; return how many ended.

    Raises:
        PersonNotFound: They are gone.
    """
    password_hash, now = await _hashed(password, costs), desk.now()
    async with _of(desk, user_id) as transaction:
        person = await People(transaction).lock(user_id)
        await People(transaction).set_password(user_id, password_hash, now)
        ended = await SessionRows(transaction).end_others(user_id, None, Ending.PASSWORD, now)
        await MailTokenRows(transaction).withdraw(user_id, Purpose.RESET_PASSWORD, now)
        await desk.mail.put(transaction, Letters().changed(person), now=now)
    await _note_everywhere(desk, user_id, Action.PASSWORD_CHANGED, {"sessions_ended": ended})
    return ended


async def sign_out(desk: Administration, user_id: UUID) -> int:
    """End all sessions of somebody and return how many there were."""
    async with _of(desk, user_id) as transaction:
        rows = SessionRows(transaction)
        ended = await rows.end_others(user_id, None, Ending.ENDED, desk.now())
    if ended:
        details: dict[str, object] = {"why": Ending.ENDED.value, "sessions_ended": ended}
        await _note_everywhere(desk, user_id, Action.SESSION_ENDED, details)
    return ended


async def _add(
    transaction: Transaction, user_id: UUID, new: Newcomer, password_hash: str | None, now: Micros
) -> None:
    try:
        await People(transaction).add(
            user_id,
            new.email,
            first_name=new.first_name,
            last_name=new.last_name,
            password_hash=password_hash,
            verified=True,
            now=now,
        )
    except EmailTaken as error:
        raise PersonExists(new.email.text) from error


async def _let_in(
    desk: Administration,
    transaction: Transaction,
    org_id: UUID,
    user_id: UUID,
    belongs: Joining | str,
    now: Micros,
) -> None:
    if isinstance(belongs, Joining):
        rows = OrgRows(transaction, org_id)
        await rows.lock()
        await rows.join(user_id, belongs.role, now)
        action, subject = Action.MEMBER_JOINED, format_id(PERSON_PREFIX, user_id)
        details: dict[str, object] = {"role": belongs.role.value}
    else:
        await create_organisation(transaction, org_id=org_id, name=belongs, owner=user_id, now=now)
        action, subject = Action.ORG_CREATED, format_id(ORG_PREFIX, org_id)
        details = {"name": belongs, "owner": format_id(PERSON_PREFIX, user_id)}
    await desk.note(transaction, org_id, action, subject, details)


async def _note_everywhere(
    desk: Administration, user_id: UUID, action: Action, details: dict[str, object]
) -> None:
    async with _of(desk, user_id) as transaction:
        belongings = await People(transaction).belongings()
    # One transaction each: who waited in several logs at once could wait for who waits for them.
    for each in belongings[:MOST_TOLD]:
        async with desk.tenants.transaction(Tenant(each.org_id, user_id)) as transaction:
            subject = format_id(PERSON_PREFIX, user_id)
            await desk.note(transaction, each.org_id, action, subject, details)


async def _hashed(password: str, costs: Parameters) -> str:
    with Passwords.open(costs, at_once=1) as passwords:
        return await passwords.hash(password)


def _of(desk: Administration, user_id: UUID) -> AbstractAsyncContextManager[Transaction]:
    return desk.tenants.transaction(Tenant(user_id=user_id))
