"""Which faults come, in which order: drawn from a seed. Pure."""

from collections.abc import Sequence
from random import Random

from playhead.entrypoints.chaos.kinds import EXPECTED, Kind


def plan_faults(count: int, seed: int, only: Sequence[Kind] = ()) -> list[Kind]:
    """Return ``count`` faults in random order; the same arguments give the same faults.

    Kinds come by their weights, and each at least once where ``count`` has room for all.
    """
    kinds = list(dict.fromkeys(only)) or list(EXPECTED)
    random = Random(seed)  # noqa: S311  not for secrets
    once = kinds if count >= len(kinds) else []
    weights = [EXPECTED[kind].weight for kind in kinds]
    planned = [*once, *random.choices(kinds, weights, k=count - len(once))]
    random.shuffle(planned)
    return planned
