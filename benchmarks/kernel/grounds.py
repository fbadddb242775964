"""A database, a Valkey and a home for processes that serve, as an operator sets them up."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.kernel.serving import Place
from benchmarks.workshop import Workshop
from playhead.entrypoints.embedded import running_valkey
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings, load_settings
from playhead.storage.roles import open_service_role


@contextmanager
def grounds(shop: Workshop, name: str) -> Iterator[tuple[Place, Settings]]:
    """Lend a place of its own, in a folder ``name`` of the workshop."""
    home, owner = shop.folder / name, shop.new_database()
    home.mkdir()
    service = open_service_role(owner, None)
    with running_valkey(home / "valkey") as valkey:
        settings = load_settings(
            home=home, database_url=owner, service_database_url=service, valkey_url=valkey
        )
        open_sealer(settings)  # makes the master key
        yield Place(home, service, valkey), settings
