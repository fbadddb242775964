"""Whatever the OpenAPI document allows or forbids: every answer is one that it declares."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, BaseSchema, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from tests.hostile.judge import judge
from tests.hostile.stage import (
    AUTH,
    Arena,
    Person,
    execution_of,
    habit_of,
    invitation_of,
    reflex_of,
    skill_of,
)
from tests.hostile.wire import Answer, Asked, Fields

load_all_checks()
CHECKED: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
EXAMPLES = 3
AT_ONCE = 5
LEAST = 1_000
OURS = {"host", "authorization", "x-api-key", "content-length"}

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]
Callers = Mapping[str, Fields]
Ids = Mapping[str, str]


def test_every_answer_to_what_the_document_allows_or_forbids_is_declared(arena: Arena) -> None:
    schema = document_of(arena)
    asked, faults = 0, list[str]()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        owner = arena.sign_up()
        callers, ids = callers_of(arena, owner), ids_of(arena, owner, operation.path)
        for mode in GenerationMode:
            cases = drawn(operation, mode, ids)
            asked += len(cases) * len(callers)
            faults += [fault for each in some(cases) for fault in tried(arena, each, callers)]

    assert not faults, "\n\n".join(faults[:10])
    assert asked >= LEAST


def document_of(arena: Arena) -> BaseSchema:
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    return schemathesis.openapi.from_dict(arena.api.app.openapi(), config=config)


def callers_of(arena: Arena, owner: Person) -> Callers:
    """Nobody, who may do everything, and who may only read."""
    key = arena.make(owner, "/api/v1/api-keys", {"name": "reads"})["key"]
    return {"nobody": (), "owner": (owner.token,), "reader": ((b"x-api-key", key.encode()),)}


def ids_of(arena: Arena, owner: Person, path: str) -> Ids:
    """The parameters of a path, as they are called in the owner's organisation."""
    if "{" not in path:
        return {}
    known: dict[str, Callable[[], object]] = {
        "{org_id}": lambda: owner.org_id,
        "{user_id}": lambda: arena.read(owner, f"{AUTH}/me")["id"],
        "{invitation_id}": lambda: invitation_of(arena, owner),
        "api-keys/{id}": lambda: arena.make(owner, "/api/v1/api-keys", {"name": "known"})["id"],
        "skills/{id}": lambda: skill_of(arena, owner),
        "{skill_id}": lambda: skill_of(arena, owner),
        "{execution_id}": lambda: execution_of(arena, owner),
        "{habit_id}": lambda: habit_of(arena, owner),
        "reflexes/{id}": lambda: reflex_of(arena, owner),
    }
    return {
        place.partition("{")[2].rstrip("}"): str(make())
        for place, make in known.items()
        if place in path
    }


def drawn(operation: Operation, mode: GenerationMode, ids: Ids) -> list[Case]:
    """Cases for an operation, half of them about what there is."""
    strategies = [operation.as_strategy(mode)]
    if ids:
        strategies.append(operation.as_strategy(mode, path_parameters=dict(ids)))
    cases = list[Case]()

    @settings(
        max_examples=EXAMPLES * len(strategies),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(strategies))
    def draw(case: Case) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):  # an operation that takes nothing can be given nothing wrong
        draw()
    return cases


def some(cases: list[Case]) -> Iterator[list[Case]]:
    rest = iter(cases)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def tried(arena: Arena, cases: list[Case], callers: Callers) -> Iterator[str]:
    """Try cases at once as every caller, and tell what is wrong with the answers."""
    prepared = [
        (case, prepared_of(case), headers) for case in cases for headers in callers.values()
    ]
    requested = [asked_of(case, request, headers) for case, request, headers in prepared]
    answers = arena.ask_at_once(*requested)
    for (case, request, _), asked, answer in zip(prepared, requested, answers, strict=True):
        try:
            judge(asked, answer)
            case.validate_response(response_of(request, answer), checks=CHECKED)
        except (AssertionError, FailureGroup) as error:
            yield f"{case.operation.label}: {error}"


def prepared_of(case: Case) -> requests.PreparedRequest:
    sent = case.as_transport_kwargs("http://localhost")
    parts = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
    return requests.Request(**{part: sent[part] for part in parts if part in sent}).prepare()


def asked_of(case: Case, request: requests.PreparedRequest, headers: Fields) -> Asked:
    body = request.body or b""
    assert isinstance(body, str | bytes)
    # An organisation of nobody's would hide all that comes after it.
    is_fitting = case.meta is None or case.meta.generation.mode.is_positive
    left_out = OURS | ({"x-org-id"} if is_fitting else set())
    drawn = tuple(
        (latin(name).lower(), latin(value))
        for name, value in request.headers.items()
        if name.lower() not in left_out
    )
    return Asked(
        str(request.method),
        request.path_url.encode(),
        (*drawn, *headers),
        body.encode() if isinstance(body, str) else body,
    )


def latin(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text


def response_of(request: requests.PreparedRequest, answer: Answer) -> schemathesis.Response:
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.decode(), []).append(value.decode("latin-1"))
    return schemathesis.Response(
        answer.status, headers, answer.body, request, elapsed=0.1, verify=True
    )
