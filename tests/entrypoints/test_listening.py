"""Where the API listens."""

import socket

import pytest

from playhead.entrypoints.listening import LOOPBACK, NotLoopback, PortBusy, listen


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_any_address_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(NotLoopback, match=r"listens on 127\.0\.0\.1 only"):
        listen(host, 0)


def test_a_busy_port_is_one_sentence_that_says_what_to_do() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortBusy, match=f"port {port} .* PLAYHEAD_PORT"):
            listen(LOOPBACK, port)


def test_answers_do_not_wait_for_the_receipt_of_their_first_packet() -> None:
    with listen(LOOPBACK, 0) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
