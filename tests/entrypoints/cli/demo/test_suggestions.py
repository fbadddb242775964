"""The commands that the demo suggests."""

from pathlib import Path

import pytest

from playhead.entrypoints.cli.demo.suggestions import suggestions
from playhead.entrypoints.settings import Settings, load_settings

AT = "2026-11-22T00:41:13Z"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PLAYHEAD_HOME", "PLAYHEAD_PORT", "PLAYHEAD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def suggested(settings: Settings) -> list[str]:
    return suggestions(settings, ".venv/bin/playhead", "ph_live_abc", ticker="KXA-B", at=AT)


def test_defaults_need_no_settings() -> None:
    markets, book, verify, curl, trial = suggested(load_settings())

    assert markets == ".venv/bin/playhead markets --limit 10"
    assert book == f".venv/bin/playhead book KXA-B --at {AT}"
    assert verify == f".venv/bin/playhead verify KXA-B --at {AT}"
    assert curl.startswith("curl -s -H 'Authorization: Bearer ph_live_abc' ")
    assert "'http://127.0.0.1:8000/api/v1/markets/KXA-B/book?at=" in curl
    assert trial.startswith("curl -s -H 'Authorization: Bearer ph_live_abc' ")
    assert " http://127.0.0.1:8000/api/v1/skills/test -d '{" in trial
    assert f'"input_data": {{"market": "KXA-B"}}, "at": "{AT}"' in trial


def test_another_folder_and_port_are_carried_along(tmp_path: Path) -> None:
    markets, book, verify, curl, trial = suggested(
        load_settings(home=tmp_path / "my home", port=8123)
    )

    assert markets.startswith(f"PLAYHEAD_HOME='{tmp_path}/my home' .venv/bin/playhead")
    assert book.startswith("PLAYHEAD_HOME=")
    assert verify.startswith("PLAYHEAD_HOME=")
    assert "127.0.0.1:8123" in curl
    assert "127.0.0.1:8123" in trial


def test_another_database_is_carried_along() -> None:
    markets, *_ = suggested(load_settings(database_url="postgresql://me@host/tape"))

    assert markets.startswith("PLAYHEAD_DATABASE_URL=postgresql://me@host/tape ")


def test_password_is_never_shown() -> None:
    lines = suggested(load_settings(database_url="postgresql://me:secret@host/tape"))

    assert not any("secret" in line for line in lines)
