"""A store of idempotency keys in memory; it shares a suite with the real one."""

from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.web.idempotency import KEPT, LEASE, Asked, Earlier, KeptAnswer, Owner


@dataclass
class _Kept:
    fingerprint: bytes
    started_at: Micros
    answer: KeptAnswer | None = None


class FakeStore:
    def __init__(self) -> None:
        self.kept: dict[tuple[Owner, str], _Kept] = {}

    async def begin(self, asked: Asked, now: Micros) -> Earlier | None:
        place = (asked.owner, asked.key)
        held = self.kept.get(place)
        if held is None or self._is_free(held, asked, now):
            self.kept[place] = _Kept(asked.fingerprint, now)
            return None
        return Earlier(held.fingerprint, held.answer)

    async def finish(self, asked: Asked, started_at: Micros, answer: KeptAnswer) -> None:
        held = self._held(asked, started_at)
        if held is not None:
            held.answer = answer

    async def release(self, asked: Asked, started_at: Micros) -> None:
        if self._held(asked, started_at) is not None:
            del self.kept[asked.owner, asked.key]

    def _held(self, asked: Asked, started_at: Micros) -> _Kept | None:
        held = self.kept.get((asked.owner, asked.key))
        return held if held and held.started_at == started_at and held.answer is None else None

    def _is_free(self, held: _Kept, asked: Asked, now: Micros) -> bool:
        if now >= held.started_at + KEPT:
            return True
        died = held.answer is None and now >= held.started_at + LEASE
        return died and held.fingerprint == asked.fingerprint
