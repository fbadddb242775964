"""The OpenAPI document."""

import pytest

from playhead.web.openapi import Api, answer
from playhead.web.wire import Wire


class View(Wire, frozen=True):
    number: int


def namesake() -> type[Wire]:
    class View(Wire, frozen=True):
        text: str

    return View


def described(*bodies: type[Wire]) -> Api:
    app = Api()
    for number, body in enumerate(bodies):
        app.add_api_route(f"/{number}", lambda: None, responses=answer("It.", body))
    return app


def test_a_type_may_be_sent_in_several_places() -> None:
    assert "View" in described(View, View).openapi()["components"]["schemas"]


def test_two_types_of_one_name_are_refused_because_one_would_pass_for_the_other() -> None:
    with pytest.raises(ValueError, match="both called View"):
        described(View, namesake()).openapi()
