"""What can be wrong with a request about an organisation."""

from playhead.base.errors import Conflict, Forbidden, Invalid, NotFound
from playhead.kernel.identity import Role


class OrgNotFound(NotFound):
    """There is no such organisation, or the caller does not belong to it."""

    code = "org.not_found"

    def __init__(self) -> None:
        super().__init__("there is no such organisation")


class NameNotConfirmed(Invalid):
    """The name in `confirm` is not that of the organisation to delete."""

    code = "org.not_confirmed"

    def __init__(self) -> None:
        super().__init__("confirm must be the name of the organisation", field="confirm")


class TooManyOrganisations(Conflict):
    """The person belongs to as many organisations as one may; leave one first."""

    code = "org.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"a person belongs to {most} organisations at most", most=most)


class LastOwner(Conflict):
    """The last owner can neither leave nor become anything else; make another owner first."""

    code = "org.last_owner"

    def __init__(self) -> None:
        super().__init__("an organisation has an owner: make somebody else owner first")


class MemberNotFound(NotFound):
    """The organisation has no member of this id."""

    code = "member.not_found"

    def __init__(self) -> None:
        super().__init__("the organisation has no such member")


class MemberBeyond(Forbidden):
    """The caller's role does not reach this member, or not the role that was to be given."""

    code = "member.beyond_role"

    def __init__(self, actor: Role, *roles: Role) -> None:
        named = " or ".join(sorted({role.value for role in roles}))
        super().__init__(f"the role {actor.value} does not reach: {named}", role=actor.value)


class SelfManaged(Forbidden):
    """Nobody changes their own role."""

    code = "member.self"

    def __init__(self) -> None:
        super().__init__("nobody changes their own role; another owner can")


class AlreadyMember(Conflict):
    """The person belongs to the organisation already."""

    code = "member.exists"

    def __init__(self) -> None:
        super().__init__("this person belongs to the organisation already")


class TooManyMembers(Conflict):
    """The organisation has as many members as it may have."""

    code = "member.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"an organisation has {most} members at most", most=most)


class InvitationNotFound(NotFound):
    """There is no such invitation, or it has expired, was cancelled or was accepted."""

    code = "invitation.not_found"

    def __init__(self) -> None:
        super().__init__("there is no such invitation, or it is no longer good")


class AlreadyInvited(Conflict):
    """This address has an invitation that is still good."""

    code = "invitation.exists"

    def __init__(self) -> None:
        super().__init__("this address is invited already: resend or cancel that", field="email")


class InvitationClosed(Conflict):
    """The invitation was accepted or cancelled: it cannot be sent or cancelled again."""

    code = "invitation.closed"

    def __init__(self, state: str) -> None:
        super().__init__(f"the invitation is {state}", state=state)


class SentTooOften(Conflict):
    """The invitation was sent as often as one is; cancel it and make another."""

    code = "invitation.sent_too_often"

    def __init__(self, most: int) -> None:
        super().__init__(f"an invitation is sent {most} times at most", most=most)


class TooManyInvitations(Conflict):
    """The organisation has as many invitations that are still good as it may have."""

    code = "invitation.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"an organisation has {most} open invitations at most", most=most)


class OtherAddress(Forbidden):
    """The invitation went to another address than the one the person signs in with."""

    code = "invitation.other_address"

    def __init__(self) -> None:
        super().__init__("the invitation is for another address: sign in with that one")


class AddressUnverified(Forbidden):
    """The person has not shown yet that their address is theirs."""

    code = "invitation.address_unverified"

    def __init__(self) -> None:
        super().__init__("verify your address first: a mail with a link was sent to it")
