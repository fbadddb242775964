"""What can be wrong about a person."""

from playhead.base.errors import Conflict, Invalid, NotFound


class EmailInvalid(Invalid):
    """A text that is not an e-mail address."""

    code = "email.invalid"

    def __init__(self, field: str = "email") -> None:
        super().__init__("this is not an e-mail address such as ada@example.org", field=field)


class EmailTaken(Conflict):
    """Somebody has signed up with this address already."""

    code = "auth.email_taken"

    def __init__(self) -> None:
        super().__init__("this address has an account already: sign in", field="email")


class PersonNotFound(NotFound):
    """There is no such person, or not for this caller."""

    code = "person.not_found"

    def __init__(self) -> None:
        super().__init__("there is no such person")
