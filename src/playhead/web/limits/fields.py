"""How limits are told to a client.

Source: draft-ietf-httpapi-ratelimit-headers-11 (structured fields: lists of strings with
parameters), and RFC 9110 section 10.2.3 for Retry-After.
"""

from collections.abc import Sequence

from playhead.base.time import MICROS_PER_SECOND
from playhead.web.limits.model import Bucket, Decision


def seconds_up(micros: int) -> int:
    """Return whole seconds, rounded up."""
    return -(-micros // MICROS_PER_SECOND)


def limit_fields(buckets: Sequence[Bucket], decisions: Sequence[Decision]) -> dict[str, str]:
    """Return ``RateLimit-Policy`` and ``RateLimit``, every bucket in both.

    ``q`` requests in ``w`` seconds are allowed; ``r`` are left at once now. ``t`` are the seconds
    until there is more: the first one where none is left, else all of the burst, which is said
    where it is not ``q``.
    """
    policies = (_policy(each) for each in buckets)
    limits = (
        f'"{bucket.name}";r={each.remaining};t={seconds_up(each.retry_after or each.reset)}'
        for bucket, each in zip(buckets, decisions, strict=True)
    )
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(limits)}


def add_limit_fields(told: dict[str, str], fields: dict[str, str]) -> None:
    """Add ``fields`` to the headers of an answer, behind what other limits have said already."""
    for name, value in fields.items():
        told[name] = f"{told[name]}, {value}" if name in told else value


def _policy(bucket: Bucket) -> str:
    rate = bucket.rate
    burst = "" if rate.burst == rate.count else f";ph-burst={rate.burst}"
    return f'"{bucket.name}";q={rate.count};w={rate.per_seconds}{burst}'
