"""Whatever is done with refresh tokens in whatever order: the families agree with a model."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playhead.kernel.auth import RefreshInvalid, RefreshSuperseded
from playhead.kernel.auth.assembly import Policies
from playhead.kernel.auth.sessions import SessionPolicy
from tests.kernel.auth.stage import ELSEWHERE, HERE, Stage, opened

IDLE, WHOLE, LEEWAY = 100, 300, 10
POLICY = Policies(sessions=SessionPolicy(IDLE, WHOLE, LEEWAY))
ISSUED = "SELECT count(*) FROM refresh_tokens"
UNUSED = "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL"

Step = tuple[Literal["refresh", "steal", "sign_out", "wait"], int]
STEPS = st.lists(
    st.one_of(
        # Which of the tokens so far, counted from the newest: mostly the newest itself.
        st.tuples(st.just("refresh"), st.sampled_from([0, 0, 0, 0, 1, 1, 2, 5])),
        st.tuples(st.just("steal"), st.sampled_from([0, 1, 2])),
        st.tuples(st.just("sign_out"), st.sampled_from([0, 1])),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 9, 11, 50, 99, 101])),
    ),
    max_size=14,
)


@dataclass
class Family:
    """What a refresh family is: times in seconds since it began."""

    now: int = 0
    refreshed_at: int = 0
    last_from: str = "here"
    ended: bool = False
    used_at: list[int | None] = field(default_factory=lambda: [None])

    def is_live(self) -> bool:
        return not self.ended and self.now < min(self.refreshed_at + IDLE, WHOLE)

    def refresh(self, index: int, who: str) -> str:
        """Return what the answer must be, and do it."""
        used_at = self.used_at[index]
        if not self.is_live():
            return "refused"
        if used_at is None:
            self.used_at[index] = self.refreshed_at = self.now
            self.used_at.append(None)
            self.last_from = who
            return "given"
        same_client = who == self.last_from and used_at == self.refreshed_at
        if same_client and self.now - used_at <= LEEWAY:
            return "superseded"
        self.ended = True
        return "refused"


async def ask(stage: Stage, tokens: list[str], index: int, who: str) -> str:
    visit = HERE if who == "here" else ELSEWHERE
    try:
        got = await stage.builtin.sign_in.refresh(tokens[index], visit)
    except RefreshSuperseded:
        return "superseded"
    except RefreshInvalid:
        return "refused"
    tokens.append(got.refresh_token)
    return "given"


async def take(stage: Stage, family: Family, tokens: list[str], step: Step) -> None:
    kind, number = step
    # No two things happen in one microsecond.
    waited = number if kind == "wait" else 1
    family.now += waited
    stage.clock.pass_seconds(waited)
    index = max(len(tokens) - 1 - number, 0)
    if kind in {"refresh", "steal"}:
        who = "here" if kind == "refresh" else "elsewhere"
        assert await ask(stage, tokens, index, who) == family.refresh(index, who)
    elif kind == "sign_out":
        await stage.builtin.sign_in.sign_out(None, tokens[index], HERE)
        family.ended = True


async def follow(url: str, steps: list[Step]) -> None:
    async with opened(url, policies=POLICY) as stage:
        signed_up = await stage.sign_up()
        family, tokens = Family(), [signed_up.tokens.refresh_token]
        for step in steps:
            await take(stage, family, tokens, step)
            live = await stage.builtin.sessions.live(signed_up.user_id)
            assert len(live) == family.is_live()
        assert await stage.count(UNUSED, signed_up.user_id) == 1
        assert await stage.count(ISSUED, signed_up.user_id) == len(tokens)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_a_family_has_one_token_that_is_good_and_no_token_two_successors(
    module_service_database_url: str, steps: list[Step]
) -> None:
    asyncio.run(follow(module_service_database_url, steps))
