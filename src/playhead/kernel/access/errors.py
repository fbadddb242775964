"""Why credentials are not even looked at."""

from playhead.base.errors import Unauthenticated


class CredentialsAmbiguous(Unauthenticated):
    """The request carries several credentials, and they are not the same."""

    code = "auth.ambiguous"

    def __init__(self) -> None:
        super().__init__("send one access token or one API key, in one header")
