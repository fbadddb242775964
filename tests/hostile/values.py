"""Values that nobody in their right mind sends."""

import gzip
import json
from typing import Any

from hypothesis import strategies as st

Json = Any
NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202eevil\u202c",
    "e\u0301" * 40,
    "Z\u0351\u036b\u0343" * 60,
    "\ufeff",
    "\u2028",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "ﷺ" * 50,
    "\u0130\u0131\u017f\u212a",
    "a\r\nSet-Cookie: a=b",
    "' OR '1'='1'; DROP TABLE people; --",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
    "%s%n%d",
    "null",
    "NaN",
    "x" * 300_000,
    "\U0010ffff",
    "1e999",
    "-0",
    "9" * 5_000,
    "0x10",
    "\x7f\x80\x9f",
]
EMAILS = [
    "a@b",
    "@",
    "a@@example.org",
    "a@example.org\x00",
    "a@example.org\r\nBcc: x@example.org",
    "ä@example.org",
    "a@ä.example.org",
    "a@xn--.example.org",
    "a@xn--a.example.org",
    "a@\u202eexample.org",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    '"a b"@example.org',
    '"a\\"@example.org',
    "a(comment)@example.org",
    "a@example.org.",
    "a@.example.org",
    "a@" + "b." * 120 + "org",
    "x" * 65 + "@example.org",
    "x" * 64 + "@example.org",
    "a@" + "b" * 64 + ".org",
    "a@ß.example.org",
    "a@\u3002example.org",
    "a@ex\u00adample.org",
    "A@EXAMPLE.ORG",
    "a@example.org ",
    "\uff41@example.org",
    "a@\uff45xample.org",
    "a@0x7f.1",
    "a@-example.org",
    "\ud800@example.org",
    "a@\ud800.org",
    "a@example.org,b@example.org",
    "mailto:a@example.org",
    "a%b@example.org",
    "a+b@example.org",
]
ANY_CHARACTER = st.characters(exclude_categories=())  # surrogates as well
TEXTS = st.sampled_from(NASTY) | st.sampled_from(EMAILS) | st.text(ANY_CHARACTER, max_size=60)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([2**63, -(2**63) - 1, 2**1024, 10**4_000, 1e308, -0.0])
)
NAMES = TEXTS.map(lambda text: text[:50])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def encoded(value: Json) -> bytes:
    """Return JSON as Python writes it: NaN and lone surrogates included."""
    return json.dumps(value).encode()


def damaged(body: dict[str, Json]) -> st.SearchStrategy[bytes]:
    """Return bodies that are nearly ``body``: a field or two of something else, more, or less."""
    return st.builds(
        lambda new, less, more: encoded(
            {name: value for name, value in {**body, **new}.items() if name not in less} | more
        ),
        st.dictionaries(st.sampled_from(sorted(body)), VALUES, max_size=2),
        st.sets(st.sampled_from(sorted(body)), max_size=1),
        st.just({}) | st.dictionaries(NAMES, VALUES, max_size=1),
    )


def mangled(body: dict[str, Json]) -> list[bytes]:
    """Return what is no such body at all, but begins or ends like one, or claims to be one."""
    whole = encoded(body)
    name, value = next(iter(body.items()))
    field = encoded(name) + b":"
    return [
        b"",
        b" ",
        b"\x00",
        b"null",
        b"[]",
        b"0",
        b'""',
        b"{",
        b"{}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"{" + field + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"{" + field + b"9" * 1_000_000 + b"}",
        b"{" + field + b"1e" + b"9" * 10_000 + b"}",
        b"{" + field + b"-Infinity}",
        b"{" + field + b"NaN}",
        b'{"' + b"k" * 900_000 + b'":1}',
        b"{" + b",".join(b'"%d":0' % n for n in range(50_000)) + b"}",
        whole[:-1] + b"," + field + encoded(value) + b"}",
        whole[:-1] + b"," + field + b"null}",
        whole + whole,
        whole + b"\x00",
        whole[:-1],
        b"\xef\xbb\xbf" + whole,
        b"\xff\xfe" + whole.decode().encode("utf-16-le"),
        whole.decode().encode("utf-16"),
        whole.decode().encode("utf-32"),
        b"{" + field + b'"\xff\xfe\xc0\x80"}',
        b"{" + field + b'"\xed\xa0\x80"}',
        b"{" + field + b'"\\ud800"}',
        b'{"\\ud800":1}',
        b'{"__proto__":{"admin":true},"\\u0000":1}',
        gzip.compress(whole),
        b" " * 1_048_577,
        b"// comment\n" + whole,
        b"email=a%40example.org&password=x",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--",
    ]
