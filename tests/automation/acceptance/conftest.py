"""One Playhead for all that is asked of it here."""

from collections.abc import Callable, Iterator

import pytest

from tests.automation.acceptance.place import Person, Place, running_place
from tests.automation.acceptance.tape import Tape, growing_tape


@pytest.fixture(scope="package")
def place(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The API and a worker, as processes."""
    with running_place(tmp_path_factory.mktemp("place"), new_database()) as running:
        yield running


@pytest.fixture(scope="module")
def ada(place: Place) -> Person:
    """Who owns an organisation that nobody else is in."""
    return place.sign_up()


@pytest.fixture(scope="package")
def tape(place: Place) -> Iterator[Tape]:
    """The tape that the API and the worker read."""
    with growing_tape(place.database_url, place.home) as growing:
        yield growing
