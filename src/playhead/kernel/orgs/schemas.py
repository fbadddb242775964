"""Organisations on the wire."""

import unicodedata
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.identity import Role
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX
from playhead.kernel.orgs.invite import INVITATION_PREFIX
from playhead.kernel.orgs.model import Invitation, Member, Organisation
from playhead.kernel.people import Email, parse_email
from playhead.web.wire import Instant, Wire, instant, instant_text

# Controls, lines and paragraphs, and what turns the direction of the text around it.
_UNWANTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _one_line(text: str) -> str:
    if any(unicodedata.category(each) in _UNWANTED or each in _TURNING for each in text):
        raise PydanticCustomError("not_one_line", "a name is one line of text")
    return text


OrgName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_one_line),
]


class Body(BaseModel):
    """A body that we take. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewOrgBody(Body):
    """An organisation to make."""

    name: OrgName


class OrgChangesBody(Body):
    """What to change. What is not sent stays."""

    name: OrgName | None = None

    @model_validator(mode="after")
    def _cannot_be_cleared(self) -> Self:
        if "name" in self.model_fields_set and self.name is None:
            raise PydanticCustomError("not_clearable", "name cannot be null")
        return self


class RoleBody(Body):
    """What a member is to be."""

    role: Role


class NewInvitationBody(Body):
    """Whom to invite, and as what."""

    email: str = Field(max_length=254, description="An e-mail address.")
    role: Role

    def address(self) -> Email:
        """Return the address.

        Raises:
            EmailInvalid: It is none.
        """
        return parse_email(self.email)


class AcceptanceBody(Body):
    """The token of an invitation, as the mail shows it."""

    token: str = Field(max_length=200)


class OrgView(Wire, frozen=True):
    """An organisation.

    Attributes:
        role: What the caller is in it; null for an API key.
        joined_at: When the caller joined; null for an API key.
    """

    id: str
    name: str
    plan: str
    role: str | None
    created_at: Instant
    joined_at: Instant | None


class OrgPage(Wire, frozen=True):
    """The caller's organisations, by when they joined: all of them, 20 at most."""

    data: list[OrgView]
    next_cursor: str | None
    has_more: bool


class MemberView(Wire, frozen=True):
    """A person in an organisation."""

    id: str
    email: str
    email_verified: bool
    first_name: str
    last_name: str
    role: str
    joined_at: Instant


class MemberPage(Wire, frozen=True):
    """Members by when they joined."""

    data: list[MemberView]
    next_cursor: str | None
    has_more: bool


class InvitationView(Wire, frozen=True):
    """An invitation. Its token is in the mail, and nowhere else.

    Attributes:
        status: `pending`, `expired`, `accepted` or `cancelled`.
        invited_by: Who sent it; null for an API key, or who is no longer a member.
        expires_at: From then on it is of no use.
        sent: How often it was mailed.
    """

    id: str
    email: str
    role: str
    status: str
    invited_by: str | None
    created_at: Instant
    expires_at: Instant
    sent: int


class InvitationPage(Wire, frozen=True):
    """Invitations, the newest first."""

    data: list[InvitationView]
    next_cursor: str | None
    has_more: bool


def org_view(org: Organisation) -> OrgView:
    """Return ``org`` as it is sent."""
    return OrgView(
        id=format_id(ORG_PREFIX, org.org_id),
        name=org.name,
        plan=org.plan,
        role=None if org.role is None else org.role.value,
        created_at=instant_text(org.created_at),
        joined_at=instant(org.joined_at),
    )


def org_page(orgs: list[Organisation]) -> OrgPage:
    """Return ``orgs`` as they are sent."""
    return OrgPage(data=[org_view(each) for each in orgs], next_cursor=None, has_more=False)


def member_view(member: Member) -> MemberView:
    """Return ``member`` as it is sent."""
    return MemberView(
        id=format_id(PERSON_PREFIX, member.user_id),
        email=member.email,
        email_verified=member.email_verified,
        first_name=member.first_name,
        last_name=member.last_name,
        role=member.role.value,
        joined_at=instant_text(member.joined_at),
    )


def invitation_view(invitation: Invitation, now: Micros) -> InvitationView:
    """Return ``invitation`` as it is sent at ``now``."""
    inviter = invitation.inviter
    return InvitationView(
        id=format_id(INVITATION_PREFIX, invitation.invitation_id),
        email=invitation.email,
        role=invitation.role.value,
        status=invitation.state(now).value,
        invited_by=None if inviter is None else format_id(PERSON_PREFIX, inviter),
        created_at=instant_text(invitation.created_at),
        expires_at=instant_text(invitation.expires_at),
        sent=invitation.sent,
    )
