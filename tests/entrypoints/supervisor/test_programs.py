"""The processes of Playhead by name."""

from functools import partial
from pathlib import Path

import pytest

from playhead.entrypoints import recorder
from playhead.entrypoints.settings import Exchange, Settings
from playhead.entrypoints.supervisor.programs import UnknownProgram, main_of, programs_of


def names(**chosen: object) -> list[str]:
    settings = Settings(**chosen)  # type: ignore[arg-type]
    return [program.name for program in programs_of(settings)]


def test_recorders_start_after_what_reads_them() -> None:
    assert names() == ["api", "worker", "sealer", "ingest", "exchange", "recorder"]
    assert names(recorders=3)[-3:] == ["recorder", "recorder-2", "recorder-3"]


def test_who_acts_for_tenants_never_learns_how_to_be_the_databases_owner() -> None:
    settings = Settings(database_url="postgresql://owner@/playhead")
    untold = [
        program.name
        for program in programs_of(settings)
        if "PLAYHEAD_DATABASE_URL" not in program.environment
    ]

    assert untold == ["api", "worker"]


def test_the_real_exchange_is_not_simulated() -> None:
    keys = {"kalshi_key_id": "id", "kalshi_private_key_file": Path("key.pem")}

    assert "exchange" not in names(exchange=Exchange.PRODUCTION, **keys)


def test_each_recorder_runs_as_a_process_of_its_own_name() -> None:
    (*_, second) = programs_of(Settings(recorders=2))

    assert second.command[-1] == "recorder-2"
    assert second.environment["PLAYHEAD_RECORDERS"] == "2"


def test_a_numbered_recorder_is_told_its_number() -> None:
    main = main_of("recorder-2")

    assert main_of("recorder") is recorder.main
    assert isinstance(main, partial)
    assert (main.func, main.keywords) == (recorder.main, {"number": 2})


@pytest.mark.parametrize("name", ["recorder-1", "recorder-9", "recorder-", "ingest-2", "nobody"])
def test_a_process_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownProgram, match="recorder-2 to recorder-8"):
        main_of(name)
