"""Whose a key is."""

from uuid import UUID

from playhead.base.ids import format_id
from playhead.kernel.idempotency import key_owner
from playhead.kernel.identity import Caller
from playhead.kernel.identity.dependencies import set_caller
from playhead.web.idempotency import Owner

ORG, PERSON, KEY = UUID(int=1), UUID(int=2), UUID(int=3)


def owner_of(*, org_id: UUID | None, key_id: UUID | None = None) -> Owner | None:
    scope: dict[str, object] = {}
    caller = Caller(
        user_id=None if key_id else PERSON,
        org_id=org_id,
        role=None,
        scopes=frozenset(),
        session_id=None,
        key_id=key_id,
        plan="free",
        address="192.0.2.1",
        request_id="req_1",
    )
    set_caller(scope, caller)
    return key_owner(scope)


def test_it_is_the_callers_in_their_organisation() -> None:
    assert owner_of(org_id=ORG) == Owner(ORG, format_id("usr", PERSON))
    assert owner_of(org_id=ORG, key_id=KEY) == Owner(ORG, format_id("key", KEY))


def test_without_an_organisation_or_a_caller_it_is_nobodys() -> None:
    assert (owner_of(org_id=None), key_owner({})) == (None, None)
