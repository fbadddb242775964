"""Changing one's own account."""

from playhead.base.errors import Invalid
from playhead.base.ids import format_id
from playhead.kernel.auth import limits
from playhead.kernel.auth.bodies import MeBody
from playhead.kernel.auth.dependencies import AuthRoom
from playhead.kernel.identity import Caller
from playhead.kernel.identity.model import PERSON_PREFIX


class PasswordIncomplete(Invalid):
    """A new password and the current one are sent together."""

    code = "auth.password_incomplete"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: needed to change the password", field=field)


async def change_me(body: MeBody, auth: AuthRoom, gate: limits.Gate, caller: Caller) -> None:
    """Change what was sent: the password first, for that can be refused.

    Raises:
        PasswordIncomplete: One of the two passwords is missing.
        PasswordWrong: The current password is another.
        LimitExceeded: That was tried too often.
    """
    old, new = body.sent("current_password"), body.sent("new_password")
    first, last = body.sent("first_name"), body.sent("last_name")
    if (old is None) != (new is None):
        raise PasswordIncomplete("current_password" if old is None else "new_password")
    if old is not None and new is not None:
        account = format_id(PERSON_PREFIX, caller.person)
        visit = await gate.enter(limits.CHANGE_PASSWORD, account)
        await auth.accounts.change_password(caller.person, caller.session_id, old, new, visit)
    if first is not None or last is not None:
        await auth.accounts.rename(caller.person, first, last, gate.visit)
