"""Every test of jobs finds none."""

import psycopg
import pytest


@pytest.fixture
def no_jobs(module_database_url: str) -> None:
    """Remove what earlier tests of the module left."""
    with psycopg.connect(module_database_url) as connection:
        connection.execute("DELETE FROM jobs")
