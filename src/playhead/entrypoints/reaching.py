"""Reaching the database of a home from the shell."""

from playhead.base.errors import Unavailable
from playhead.entrypoints.embedded import EmbeddedPostgres
from playhead.entrypoints.settings import Settings


class NothingRuns(Unavailable):
    """The home's own database is not running, so there is nothing to read from."""

    code = "home.not_running"


def database_url(settings: Settings) -> str:
    """Return the address of the database that the home uses, as its owner.

    Raises:
        NothingRuns: It is the embedded one, and that is not up.
    """
    if settings.database_url is not None:
        return settings.database_url
    embedded = EmbeddedPostgres(settings.home / "postgres")
    if not embedded.is_ready():
        raise NothingRuns(
            f"nothing is running in {settings.home}: start it with `playhead demo` or `playhead up`"
        )
    return embedded.url
