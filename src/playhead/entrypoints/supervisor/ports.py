"""Whether the ports that will be needed are free."""

import errno
import socket
from collections.abc import Mapping

from playhead.entrypoints.listening import LOOPBACK, PortBusy


def check_ports(wanted: Mapping[str, int]) -> None:
    """Return if each port is free on the loopback; ``wanted`` maps variables to ports.

    Raises:
        PortBusy: One is not; the message names its variable.
    """
    for variable, port in wanted.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as error:
                raise _sentence(variable, port, error) from error


def _sentence(variable: str, port: int, error: OSError) -> PortBusy:
    if error.errno == errno.EADDRINUSE:
        problem = "is already in use"
    else:
        problem = f"cannot be used ({error.strerror})"
    return PortBusy(f"port {port} of {LOOPBACK} {problem}; set {variable} to a free one")
