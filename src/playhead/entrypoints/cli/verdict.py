"""A verdict in words, with the evidence that anybody can look up."""

from collections.abc import Iterator

from playhead.base.time import format_instant
from playhead.history.verify import Derivation, Finding, Trail, Verdict

SENTENCES = {
    Verdict.SAME: "the raw capture gives the same book",
    Verdict.DIFFERENT: "the answer is not what the raw capture gives",
    Verdict.UNVERIFIABLE: "the captures here can neither prove nor refute it",
}


def verdict_text(finding: Finding) -> str:
    """Return the verdict, why, and where in which capture the evidence is."""
    return "\n".join(_lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    claim = finding.claim
    head = f"{claim.ticker} at {format_instant(claim.at)} ({claim.clock})"
    yield f"{finding.verdict.upper()}  {head}: {SENTENCES[finding.verdict]}"
    if finding.reason is not None:
        yield _fact("because", finding.reason)
    if finding.digest != claim.digest:
        yield _fact("given", claim.digest)
    if finding.digest is not None:
        yield _fact("found", finding.digest)
    if finding.trail is not None:
        yield _fact("capture", _where(finding.trail))
    if finding.derivation is not None:
        yield from _evidence(finding.derivation)


def _evidence(found: Derivation) -> Iterator[str]:
    checksums = "every checksum right" if found.is_intact else "up to the damage"
    records = f"{_count(found.records, 'record')}, {found.frames:,} of them of the subscription"
    yield _fact("read", f"offsets {found.from_offset} to {found.to_offset}: {records}, {checksums}")
    if not found.snapshot_found:
        return
    unbroken = "unbroken" if found.sequence_unbroken else "then a break"
    yield _fact("numbers", f"{found.first_number} to {found.last_number}, {unbroken}")
    later = f"; {_count(found.agreed, 'further snapshot')} agreed" if found.agreed else ""
    yield _fact("book", f"the snapshot, then {_count(found.changes, 'change')}{later}")
    if found.confirmed_at is not None:
        yield _fact("confirmed", f"by the numbered message of {format_instant(found.confirmed_at)}")


def _where(trail: Trail) -> str:
    return f"{trail.folder_name}, connection {trail.connection}, subscription {trail.sid}"


def _fact(name: str, text: str) -> str:
    return f"  {name:<10}{text}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
