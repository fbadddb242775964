"""Where Celery connects to."""

import pytest

from playhead.kernel.jobs.celery_broker import celery_app


def test_the_environment_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL"):
        monkeypatch.setenv(name, "redis://elsewhere:1/0")

    app = celery_app("valkey://127.0.0.1:2/0", "jobs")
    reached = {app.connection_for_read(), app.connection_for_write(), app.pool.connection}

    assert {connection.hostname for connection in reached} == {"127.0.0.1"}
