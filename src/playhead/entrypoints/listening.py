"""Where the API listens."""

import ipaddress
import socket

from playhead.base.errors import Conflict, Invalid

LOOPBACK = "127.0.0.1"


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
            f"the API listens on {LOOPBACK} only, not on {host}: what it says is not encrypted,"
            " so others reach it through a proxy on this machine that is"
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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
