"""What is drawn while the API runs on a thread of its own."""

import random
from collections.abc import Callable
from threading import Thread

from tests.hostile.drawing import drawn
from tests.hostile.values import damaged

BODY = {"email": "ada@example.org", "password": "correct horse battery"}


def drawn_beside(work: Callable[[], object]) -> list[bytes]:
    """Return drawn bodies; another thread does ``work`` in the middle of each draw."""

    def beside(body: bytes) -> bytes:
        other = Thread(target=work)
        other.start()
        other.join()
        return body

    return drawn(damaged(BODY).map(beside), 25)


def test_the_same_bodies_are_drawn_while_another_thread_throws_dice() -> None:
    assert drawn_beside(random.random) == drawn_beside(lambda: None)
