"""How many requests a plan allows. One table; whoever sells plans fills it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from playhead.web.limits import Bucket, Rate

MINUTE = 60
TEST_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests a minute.

    Attributes:
        caller: Of one key or one person.
        organisation: Of all of an organisation's keys and people together, so that making many
            keys gains nobody more than this.
    """

    caller: int
    organisation: int


FREE = Plan(caller=600, organisation=3_000)
OPERATOR = Plan(caller=60_000, organisation=600_000)
"""Of organisations that whoever runs this Playhead has made for themselves."""

PLANS: Mapping[str, Plan] = {"free": FREE, "operator": OPERATOR}

Buckets = tuple[Bucket, ...]


def per_minute(count: int) -> Rate:
    """Return a rate of ``count`` a minute, which may come all at once."""
    return Rate(count=count, per_seconds=MINUTE, burst=count)


def key_buckets(
    plan: Plan, *, org_id: UUID, key_id: UUID, own: int | None, is_test: bool
) -> Buckets:
    """Return what a request with a key is counted in. Its ``own`` limit never exceeds the plan."""
    allowed = min(plan.caller, TEST_PER_MINUTE) if is_test else plan.caller
    rate = per_minute(allowed if own is None else min(own, allowed))
    return (Bucket("key", str(key_id), rate), _shared(plan, org_id))


def person_buckets(plan: Plan, *, org_id: UUID | None, user_id: UUID) -> Buckets:
    """Return what a request of a person is counted in, in an organisation or in none."""
    rate = per_minute(plan.caller)
    if org_id is None:
        return (Bucket("person", str(user_id), rate),)
    return (Bucket("person", f"{user_id} {org_id}", rate), _shared(plan, org_id))


def _shared(plan: Plan, org_id: UUID) -> Bucket:
    return Bucket("organisation", str(org_id), per_minute(plan.organisation))
