"""What can be wrong with a rehearsal on markets."""

from playhead.base.errors import Invalid


class IntervalInvalid(Invalid):
    """The interval of a rehearsal is empty, too long, or not over yet."""

    code = "reflex.interval_invalid"

    def __init__(self, days: int) -> None:
        super().__init__(
            f"a rehearsal goes over [from, to), {days} days at most, that are past",
            field="to",
        )


class MarketsTooMany(Invalid):
    """The reflex means more markets than one rehearsal goes through."""

    code = "reflex.markets_too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"a rehearsal goes through {most} markets at most: name fewer", most=most)
