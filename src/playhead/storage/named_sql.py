"""Named queries kept in ``queries.sql`` beside the repository that runs them.

A query starts with ``-- name: some_name``; comment lines that follow say what it is for. Parameters
are written ``:like_this`` (a cast ``::int`` is left alone).
"""

import re
from importlib import resources
from types import SimpleNamespace

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_COMMENT = re.compile(r"--[^\n]*")


def parse_sql(text: str) -> dict[str, str]:
    """Return the queries of ``text`` by name, with psycopg's ``%(name)s`` placeholders."""
    parts = _NAME.split(text)
    bodies = zip(parts[1::2], parts[2::2], strict=True)
    return {name: _placeholders(body) for name, body in bodies}


def load_sql(package: str, file: str = "queries.sql") -> SimpleNamespace:
    """Return the queries of ``file`` inside ``package`` as attributes."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    return SimpleNamespace(**parse_sql(text))


def _placeholders(body: str) -> str:
    bare = _COMMENT.sub("", body).strip().rstrip(";")
    return _PARAMETER.sub(r"%(\1)s", bare.replace("%", "%%"))
