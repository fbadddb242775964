"""Included routers are asked about their own paths, and answer as if they were asked about all."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from playhead.web.openapi import Api

PATHS = (
    "/a",
    "/a/b",
    "/a/1",
    "/a/1/x",
    "/ab",
    "/b/1",
    "/c/1",
    "/n/1",
    "/later",
    "/",
    "/a/",
    "/none",
)


def routers() -> tuple[APIRouter, ...]:
    first, second, third, outer = (APIRouter(prefix=each) for each in ("/a", "/b", "", "/n"))
    for router, path in (
        (first, ""),
        (first, "/{id}"),
        (second, "/{id}"),
        (third, "/{kind}/1"),
        (third, "/a/b"),
    ):
        router.add_api_route(path, said(f"{router.prefix} {path}"), methods=["GET"])
    inner = APIRouter()
    inner.add_api_route("/{id}", said("inner"), methods=["POST"])
    outer.include_router(inner)
    return first, second, third, outer


def said(what: str):  # type: ignore[no-untyped-def]
    async def say() -> str:
        return what

    return say


def client_of(app: FastAPI) -> TestClient:
    first, *others = routers()
    for router in (first, *others):
        app.include_router(router, prefix="/v1")
    first.add_api_route("/later", said("later"), methods=["GET"])
    return TestClient(app)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_answered_as_the_framework_answers_it(method: str, path: str) -> None:
    ours, theirs = (
        client_of(kind(redirect_slashes=False)).request(method, f"/v1{path}")
        for kind in (Api, FastAPI)
    )
    assert (ours.status_code, ours.text) == (theirs.status_code, theirs.text)
    assert ours.headers.get("allow") == theirs.headers.get("allow")


def test_below_a_root_paths_are_found_as_well() -> None:
    app = Api()
    app.include_router(routers()[0], prefix="/v1")
    assert TestClient(app, root_path="/mounted").get("/mounted/v1/a/7").json() == "/a /{id}"


def test_a_router_is_not_asked_about_the_paths_of_others() -> None:
    app = Api()
    app.include_router(routers()[0], prefix="/v1")
    (route,) = [each for each in app.router.routes if type(each).__name__ == "_IncludedRouter"]
    asked: list[str] = []
    route.matches._matches = lambda scope: asked.append(scope["path"])  # type: ignore[attr-defined]
    assert TestClient(app).get("/v1/b/1").status_code == 404
    assert asked == []
