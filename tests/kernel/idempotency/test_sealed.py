"""Only who brings the key reads what is kept for it."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.kernel.idempotency.sealed import hash_of_key, open_answer, seal_answer
from playhead.storage.sealing import SealBroken, Sealer
from playhead.web.idempotency import Asked, KeptAnswer, Owner

SEALER = Sealer([b"m" * 32])
ASKED = Asked(Owner(UUID(int=1), "usr_1"), "k1", b"f" * 32)
HEADERS = st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple)
OTHERS = [
    replace(ASKED, key="k2"),
    replace(ASKED, owner=Owner(UUID(int=2), "usr_1")),
    replace(ASKED, owner=Owner(UUID(int=1), "usr_2")),
]


@given(status=st.integers(200, 599), headers=HEADERS, body=st.binary(max_size=200))
def test_an_answer_comes_back_as_it_was(
    status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    answer = KeptAnswer(status, headers, body)

    assert open_answer(SEALER, ASKED, seal_answer(SEALER, ASKED, answer)) == answer


@pytest.mark.parametrize("other", OTHERS)
def test_another_key_or_owner_opens_nothing(other: Asked) -> None:
    sealed = seal_answer(SEALER, ASKED, KeptAnswer(200, (), b"secret"))

    assert hash_of_key(other) != hash_of_key(ASKED)
    with pytest.raises(SealBroken):
        open_answer(SEALER, other, sealed)
