"""Why an operator's command cannot be done."""

from pathlib import Path

from playhead.base.errors import Conflict, NotFound, Unavailable


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


class PersonExists(Conflict):
    """Somebody has this e-mail address already."""

    code = "administration.person_exists"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account already; nothing was changed")


class KeyUnknown(NotFound):
    """No organisation has an API key of this id."""

    code = "administration.key_unknown"

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no API key {key}: `playhead keys list` shows which there are")


class SchemaTooOld(Unavailable):
    """The database has no accounts yet: it was made by an earlier version."""

    code = "administration.schema_too_old"

    def __init__(self) -> None:
        super().__init__(
            "the database's schema is older than this program: `playhead up` brings it up to date"
        )


class MasterKeyMissing(NotFound):
    """The home has no master key, so it is not the one of the Playhead whose database this is."""

    code = "administration.master_key_missing"

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"there is no master key in {home}: set PLAYHEAD_HOME to the folder of the Playhead"
            " that uses this database, or start it first"
        )
