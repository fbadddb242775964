"""Inputs drawn by hypothesis, the same ones every time, and put to the API many at once."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

from tests.hostile.judge import judge
from tests.hostile.stage import Arena
from tests.hostile.wire import Answer, Asked

T = TypeVar("T")
AT_ONCE = 16
"""Fewer than what makes sign-in tell people to come back."""

Declared = Mapping[tuple[str, str], set[str]]


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """Return about ``count`` examples of ``strategy``."""
    found = list[T]()

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(example=strategy)
    def draw(example: T) -> None:
        found.append(example)

    with warnings.catch_warnings():
        # The API's thread asks the global generator for a number now and then. Hypothesis sees
        # only that the generator moved during a draw, and would call the strategy unreliable.
        warnings.simplefilter("ignore", HypothesisWarning)
        draw()
    return found


def in_batches(items: Sequence[T], most: int = AT_ONCE) -> Iterator[list[T]]:
    """Yield ``items``, at most ``most`` at once."""
    rest = iter(items)
    while batch := list(islice(rest, most)):
        yield batch


def tried(
    arena: Arena,
    asked: Sequence[Asked],
    *,
    secrets: Sequence[bytes] = (),
    holds: Callable[[Asked, Answer], bool] = lambda asked, answer: True,
) -> list[Answer]:
    """Ask all, and return the answers. Each has to be one that we may give, and ``holds``."""
    answers = [answer for batch in in_batches(asked) for answer in arena.ask_at_once(*batch)]
    for one, answer in zip(asked, answers, strict=True):
        judge(one, answer, secrets=secrets)
        assert holds(one, answer), (one.method, one.target, one.headers, one.body[:500], answer)
    return answers


def declared_by(arena: Arena) -> Declared:
    """Return the statuses that each operation declares, by method and path."""
    return {
        (method.upper(), path): set(operation["responses"])
        for path, methods in arena.api.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
