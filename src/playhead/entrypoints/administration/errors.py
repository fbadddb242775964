"""Why an operator's command cannot be done."""

from playhead.base.errors import Conflict, NotFound


class OrganisationUnknown(NotFound):
    """There is no organisation of this id or name."""

    code = "administration.organisation_unknown"


class OrganisationAmbiguous(Conflict):
    """There are several organisations, and it was not said which."""

    code = "administration.organisation_ambiguous"


class PersonUnknown(NotFound):
    """Nobody has this e-mail address."""

    code = "administration.person_unknown"

    def __init__(self, email: str) -> None:
        super().__init__(
            f"nobody has the address {email}: `playhead users list` shows who there is"
        )


class KeyUnknown(NotFound):
    """No organisation has an API key of this id."""

    code = "administration.key_unknown"

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no API key {key}: `playhead keys list` shows which there are")
