"""Holds an answer against what the raw capture gives. Reads files; knows no database."""

from dataclasses import replace

from playhead.history.books import Book, best_levels, book_digest
from playhead.history.capture import Capture, CorruptCapture
from playhead.history.verify.model import Claim, Derivation, Finding, Question, Trail, Verdict
from playhead.history.verify.reading import Budget, derive, told_before, was_opened_in_yes_prices

ANOTHER_BOOK = "the capture gives another book"
OTHER_LEVELS = "the levels shown are not those of the book that the digest names"
NO_START = "the tape names no snapshot to start from"


def judge(claim: Claim, trail: Trail, capture: Capture, budget: Budget) -> Finding:
    """Return the verdict of ``capture`` on ``claim``, read where ``trail`` says.

    Raises:
        TooFar: More would have to be read than ``budget`` allows.
    """
    finding = Finding(claim, Verdict.UNVERIFIABLE, NO_START, trail=trail)
    try:
        for offset in trail.offsets:
            finding = _judge_from(offset, claim, trail, capture, budget)
            if finding.derivation is None or finding.derivation.snapshot_found:
                break
    except CorruptCapture as damage:
        return Finding(claim, Verdict.UNVERIFIABLE, damage.message, trail=trail)
    return finding


def shows(shown: Book, whole: Book) -> bool:
    """Tell whether ``shown`` is ``whole``, or as many best levels a side as fit some depth."""
    depth = max(1, len(shown.yes), len(shown.no))
    return all(
        best_levels(seen) == best_levels(side, depth)
        for seen, side in ((shown.yes, whole.yes), (shown.no, whole.no))
    )


def _judge_from(
    offset: int, claim: Claim, trail: Trail, capture: Capture, budget: Budget
) -> Finding:
    """Judge from one snapshot on.

    Two things from before it matter almost never and cost reading, so they are looked up only where
    the claim does not hold without: whether the connection was opened so that NO bids came in YES
    prices, and whether the subscription had told a time past the instant already.
    """
    meant = capture.meta.use_yes_price
    asked = Question(
        claim.ticker, claim.at, claim.clock, trail.connection, trail.sid, use_yes_price=bool(meant)
    )
    found = derive(capture, asked, offset, budget)
    if meant is None and found.book is not None and not _fits(claim, found.book):
        asked = replace(
            asked, use_yes_price=was_opened_in_yes_prices(capture, trail.connection, budget)
        )
        found = derive(capture, asked, offset, budget) if asked.use_yes_price else found
    if _may_hang_on_earlier(claim, found):
        told = told_before(capture, asked, offset, budget)
        if told is not None and told >= claim.at:
            found = derive(capture, asked, offset, budget, told=told)
    return _finding(claim, trail, found)


def _may_hang_on_earlier(claim: Claim, found: Derivation) -> bool:
    """Tell whether what was told before the snapshot could still make the claim hold.

    A time past the instant makes every change count later, so that the book is the snapshot; the
    instant itself lets an end confirm it.
    """
    if not found.snapshot_found or not found.is_intact:
        return False
    return found.book is None or (_fits(claim, found.opening) and not _fits(claim, found.book))


def _fits(claim: Claim, book: Book | None) -> bool:
    return book is not None and book_digest(claim.ticker, book) == claim.digest


def _finding(claim: Claim, trail: Trail, found: Derivation) -> Finding:
    if found.book is None:
        return Finding(claim, Verdict.UNVERIFIABLE, found.fault, trail=trail, derivation=found)
    digest, reason = book_digest(claim.ticker, found.book), None
    if digest != claim.digest:
        reason = ANOTHER_BOOK
    elif claim.shown is not None and not shows(claim.shown, found.book):
        reason = OTHER_LEVELS
    verdict = Verdict.SAME if reason is None else Verdict.DIFFERENT
    return Finding(claim, verdict, reason, digest=digest, trail=trail, derivation=found)
