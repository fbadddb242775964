"""What is said where the book is not known. Never a guess: why, and where the nearest known are."""

from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant
from playhead.history.coverage import words_for
from playhead.history.rewind import BookAnswer, BookAt, Clock


def unknown_text(answer: BookAnswer) -> str:
    """Return why the book is unknown, and the instants of the nearest known books."""
    lines = [_sentence(answer)]
    if answer.last_known is not None:
        lines.append(f"  last known  {_distance(answer, answer.last_known)}")
    if answer.next_known is not None:
        lines.append(f"  next known  {_distance(answer, answer.next_known)}")
    return "\n".join(lines)


def _sentence(answer: BookAnswer) -> str:
    ticker, at, coverage = answer.ticker, format_instant(answer.at), answer.coverage
    if coverage.cause == "before_recording":
        return f"{ticker} was not recorded yet at {at}, so its book then is unknown."
    if coverage.cause == "not_yet_recorded":
        return f"Nothing of {ticker} has been recorded up to {at} yet, so its book is unknown."
    words = words_for(coverage.cause or "unknown")
    said = f"The book of {ticker} at {at} is unknown{_stretch(answer)}."
    return f"{said}\n  {words.short}. {words.sentence}".rstrip()


def _stretch(answer: BookAnswer) -> str:
    since, until = answer.coverage.since, answer.coverage.until
    start = "" if since is None else f" from {format_instant(since)}"
    return start + ("" if until is None else f" until {format_instant(until)}")


def _distance(answer: BookAnswer, known: BookAt) -> str:
    at = known.received_at if answer.clock is Clock.RECEIVED else known.exchange_at
    if at is None:
        return f"position {known.position}"
    return f"{format_instant(at)}  ({_span(Micros(at - answer.at))})"


def _span(micros: Micros) -> str:
    seconds = abs(micros) // MICROS_PER_SECOND
    side = "earlier" if micros < 0 else "later"
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock} {side}" if days else f"{clock} {side}"
