"""Where the API listens, and the secret of its cursors."""

import ipaddress
import os
import secrets
import socket
from pathlib import Path

from playhead.base.errors import Conflict, Invalid

LOOPBACK = "127.0.0.1"
KEY_BYTES = 32


class NotLoopback(Invalid):
    """The API was to listen where others than this machine could reach it."""

    code = "http.not_loopback"


class PortBusy(Conflict):
    """Something else listens on a port that is needed."""

    code = "port.busy"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host``, which has to be a loopback address.

    Raises:
        NotLoopback: Others than this machine could reach ``host``.
        PortBusy: Another program listens on the port.
    """
    if not _is_loopback(host):
        raise NotLoopback(
            f"the API listens on {LOOPBACK} only, not on {host}: it has no accounts yet, so whoever"
            " could connect could read"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every connection: the body of an answer must not wait for the headers' receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortBusy(
            f"port {port} of {host} cannot be used: {error.strerror}; choose another with"
            " PLAYHEAD_PORT"
        ) from error
    return listener


def cursor_key(home: Path) -> bytes:
    """Return the key of this home's cursors; it is made when it is first asked for."""
    file = home / "cursor.key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as made:
        key = secrets.token_bytes(KEY_BYTES)
        made.write(key)
    return key


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
