"""Faults over HTTP."""

from collections.abc import AsyncIterator

import pytest

from playhead.history.exchange import FaultKind, Faults
from tests.history.exchange.server.faults.bench import BOOKS, Bench, numbers
from tests.history.exchange.server.sockets import Control

pytestmark = pytest.mark.anyio


@pytest.fixture
async def control(test: Bench) -> AsyncIterator[Control]:
    async with Control(test.client.running) as surface:
        yield surface


def test_every_kind_is_a_fault_that_can_be_caused() -> None:
    assert all(callable(getattr(Faults, kind)) for kind in FaultKind)


async def test_a_fault_is_caused_with_the_arguments_of_its_method(
    test: Bench, control: Control
) -> None:
    asked = {"fault": "drop", "connection": test.number, "sid": BOOKS, "k": 2}
    answer = await control.cause(**asked, only_changes=True)
    (waiting,) = answer.json()["faults"]
    assert (answer.status_code, waiting["kind"], waiting["injected"]) == (200, "drop", None)
    test.pass_time()
    frames = await test.frames()

    assert frames[0]["seq"] == test.last_seq + 3
    assert (await control.faults()).json()["pending"] == []


async def test_what_has_acted_and_what_waits_is_told(test: Bench, control: Control) -> None:
    await control.cause(fault="off_grid", sid=BOOKS, connection=test.number)
    await control.cause(fault="large_ok", sid=BOOKS, connection=test.number)
    told = (await control.faults()).json()

    (record,) = test.log
    assert told["log"][-1] == {
        "at": record.at,
        "connection": test.number,
        "kind": "off_grid",
        "loses": True,
        "sid": BOOKS,
        "tickers": list(record.tickers),
        "until": None,
    }
    (waiting,) = told["pending"]
    assert (waiting["kind"], waiting["connection"], waiting["sid"]) == ("large_ok", test.number, 1)


async def test_drop_one_is_a_drop_of_one_on_every_connection_that_has_the_sid(
    test: Bench, control: Control
) -> None:
    assert (await control.cause(fault="drop_one", sid=BOOKS)).status_code == 200
    test.pass_time()

    assert numbers(await test.frames())[0] == test.last_seq + 2
    assert test.log[0].kind == FaultKind.DROP


async def test_faults_of_the_whole_exchange_need_no_connection(
    test: Bench, control: Control
) -> None:
    answer = await control.cause(fault="pause", seconds=0.5, exchange_index=3)

    assert answer.status_code == 200
    assert test.log[0].kind == FaultKind.PAUSE


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, {"fault": "dance"}),
        (400, {"fault": "drop"}),
        (400, {"fault": "drop", "sid": BOOKS, "k": 0}),
        (400, {"fault": "drop", "sid": BOOKS, "seconds": 3}),
        (400, {"fault": "reset", "connection": "first"}),
        (404, {"fault": "drop", "sid": 9}),
        (404, {"fault": "reset", "connection": 1_000}),
        (409, {"fault": "cross", "sid": BOOKS, "ticker": "KXNONE"}),
    ],
)
async def test_what_cannot_be_caused_is_refused(
    test: Bench, control: Control, status: int, fault: dict[str, object]
) -> None:
    answer = await control.cause(**fault)

    assert answer.status_code == status
    assert answer.json()["msg"]
    assert test.log == []
