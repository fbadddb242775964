"""One Playhead for all that is asked of it here."""

from collections.abc import Callable, Iterator

import pytest

from tests.automation.acceptance.place import Person, Place, running_place
from tests.automation.acceptance.table import OPERATIONS, operation_of
from tests.automation.acceptance.tape import Tape, growing_tape

FIRST_REFUSAL = 400


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


@pytest.fixture(autouse=True)
def asks_what_the_table_says(place: Place, request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold each test to the table: it asks all endpoints that are said to be tried by it."""
    before = len(place.asked)
    yield
    done = {
        operation_of(each.method, each.path)
        for each in place.asked[before:]
        if each.status < FIRST_REFUSAL
    }
    module, name = request.module.__name__.rpartition(".")[2], request.node.name
    claimed = {one for one in OPERATIONS if one.module == module and name.startswith(one.test)}
    assert claimed <= done, claimed - done
