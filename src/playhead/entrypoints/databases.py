"""Where the servers are, and as whom each process reaches the database."""

from playhead.entrypoints.embedded import postgres_url, valkey_url
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.storage.roles import open_service_role, service_url

PURPOSE = "password of the service role"


def owner_database_url(settings: Settings) -> str:
    """Return the address of the database for who migrates it and writes the tape."""
    return settings.database_url or _embedded(settings)


def service_database_url(settings: Settings) -> str:
    """Return the address of the database for who serves requests."""
    if settings.service_database_url is not None:
        return settings.service_database_url
    return service_url(owner_database_url(settings), _password(settings))


def prepare_service_role(settings: Settings) -> str:
    """Let the service role log in, where its address is ours to make, and return the address.

    Raises:
        ServiceRoleUnusable: The database's owner may not alter roles.
        DatabaseUnavailable: The database cannot be reached.
    """
    if settings.service_database_url is not None:
        return settings.service_database_url
    return open_service_role(owner_database_url(settings), _password(settings))


def valkey_address(settings: Settings) -> str:
    """Return the address of the Valkey that processes share."""
    return settings.valkey_url or valkey_url(settings.home / "valkey")


def _password(settings: Settings) -> str | None:
    # The embedded server trusts whoever reaches its socket, which is in a private folder. Elsewhere
    # the password follows from the master key: every process knows it, and nothing stores it.
    if owner_database_url(settings) == _embedded(settings):
        return None
    return open_sealer(settings).derive(PURPOSE).hex()


def _embedded(settings: Settings) -> str:
    return postgres_url(settings.home / "postgres")
