"""A claim against a capture on the disk: the verdict, and what damage comes to."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from playhead.base.time import Micros
from playhead.history.books import Book, Price, Size, book_digest
from playhead.history.capture import Capture, CaptureReader, Kind, Record
from playhead.history.rewind import Clock
from playhead.history.verify import Budget, Claim, Finding, Question, TooFar, Trail, Verdict
from playhead.history.verify.judge import judge, shows
from playhead.history.verify.reading import told_before
from tests.history.ingest.frames import START, delta, mark, snapshot
from tests.history.taping import capture_store, write_capture

YES = {"0.4000": "2.00", "0.4100": "3.00"}
BOOK = Book(yes={Price(400_000): Size(200), Price(410_000): Size(300), Price(420_000): Size(500)})
OPENED = mark(Kind.OPENED, use_yes_price=False)
RECORDS = [OPENED, snapshot(1, yes=YES, no={"0.3000": "1.00"}), delta(2, at=5), delta(3, at=9)]
NO = {Price(300_000): Size(100)}
WHOLE = Book(yes=BOOK.yes, no=NO)


def capture_of(folder: Path, records: Iterable[Record] = RECORDS) -> Capture:
    store = capture_store(folder)
    write_capture(store, records)
    return store.captures()[0]


def snapshots_of(capture: Capture) -> tuple[int, ...]:
    with CaptureReader(capture.folder) as reader:
        frames = [each for each in reader.records() if each.kind is Kind.FRAME]
    return tuple(
        each.offset for each in frames if json.loads(each.payload)["type"] == "orderbook_snapshot"
    )


def claim(book: Book = WHOLE, at: int = 5, **others: Any) -> Claim:
    fields: dict[str, Any] = {"shown": book, "digest": book_digest("A", book), **others}
    return Claim("A", Micros(START + at), Clock.RECEIVED, **fields)


def verdict(
    capture: Capture, said: Claim, *, most: int | None = None, offsets: tuple[int, ...] = ()
) -> Finding:
    offsets = offsets or snapshots_of(capture)[:1]
    trail = Trail(1, "made", 1, 1, offsets, Micros(START), Micros(START + 8), None)
    return judge(said, trail, capture, Budget(most))


def test_the_same_book_is_the_same(tmp_path: Path) -> None:
    finding = verdict(capture_of(tmp_path), claim())

    assert (finding.verdict, finding.reason) == (Verdict.SAME, None)
    assert finding.digest == book_digest("A", WHOLE)


@pytest.mark.parametrize("price", sorted(BOOK.yes))
@pytest.mark.parametrize("more", [-1, 1])
def test_one_level_that_is_altered_is_different(tmp_path: Path, price: Price, more: int) -> None:
    altered = Book(yes={**BOOK.yes, price: Size(BOOK.yes[price] + more)}, no=NO)
    capture = capture_of(tmp_path)

    for said in (claim(altered), claim(altered, digest=book_digest("A", WHOLE))):
        assert verdict(capture, said).verdict is Verdict.DIFFERENT


def test_a_digest_with_one_digit_altered_is_different(tmp_path: Path) -> None:
    digest = book_digest("A", WHOLE)
    altered = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    finding = verdict(capture_of(tmp_path), claim(digest=altered))

    assert (finding.verdict, finding.reason) == (
        Verdict.DIFFERENT,
        "the capture gives another book",
    )


def test_the_book_of_another_instant_is_different(tmp_path: Path) -> None:
    assert verdict(capture_of(tmp_path), claim(at=4)).verdict is Verdict.DIFFERENT


def test_every_byte_of_the_evidence_that_is_altered_leaves_the_claim_unproven(
    tmp_path: Path,
) -> None:
    capture = capture_of(tmp_path)
    (log,) = capture.folder.glob("*.log*")
    whole, start = log.read_bytes(), snapshots_of(capture)
    for place in range(40 + start[0], len(whole), 7):
        log.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verdict(capture, claim(), offsets=start).verdict is Verdict.UNVERIFIABLE
    log.write_bytes(whole)

    assert verdict(capture, claim()).verdict is Verdict.SAME


def test_damage_is_named_with_its_place(tmp_path: Path) -> None:
    capture = capture_of(tmp_path)
    (log,) = capture.folder.glob("*.log*")
    start = snapshots_of(capture)
    log.write_bytes(log.read_bytes()[:-1] + b"!")
    finding = verdict(capture, claim(), offsets=start)

    assert finding.derivation is not None
    assert not finding.derivation.is_intact
    assert finding.reason is not None
    assert "the checksum is wrong" in finding.reason


def test_an_offset_in_the_middle_of_a_record_is_unverifiable(tmp_path: Path) -> None:
    capture = capture_of(tmp_path)
    finding = verdict(capture, claim(), offsets=(snapshots_of(capture)[0] + 1,))

    assert finding.verdict is Verdict.UNVERIFIABLE


def test_where_the_first_offset_holds_no_snapshot_the_next_one_is_tried(tmp_path: Path) -> None:
    capture = capture_of(tmp_path)

    assert verdict(capture, claim(), offsets=(0, *snapshots_of(capture))).verdict is Verdict.SAME


def test_more_than_may_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFar, match="playhead verify"):
        verdict(capture_of(tmp_path), claim(), most=100)


def test_a_connection_opened_in_yes_prices_is_read_so(tmp_path: Path) -> None:
    opened = mark(Kind.OPENED, use_yes_price=True)
    mirrored = snapshot(1, yes=YES, no={"0.7000": "1.00"})
    capture = capture_of(tmp_path, [opened, mirrored, *RECORDS[2:]])

    assert verdict(capture, claim()).verdict is Verdict.SAME


def test_after_a_time_past_the_instant_no_change_counts_by_it(tmp_path: Path) -> None:
    """Our clock stepped back by a little before the snapshot: what came then counts later."""
    late = delta(1, "B", at=7)
    capture = capture_of(
        tmp_path, [OPENED, late, snapshot(2, yes=YES, at=1), delta(3, at=2), delta(4, at=9)]
    )
    before, after = Book(yes={k: v for k, v in BOOK.yes.items() if k != 420_000}), BOOK

    assert verdict(capture, claim(before, at=6)).verdict is Verdict.SAME
    assert verdict(capture, claim(after, at=7)).verdict is Verdict.SAME


def test_what_a_subscription_had_told_is_looked_for_back_to_its_start(tmp_path: Path) -> None:
    earlier = [OPENED, delta(1, "B", at=90), mark(Kind.OPENED, at=0), delta(1, "B", at=3)]
    capture = capture_of(tmp_path, [*earlier, snapshot(2, at=4)])
    question = Question("A", Micros(START + 5), Clock.RECEIVED, 1, 1)

    told = told_before(capture, question, snapshots_of(capture)[0], Budget(None))

    assert told == START + 3


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        (WHOLE, True),
        (Book(yes={Price(420_000): Size(500)}, no=NO), True),
        (Book(yes={Price(410_000): Size(300), Price(420_000): Size(500)}, no=NO), True),
        (Book(yes={Price(400_000): Size(200)}, no=NO), False),
        (Book(yes={Price(420_000): Size(500)}), False),
        (Book(yes=BOOK.yes), False),
        (Book(), False),
    ],
    ids=["whole", "one a side", "two a side", "not the best", "a side left out", "cut", "none"],
)
def test_levels_cut_to_a_depth_are_the_best_of_each_side(shown: Book, fits: bool) -> None:
    assert shows(shown, WHOLE) is fits
