"""A new key, before anything is written. Pure but for the randomness that it is given."""

from collections.abc import Callable

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.api_keys.model import ApiKey, Author, IssuedKey, KeySettings
from playhead.kernel.api_keys.text import new_key, parse_key


def issue(
    author: Author,
    settings: KeySettings,
    now: Micros,
    *,
    is_test: bool,
    random: Callable[[int], bytes],
) -> IssuedKey:
    """Return a new key of the author's organisation, and its text."""
    text = new_key(is_test=is_test, random=random)
    parsed = parse_key(text)
    key = ApiKey(
        key_id=new_uuid(now),
        org_id=author.org_id,
        hint=parsed.hint,
        is_test=is_test,
        settings=settings,
        created_by=author.user_id,
        created_at=now,
        updated_at=now,
    )
    return IssuedKey(key, text, parsed.hash)
