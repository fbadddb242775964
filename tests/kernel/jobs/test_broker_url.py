"""Valkey's address as Celery's transport takes it."""

import pytest

from playhead.kernel.jobs.broker_url import broker_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://h:1/2", "redis://h:1/2"),
        ("redis://:pw@h:1?db=3", "redis://:pw@h:1/3"),
        ("valkey://u:pw@h:1/0", "redis://u:pw@h:1/0"),
        ("rediss://h:1/0", "rediss://h:1/0?ssl_cert_reqs=required"),
        ("valkeys://h:1/0?ssl_cert_reqs=none", "rediss://h:1/0?ssl_cert_reqs=none"),
        ("unix:///run/a%20b/valkey.sock", "redis+socket:///run/a%20b/valkey.sock"),
        ("unix://:pw@/run/v.sock?db=2", "redis+socket://:pw@/run/v.sock?virtual_host=2"),
    ],
)
def test_each_form_of_address_has_its_form_there(given: str, expected: str) -> None:
    assert broker_url(given) == expected
