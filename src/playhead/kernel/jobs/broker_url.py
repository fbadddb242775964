"""Valkey's address as Celery's transport wants it."""

from urllib.parse import parse_qsl, urlencode, urlsplit

SCHEMES = {"valkey": "redis", "valkeys": "rediss"}


def broker_url(url: str) -> str:
    """Return the transport's address of the Valkey at ``url``.

    Args:
        url: ``redis://``, ``rediss://``, ``valkey://``, ``valkeys://`` or ``unix://``.
    """
    parts = urlsplit(url)
    scheme = SCHEMES.get(parts.scheme, parts.scheme)
    if scheme == "unix":
        return _socket_url(parts.netloc, parts.path, parts.query)
    options = dict(parse_qsl(parts.query))
    database = options.pop("db", None)
    path = f"/{database}" if database is not None else parts.path
    if scheme == "rediss":
        # Otherwise the transport would not ask whose certificate it is.
        options.setdefault("ssl_cert_reqs", "required")
    query = f"?{urlencode(options)}" if options else ""
    return f"{scheme}://{parts.netloc}{path}{query}"


def _socket_url(place: str, path: str, query: str) -> str:
    options = dict(parse_qsl(query))
    if "db" in options:
        options["virtual_host"] = options.pop("db")
    rest = f"?{urlencode(options)}" if options else ""
    return f"redis+socket://{place}{path}{rest}"
