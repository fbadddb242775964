"""``playhead keys``, ``users`` and ``orgs`` from the command line, over a real database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from playhead.entrypoints.cli.main import app_with, named_in
from playhead.entrypoints.cli.readers import NothingRuns
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import parse_key

Run = Callable[..., Result]
PASSWORD = "correct horse\n"
ADA = ("ada@example.org", "--first-name", "Ada", "--last-name", "Lovelace")


@pytest.fixture(scope="module")
def environment(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    home = tmp_path_factory.mktemp("home")
    open_sealer(Settings(home=home))
    return {"PLAYHEAD_HOME": str(home), "PLAYHEAD_DATABASE_URL": module_database_url}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def invoke(*words: str, typed: str | None = None, **more: str) -> Result:
        app = app_with(named_in(words))
        return CliRunner().invoke(app, words, input=typed, env={**environment, **more})

    return invoke


@pytest.fixture(scope="module")
def research(environment: dict[str, str]) -> str:
    made = CliRunner().invoke(app_with(["orgs"]), ["orgs", "create", "Research"], env=environment)
    return made.stdout.strip()


def test_a_new_key_is_alone_on_the_output(run: Run, research: str) -> None:
    made = run("keys", "create", "--org", research, "--name", "bot", "--expires", "30d")

    key = made.stdout.removesuffix("\n")
    assert parse_key(key).hint == key[:14]
    assert "not shown again" in made.stderr
    assert "of Research may history:read, automation:read, automation:write until" in made.stderr
    assert key not in run("keys", "list", "--org", research).stdout


def test_what_is_chosen_about_a_key_is_kept(run: Run, research: str) -> None:
    words = ("--scope", "admin", "--network", "192.0.2.0/24", "--limit", "7", "--test", "--json")
    made = json.loads(run("keys", "create", "--org", "Research", *words).stdout)
    found = [json.loads(line) for line in run("keys", "list", "--json").stdout.splitlines()]

    assert made.pop("key").startswith("ph_test_")
    assert made in found
    assert (made["scopes"], made["limit_per_minute"]) == (["admin"], 7)
    assert made["allowed_networks"] == ["192.0.2.0/24"]


def test_a_key_is_revoked_by_its_id_as_often_as_one_likes(run: Run, research: str) -> None:
    made = json.loads(run("keys", "create", "--org", research, "--json").stdout)
    first, again = (run("keys", "revoke", made["id"]) for _ in range(2))

    assert first.stdout == again.stdout
    assert f"{made['id']} (Made at the shell): revoked 20" in first.stdout
    assert made["id"] not in run("keys", "list", "--org", research).stdout
    assert made["id"] in run("keys", "list", "--org", research, "--all").stdout


def test_people_are_let_in_shown_and_signed_out(run: Run, research: str) -> None:
    made = run("users", "create", *ADA, "--org", "Research", "--role", "admin", typed=PASSWORD)
    (line,) = run("users", "list", "--search", "ADA", "--json").stdout.splitlines()
    ada = json.loads(line)

    assert made.stdout.strip() == ada["id"]
    assert ada["organisations"] == [{"name": "Research", "role": "admin"}]
    assert ada["has_password"]
    assert "ada@example.org" in run("users", "list").stdout
    assert run("users", "sign-out", ADA[0]).stdout == "ada@example.org: no session went on\n"
    changed = run("users", "set-password", ADA[0], typed="another horse\n")
    assert changed.stdout == "ada@example.org has another password; no session went on\n"


def test_no_password_is_taken_where_a_provider_keeps_them(run: Run) -> None:
    refused = run(
        "users",
        "set-password",
        "ada@example.org",
        typed=PASSWORD,
        PLAYHEAD_SIGN_IN="oidc",
        PLAYHEAD_OIDC_ISSUER="https://id.example.org",
        PLAYHEAD_OIDC_CLIENT_ID="playhead",
    )

    assert "https://id.example.org keeps the passwords" in str(refused.exception)


def test_organisations_are_listed_with_their_plan(run: Run, research: str) -> None:
    (line,) = run("orgs", "list", "--search", "resea", "--json").stdout.splitlines()

    assert json.loads(line)["id"] == research
    assert json.loads(line)["plan"] == "operator"
    assert "Research" in run("orgs", "list").stdout
    assert "--plan: there is no plan 'gold'" in str(
        run("orgs", "create", "Rich", "--plan", "gold").exception
    )


def test_an_organisation_is_made_or_joined_not_both(run: Run) -> None:
    refused = run("users", "create", *ADA, "--organisation", "A", "--org", "B", "--no-password")

    assert "give one of the two" in str(refused.exception)


def test_a_role_is_one_in_an_organisation_that_is_named(run: Run) -> None:
    refused = run("users", "create", *ADA, "--role", "owner", "--no-password")

    assert "--role says what they are in --org" in str(refused.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create"),
        ("keys", "list"),
        ("orgs", "list"),
        ("users", "list"),
        ("users", "sign-out", "ada@example.org"),
    ],
)
def test_where_nothing_runs_that_is_the_answer(words: tuple[str, ...], tmp_path: Path) -> None:
    result = CliRunner().invoke(app_with(words[:1]), words, env={"PLAYHEAD_HOME": str(tmp_path)})

    assert isinstance(result.exception, NothingRuns)
    assert f"nothing is running in {tmp_path}" in str(result.exception)
    assert not (tmp_path / "master.key").exists()


def test_an_operator_makes_another_signing_key(run: Run) -> None:
    first, second = (run("users", "new-signing-key", *words) for words in ((), ("--withdraw",)))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(first.stdout.strip()) == len(second.stdout.strip()) == 43
    assert first.stdout != second.stdout
