"""The checks of the doctor, each by what it is told."""

from pathlib import Path

import pytest

from playhead.entrypoints.doctor.database import check_seals
from playhead.entrypoints.doctor.findings import Level
from playhead.entrypoints.doctor.home import check_disk, check_mode, check_port
from playhead.entrypoints.doctor.schema import (
    Definer,
    Policy,
    Table,
    check_clock,
    check_definers,
    check_migrations,
    check_policies,
    check_version,
)
from playhead.entrypoints.doctor.servers import check_eviction, check_folder
from playhead.kernel.auth.signing.keys import PURPOSE
from playhead.storage.sealing import Sealer

OURS = Sealer([b"o" * 32])
KEYS = Table("api_keys", ("org_id",), is_enabled=True, is_forced=True)
HELD = "(org_id = ( SELECT (NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid))"
TENANT = Policy("api_keys", "tenant", ("playhead_service",), HELD, HELD)
SYSTEM = Policy("api_keys", "system", ("playhead_system",), "true", "true")


@pytest.mark.parametrize("mode", [0o100644, 0o100640, 0o100601, 0o100620])
def test_a_secret_that_others_may_reach_is_a_problem(mode: int) -> None:
    found = check_mode(Path("/home/master.key"), mode)

    assert found.level is Level.PROBLEM
    assert found.remedy.startswith("chmod 600 /home/master.key")


def test_a_secret_of_its_owner_is_well() -> None:
    assert check_mode(Path("/home/master.key"), 0o100600).level is Level.OK


@pytest.mark.parametrize(
    ("free", "level"),
    [(0, Level.PROBLEM), (499, Level.PROBLEM), (500, Level.WARNING), (5000, Level.OK)],
)
def test_a_full_disk_is_a_problem_before_it_is_full(free: int, level: Level) -> None:
    assert check_disk(Path("/home"), free).level is level


@pytest.mark.parametrize(
    ("is_free", "runs", "level"),
    [
        (True, False, Level.OK),
        (False, True, Level.OK),
        (False, False, Level.PROBLEM),
        (True, True, Level.PROBLEM),
    ],
)
def test_a_port_is_free_or_ours(is_free: bool, runs: bool, level: Level) -> None:
    found = check_port("PLAYHEAD_PORT", 8000, is_free=is_free, runs=runs)

    assert found.level is level
    assert level is Level.OK or "PLAYHEAD_PORT" in found.remedy


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (0, Level.OK),
        (1, Level.OK),
        (-1.1, Level.WARNING),
        (5, Level.WARNING),
        (5.1, Level.PROBLEM),
        (-3600, Level.PROBLEM),
    ],
)
def test_clocks_may_differ_a_little(seconds: float, level: Level) -> None:
    assert check_clock(int(seconds * 1_000_000)).level is level


def test_which_clock_is_ahead_is_said() -> None:
    assert "2.0 s ahead of ours" in check_clock(2_000_000).says
    assert "9.0 s behind ours" in check_clock(-9_000_000).says


@pytest.mark.parametrize(("current", "is_well"), [("0003", True), ("0002", False), (None, False)])
def test_an_old_schema_is_brought_up_to_date(current: str | None, is_well: bool) -> None:
    found = check_migrations(current, "0003")

    assert (found.level is Level.OK) == is_well
    assert is_well or "playhead up" in found.remedy


def test_a_schema_of_the_future_asks_for_a_newer_program() -> None:
    assert check_migrations("0004", "0003").remedy.startswith("update Playhead")


def test_an_old_server_is_a_problem() -> None:
    assert [check_version(number).level for number in (14, 15)] == [Level.PROBLEM, Level.OK]


def test_a_table_that_keeps_tenants_apart_is_well() -> None:
    (found,) = check_policies([KEYS, Table("events", (), False, False)], [TENANT, SYSTEM])

    assert (found.level, found.says) == (Level.OK, "1 tables keep the rows of tenants apart")


@pytest.mark.parametrize(
    ("table", "policies", "says"),
    [
        (Table("api_keys", ("org_id",), False, True), [TENANT, SYSTEM], "is off"),
        (Table("api_keys", ("org_id",), True, False), [TENANT, SYSTEM], "hold its owner"),
        (Table("signing_keys", (), True, False), [TENANT], "hold its owner"),
        (KEYS, [SYSTEM], "no policy for playhead_service"),
        (KEYS, [TENANT], "no policy for playhead_system"),
        (KEYS, [TENANT, SYSTEM, Policy("api_keys", "all", ("PUBLIC",), "true", "")], "PUBLIC in"),
        (
            KEYS,
            [SYSTEM, Policy("api_keys", "open", ("playhead_service",), "true", HELD)],
            "the policy open of api_keys does not hold",
        ),
        (
            KEYS,
            [SYSTEM, Policy("api_keys", "half", ("playhead_service",), HELD, f"({HELD} OR true)")],
            "the policy half of api_keys does not hold",
        ),
    ],
)
def test_what_lets_tenants_see_each_other_is_a_problem(
    table: Table, policies: list[Policy], says: str
) -> None:
    found = check_policies([table], policies)

    assert {each.level for each in found} == {Level.PROBLEM}
    assert any(says in each.says for each in found)


def test_no_tenants_table_at_all_is_a_problem() -> None:
    assert [each.level for each in check_policies([], [])] == [Level.PROBLEM]


def test_a_function_that_everybody_may_call_is_a_problem() -> None:
    (found,) = check_definers([Definer("look()", ("PUBLIC", "playhead_service"), True)])

    assert found.remedy == "REVOKE ALL ON FUNCTION look() FROM PUBLIC"


def test_a_function_that_looks_where_its_caller_says_is_a_problem() -> None:
    (found,) = check_definers([Definer("look()", ("playhead_service",), False)])

    assert "search_path" in found.remedy


def test_functions_for_the_service_are_well() -> None:
    (found,) = check_definers([Definer("look()", ("playhead_service",), True)])

    assert found.level is Level.OK


def test_a_master_key_opens_what_it_sealed_and_nothing_else() -> None:
    sealed = OURS.seal(b"key", purpose=PURPOSE)

    assert check_seals(OURS, []).level is Level.OK
    assert check_seals(OURS, [sealed]).level is Level.OK
    assert check_seals(Sealer([b"x" * 32, b"o" * 32]), [sealed]).level is Level.OK
    assert check_seals(Sealer([b"x" * 32]), [sealed]).level is Level.PROBLEM


@pytest.mark.parametrize(
    ("policy", "is_bounded", "level"),
    [
        ("noeviction", True, Level.OK),
        ("allkeys-lru", False, Level.OK),
        ("allkeys-lru", True, Level.WARNING),
        ("", True, Level.WARNING),
    ],
)
def test_a_valkey_that_forgets_is_warned_of(policy: str, is_bounded: bool, level: Level) -> None:
    assert check_eviction(policy, is_bounded=is_bounded).level is level


def test_the_folder_of_mails_need_not_be_there_yet(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "home" / "mail").level is Level.OK
