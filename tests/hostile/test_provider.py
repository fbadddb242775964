"""What nobody should send where a provider signs people in: it is passed on, or it is not."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import strategies as st

from playhead.kernel.auth.cookies import NAME
from playhead.storage.roles import service_url
from tests.entrypoints.test_acceptance import with_provider
from tests.entrypoints.whole import PASSWORD, Whole
from tests.hostile.drawing import declared_by, drawn, tried
from tests.hostile.stage import AUTH, Arena, arena_of
from tests.hostile.test_bodies import OPEN, SECRETS, of_another
from tests.hostile.values import NASTY, damaged, mangled
from tests.hostile.wire import JSON, Asked, bearer_field

EXAMPLES = 25


@asynccontextmanager
async def opened(service: str, valkey_url: str, home: Path) -> AsyncIterator[Whole]:
    async with with_provider(service, valkey_url, home) as (api, _):
        yield api


@pytest.fixture(scope="module")
def elsewhere(
    new_database: Callable[[], str], valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    """The whole API, where a provider on loopback signs people in."""
    home = tmp_path_factory.mktemp("elsewhere")
    with arena_of(opened(service_url(new_database(), None), valkey_url, home)) as arena:
        yield arena


@pytest.mark.parametrize("operation", [each for each in OPEN if AUTH in each])
def test_no_body_however_hostile_is_our_failure(elsewhere: Arena, operation: str) -> None:
    method, path = operation.split()
    body = OPEN[operation]
    bodies = [*mangled(body), *drawn(damaged(body), EXAMPLES)]
    declared = declared_by(elsewhere)[method, path]
    asked = [Asked(method, path.encode(), (JSON,), of_another(each)) for each in bodies]

    tried(
        elsewhere,
        asked,
        secrets=SECRETS,
        holds=lambda _, answer: str(answer.status) in declared,
    )


def test_no_token_or_address_however_hostile_is_our_failure(elsewhere: Arena) -> None:
    tokens = [text.encode("utf-8", "surrogatepass")[:5_000] for text in NASTY]
    places = [
        ("GET", f"{AUTH}/me"),
        ("POST", f"{AUTH}/logout"),
        ("GET", f"{AUTH}/oauth/keycloak?redirect_uri=https://evil.example/"),
        ("GET", f"{AUTH}/oauth/%00?redirect_uri=%00"),
        ("POST", f"{AUTH}/oauth/callback"),
        ("GET", f"{AUTH}/oauth/google?redirect_uri=javascript:alert(1)"),
    ]
    asked = [
        Asked(method, path.encode(), ((b"authorization", b"Bearer " + token), cookie))
        for (method, path), token, cookie in drawn(
            st.tuples(
                st.sampled_from(places),
                st.sampled_from(tokens),
                st.sampled_from(
                    [(b"cookie", b"a=b"), (b"cookie", NAME.encode() + b"=\xff\x00;;=")]
                ),
            ),
            60,
        )
    ]

    answers = tried(elsewhere, asked)
    assert {answer.status for answer in answers} <= {204, 401, 404, 422, 429}


def test_a_session_that_goes_on_elsewhere_is_no_easier_to_take_over(elsewhere: Arena) -> None:
    person = elsewhere.sign_up()
    token = str(person.answer["access_token"])
    head, payload, signature = token.split(".")
    forged = [f"{head}.{payload}.", f"{head}.{payload}.{'A' * len(signature)}", token[:-40]]
    asked = [Asked("GET", f"{AUTH}/me".encode(), (bearer_field(each),)) for each in forged]

    tried(
        elsewhere,
        asked,
        secrets=[token.encode(), PASSWORD.encode()],
        holds=lambda _, answer: answer.status == 401,
    )
