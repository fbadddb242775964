"""Which faults come, in which order: drawn from a seed. Pure."""

from collections.abc import Sequence
from itertools import chain
from random import Random

from playhead.entrypoints.chaos.kinds import ALONE, EXPECTED, Kind

_CLUSTER = 5
"""So many faults that need everything to be quiet come together, since that takes a while."""


def plan_faults(count: int, seed: int, only: Sequence[Kind] = ()) -> list[Kind]:
    """Return ``count`` faults in random order; the same arguments give the same faults.

    Kinds come by their weights, and each at least once where ``count`` has room for all.
    """
    kinds = list(dict.fromkeys(only)) or list(EXPECTED)
    random = Random(seed)  # noqa: S311  not for secrets
    once = kinds if count >= len(kinds) else []
    weights = [EXPECTED[kind].weight for kind in kinds]
    drawn = [*once, *random.choices(kinds, weights, k=count - len(once))]
    random.shuffle(drawn)
    alone = [kind for kind in drawn if kind in ALONE]
    clusters = [alone[start : start + _CLUSTER] for start in range(0, len(alone), _CLUSTER)]
    planned = [[kind] for kind in drawn if kind not in ALONE]
    for cluster in clusters:
        planned.insert(random.randint(0, len(planned)), cluster)
    return list(chain.from_iterable(planned))
