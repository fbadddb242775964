"""What can go wrong where a provider signs people in. Its own words stay in our log."""

from playhead.base.errors import Conflict, Forbidden, Invalid, Unauthenticated, Unavailable


class ProviderUnavailable(Unavailable):
    """The sign-in provider cannot be reached, fails, or answers what cannot be understood."""

    code = "auth.provider_unavailable"

    def __init__(self, reason: str) -> None:
        """``reason`` is for the log, never for the client."""
        super().__init__("the sign-in provider does not answer as it should; try again later")
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.message} ({self.reason})"


class FlowInvalid(Unauthenticated):
    """A sign-in that was not begun in this browser, was finished already, or took too long."""

    code = "auth.flow_invalid"

    def __init__(self) -> None:
        super().__init__(
            "this sign-in was not begun here, was finished already, or took longer than 10 minutes;"
            " begin again"
        )


class RedirectRefused(Invalid):
    """A sign-in may return only to the addresses that are configured."""

    code = "auth.redirect_refused"

    def __init__(self) -> None:
        super().__init__(
            "redirect_uri: this address is not one of those that are allowed", field="redirect_uri"
        )


class IdentityConflict(Conflict):
    """Somebody here has this e-mail address, and it is not proven on both sides to be theirs."""

    code = "auth.identity_conflict"

    def __init__(self) -> None:
        super().__init__(
            "an account with this e-mail address exists; verify the address in both places, then"
            " sign in again"
        )


class EmailMissing(Forbidden):
    """The provider tells no e-mail address of this person, and an account needs one."""

    code = "auth.email_missing"

    def __init__(self) -> None:
        super().__init__("the sign-in provider tells no e-mail address of you; add one there")


class PasswordRefused(Invalid):
    """The provider's policy refuses the password."""

    code = "auth.password_refused"

    def __init__(self) -> None:
        super().__init__(
            "password: the sign-in provider asks for a stronger one, and not the e-mail address",
            field="password",
        )


class ProfileRefused(Invalid):
    """The provider refuses the e-mail address or a name; ``field`` says which."""

    code = "auth.profile_refused"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: the sign-in provider does not accept this", field=field)


class GrantRefused(Unauthenticated):
    """The provider does not accept the password, code or refresh token."""

    code = "auth.grant_refused"

    def __init__(self) -> None:
        super().__init__("the sign-in provider did not accept this; sign in again")
