"""Accept an invitation."""

from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.orgs.desk import OrgDesk
from playhead.kernel.orgs.errors import (
    AddressUnverified,
    AlreadyMember,
    InvitationNotFound,
    OrgNotFound,
    OtherAddress,
    TooManyMembers,
    TooManyOrganisations,
)
from playhead.kernel.orgs.invite import INVITATION_PREFIX
from playhead.kernel.orgs.model import (
    MOST_MEMBERS,
    MOST_ORGANISATIONS,
    Invitation,
    InvitationState,
    Organisation,
    token_hash,
)
from playhead.kernel.orgs.repository import InvitationRows, OrgRows, organisation_of
from playhead.kernel.people import People, parse_email
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant


async def accept(desk: OrgDesk, caller: Caller, token: str, now: Micros) -> Organisation:
    """Let the caller, who was invited, belong to the organisation, and return it.

    Raises:
        NotAPerson: The caller is an API key.
        InvitationNotFound: No invitation that is still good has this token.
        AddressUnverified: The caller has not shown that their address is theirs.
        OtherAddress: The invitation went to another address.
        AlreadyMember: The caller belongs to it already.
        TooManyOrganisations: The caller belongs to as many organisations as one may.
        TooManyMembers: There is no free seat.
    """
    person, hashed = caller.person, token_hash(token)
    async with desk.tenants.transaction(Tenant(user_id=person)) as transaction:
        org_id = await organisation_of(transaction, hashed)
    if org_id is None:
        raise InvitationNotFound
    async with desk.tenants.transaction(Tenant(org_id, person)) as transaction:
        rows = OrgRows(transaction, org_id)
        invitation = await _decided(transaction, rows, org_id, person, hashed, now)
        await rows.join(person, invitation.role, now)
        await InvitationRows(transaction, org_id).accept(invitation.invitation_id, now)
        joined = await rows.find(person)
        await _note(desk, transaction, caller, org_id, invitation, now)
    return joined


async def _decided(
    transaction: Transaction,
    rows: OrgRows,
    org_id: UUID,
    person: UUID,
    hashed: bytes,
    now: Micros,
) -> Invitation:
    """Return the invitation if it lets the person in; both cannot change meanwhile."""
    people = People(transaction)
    account = await people.lock(person)  # nobody joins two organisations at once
    try:
        await rows.lock()
    except OrgNotFound as error:  # it was deleted at this very moment
        raise InvitationNotFound from error
    invitation = await InvitationRows(transaction, org_id).take(token_hash=hashed)
    if invitation.state(now) is not InvitationState.PENDING:
        raise InvitationNotFound
    if parse_email(invitation.email).key != account.email_key:
        raise OtherAddress
    if account.email_verified_at is None:
        raise AddressUnverified
    if await rows.role_of(person) is not None:
        raise AlreadyMember
    await _check_bounds(people, rows)
    return invitation


async def _check_bounds(people: People, rows: OrgRows) -> None:
    if len(await people.belongings()) >= MOST_ORGANISATIONS:
        raise TooManyOrganisations(MOST_ORGANISATIONS)
    members, _ = await rows.counts()
    if members >= MOST_MEMBERS:
        raise TooManyMembers(MOST_MEMBERS)


async def _note(
    desk: OrgDesk,
    transaction: Transaction,
    caller: Caller,
    org_id: UUID,
    invitation: Invitation,
    now: Micros,
) -> None:
    named = format_id(INVITATION_PREFIX, invitation.invitation_id)
    person = format_id(PERSON_PREFIX, caller.person)
    for action, subject in (
        (Action.INVITATION_ACCEPTED, named),
        (Action.MEMBER_JOINED, person),
    ):
        await desk.audit.append_by(
            transaction,
            caller,
            org_id=org_id,
            action=action,
            subject=subject,
            now=now,
            role=invitation.role.value,
            invitation=named,
        )
