"""Organisations, who belongs to them as what, and who is invited."""

from playhead.kernel.orgs.desk import OrgDesk
from playhead.kernel.orgs.errors import LastOwner, OrgNotFound
from playhead.kernel.orgs.found import Founding, create_organisation
from playhead.kernel.orgs.model import Invitation, InvitationState, Member, Organisation, Standing

__all__ = [
    "Founding",
    "Invitation",
    "InvitationState",
    "LastOwner",
    "Member",
    "OrgDesk",
    "OrgNotFound",
    "Organisation",
    "Standing",
    "create_organisation",
]
