"""The mail that invites somebody."""

from playhead.base.time import datetime_of
from playhead.kernel.mail import Mail
from playhead.kernel.orgs.model import Invitation, Member

_TEXT = """\
{who} invites you to {org} on Playhead, as {role}.

To accept, sign in (or sign up) with this address, {email}, and \
send this token to POST /api/v1/invitations/accept:

    {token}

This is good until {until}. If you do not know who sent it, ignore this mail: nothing will happen.
"""


def invitation_mail(
    invitation: Invitation, org: str, inviter: Member | None, *, token: str
) -> Mail:
    """Return the mail, which shows the token; ``inviter`` is None where an API key invites."""
    text = _TEXT.format(
        who="Somebody" if inviter is None else _signature(inviter),
        org=org,
        role=invitation.role.value,
        email=invitation.email,
        token=token,
        until=f"{datetime_of(invitation.expires_at):%Y-%m-%d %H:%M} UTC",
    )
    return Mail(invitation.email, f"Invitation to {org} on Playhead", text)


def _signature(member: Member) -> str:
    # Names are what somebody typed: they stay on their line.
    name = " ".join(f"{member.first_name} {member.last_name}".split())
    return f"{name} ({member.email})" if name else member.email
