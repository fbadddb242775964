"""What the environment can and cannot say."""

from pathlib import Path

import pytest

from playhead.entrypoints.settings import (
    Exchange,
    InvalidSetting,
    child_environment,
    load_settings,
    variable_of,
)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("home", "database_url", "valkey_url", "port", "exchange", "exchange_port")
    for name in (*names, "recorders", "recorder_shards"):
        monkeypatch.delenv(variable_of(name), raising=False)
    for name in ("KALSHI_KEY_ID", "KALSHI_PRIVATE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()

    assert (settings.home, settings.port) == (Path(".playhead"), 8000)
    assert settings.exchange is Exchange.SIMULATED
    assert settings.database_url is None


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYHEAD_DATABASE_URL", "")

    assert load_settings().database_url is None


def test_keys_choose_the_real_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALSHI_KEY_ID", "id")
    monkeypatch.setenv("KALSHI_PRIVATE_KEY_FILE", "key.pem")

    assert load_settings().exchange is Exchange.PRODUCTION


def test_keys_do_not_overrule_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALSHI_KEY_ID", "id")
    monkeypatch.setenv("KALSHI_PRIVATE_KEY_FILE", "key.pem")
    monkeypatch.setenv("PLAYHEAD_EXCHANGE", "simulated")

    assert load_settings().exchange is Exchange.SIMULATED


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PLAYHEAD_PORT", "eighty", "PLAYHEAD_PORT is not valid: .*integer"),
        ("PLAYHEAD_PORT", "70000", "PLAYHEAD_PORT is not valid: .*65535"),
        ("PLAYHEAD_EXCHANGE", "nyse", "PLAYHEAD_EXCHANGE is not valid: .*simulated"),
        ("PLAYHEAD_EXCHANGE", "production", "PLAYHEAD_EXCHANGE is production, which needs KALSHI"),
        ("PLAYHEAD_DATABASE_URL", "mysql://x", "PLAYHEAD_DATABASE_URL .*postgresql://"),
        ("PLAYHEAD_VALKEY_URL", "http://x", "PLAYHEAD_VALKEY_URL .*redis://"),
        ("PLAYHEAD_RECORDERS", "9", "PLAYHEAD_RECORDERS is not valid: .*8"),
        ("PLAYHEAD_RECORDER_SHARDS", "2", "PLAYHEAD_RECORDERS is 1, which is no multiple of .*2"),
        ("KALSHI_KEY_ID", "id", "KALSHI_PRIVATE_KEY_FILE is not set"),
        ("KALSHI_PRIVATE_KEY_FILE", "key.pem", "KALSHI_KEY_ID is not set"),
    ],
)
def test_bad_value_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(InvalidSetting, match=sentence) as caught:
        load_settings()

    assert "\n" not in caught.value.message


def test_each_part_of_the_markets_can_have_several_recorders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLAYHEAD_RECORDERS", "6")
    monkeypatch.setenv("PLAYHEAD_RECORDER_SHARDS", "3")

    settings = load_settings()

    assert (settings.recorders, settings.recorder_shards) == (6, 3)


def test_password_in_an_address_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYHEAD_DATABASE_URL", "mysql://me:secret@host/db")

    with pytest.raises(InvalidSetting) as caught:
        load_settings()

    assert "secret" not in caught.value.message


def test_child_loads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KALSHI_KEY_ID", "id")
    monkeypatch.setenv("KALSHI_PRIVATE_KEY_FILE", "key.pem")
    settings = load_settings().model_copy(update={"home": tmp_path, "simulated_rate": 12.5})

    for name, value in child_environment(settings).items():
        monkeypatch.setenv(name, value)

    assert load_settings() == settings
