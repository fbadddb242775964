"""The certificate of an answer: where its proof is, and the same digest for the same book."""

from collections.abc import Callable

import pytest

from playhead.base.time import Micros
from playhead.history.books import Book, Price, Size, book_digest
from playhead.history.capture import Kind
from playhead.history.rewind import Certificate
from tests.history.ingest.frames import START, delta, mark, snapshot
from tests.history.rewind.asking import Asker
from tests.history.taping import Taping, capture_store, write_capture

EVENTS = 80
BLOCK = 32
FIRST = (1 << 36) + 1
RECORDS = [
    mark(Kind.OPENED, connection=7),
    snapshot(1, sid=3, at=10, connection=7, yes={"0.1000": "2.00"}, sending_ts_ms=START // 1000),
    *(
        delta(n + 2, sid=3, at=20 + n, size="1.00", connection=7, exchange_ms=n)
        for n in range(EVENTS)
    ),
    mark(Kind.ALIVE, at=500, connection=7),
]


@pytest.fixture(scope="module", params=["rows", "sealed"])
def asker(
    request: pytest.FixtureRequest,
    new_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Asker:
    """A market in blocks of 32 events: whole books are kept on the way."""
    url, store = new_database(), capture_store(tmp_path_factory.mktemp("certificate"))
    write_capture(store, RECORDS, name="main")
    taping = Taping(url, store, events_a_block=BLOCK)
    taping.ingest()
    if request.param == "sealed":
        assert taping.seal() > 1
    return Asker(url)


def test_a_certificate_names_the_chain_that_proves_the_book(asker: Asker) -> None:
    assert asker.book(25).certificate == Certificate(
        recorder="main",
        capture="main",
        capture_number=1,
        connection=7,
        sid=3,
        opened_by="snapshot",
        from_position=FIRST,
        keyframe_position=FIRST,
        position=FIRST + 6,
        received_from=Micros(START + 10),
        exchange_from=Micros(START + 1000),
    )


def test_the_keyframe_is_a_whole_book_on_the_way_and_no_later_than_the_answer(
    asker: Asker,
) -> None:
    keyframes = set()
    for answer in asker.books(range(10, 99)).values():
        certificate = answer.certificate
        assert certificate is not None
        assert certificate.from_position <= certificate.keyframe_position <= certificate.position
        keyframes.add(certificate.keyframe_position)

    assert min(keyframes) == FIRST
    assert {position % BLOCK for position in keyframes - {FIRST}} == {BLOCK - 1}


def test_the_digest_is_of_the_book_that_was_found(asker: Asker) -> None:
    answer = asker.book(25)
    made = Book(yes={Price(100_000): Size(200), Price(420_000): Size(600)})

    assert answer.digest == book_digest("A", made)


def test_where_nothing_is_known_nothing_is_certified(asker: Asker) -> None:
    answer = asker.book(5)

    assert (answer.certificate, answer.digest) == (None, None)
