"""Reading who asks from the headers: one way to say it, and nothing believed yet."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import PlayheadError
from playhead.base.ids import InvalidId, format_id, new_uuid
from playhead.kernel.access import CredentialsAmbiguous, parse_credentials
from playhead.kernel.access.credentials import LONGEST
from playhead.kernel.api_keys import new_key
from playhead.kernel.identity import CredentialsMissing, KeyInvalid, TokenInvalid
from tests.kernel.stage import NOW

KEY = new_key(is_test=False)
OTHER = new_key(is_test=True)
TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
ORG = new_uuid(NOW)
Sent = list[tuple[bytes, bytes]]


def sent(authorization: str | None = None, key: str | None = None, org: str | None = None) -> Sent:
    named = {"authorization": authorization, "x-api-key": key, "x-org-id": org}
    return [
        (name.encode(), value.encode("latin-1"))
        for name, value in named.items()
        if value is not None
    ]


@pytest.mark.parametrize(
    "headers",
    [
        sent(f"Bearer {KEY}"),
        sent(f"bearer  {KEY} "),
        sent(f"BEARER {KEY}"),
        sent(key=KEY),
        sent(f"Bearer {KEY}", KEY),
    ],
)
def test_a_key_is_found_in_either_header(headers: Sent) -> None:
    found = parse_credentials(headers)

    assert (found.hash, found.token) == (hashlib.sha256(KEY.encode()).digest(), None)
    assert found.asked is None


def test_anything_else_behind_bearer_is_a_token() -> None:
    found = parse_credentials(sent(f"Bearer {TOKEN}", org=format_id("org", ORG)))

    assert (found.token, found.asked) == (TOKEN, ORG)
    assert found.hash == hashlib.sha256(TOKEN.encode()).digest()
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ([], CredentialsMissing),
        (sent(org=format_id("org", ORG)), CredentialsMissing),
        (sent("Basic YTpi"), CredentialsMissing),
        (sent("Bearer"), CredentialsMissing),
        (sent(KEY), CredentialsMissing),
        (sent("Basic YTpi", KEY), CredentialsMissing),
        (sent("Bearer "), TokenInvalid),
        (sent("Bearer a b"), TokenInvalid),
        (sent("Bearer tök"), TokenInvalid),
        (sent("Bearer " + "a" * (LONGEST + 1)), TokenInvalid),
        (sent("Bearer ph_live_short"), KeyInvalid),
        (sent(f"Bearer {KEY[:-1]}"), KeyInvalid),
        (sent(key=TOKEN), KeyInvalid),
        (sent(key=""), KeyInvalid),
        (sent(f"Bearer {KEY}", OTHER), CredentialsAmbiguous),
        (sent(f"Bearer {TOKEN}", KEY), CredentialsAmbiguous),
        (sent(f"Bearer {KEY}") * 2, CredentialsAmbiguous),
        (sent(key=KEY) * 2, CredentialsAmbiguous),
        (sent(key=KEY, org="org_1"), InvalidId),
        (sent(key=KEY, org=format_id("usr", ORG)), InvalidId),
        (sent(key=KEY) + sent(org=format_id("org", ORG)) * 2, InvalidId),
    ],
)
def test_everything_else_is_refused_by_name(headers: Sent, error: type[PlayheadError]) -> None:
    with pytest.raises(error):
        parse_credentials(headers)


@given(value=st.binary(max_size=200), name=st.sampled_from([b"authorization", b"x-api-key"]))
def test_no_header_breaks_the_reading(name: bytes, value: bytes) -> None:
    for each in (value, b"Bearer " + value, b"Bearer ph_" + value):
        with suppress(CredentialsMissing, KeyInvalid, TokenInvalid):
            parse_credentials([(name, each)])
