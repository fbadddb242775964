"""Requests, counts and addresses that cannot be are refused when they are made."""

import subprocess
import sys
from decimal import Decimal

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.models import (
    CompletionInvalid,
    Message,
    ModelRefused,
    ModelUnavailable,
    Provider,
    ProviderPlaceInvalid,
    Speaker,
    Upstream,
    Usage,
    UsageInvalid,
    errors,
    open_model,
)
from playhead.automation.models.adapters.counting import apart, tokens
from playhead.automation.models.complaints import seconds_to_wait
from playhead.base.errors import Invalid, Unavailable
from tests.automation.models.stage import KEY, asking

USER, ASSISTANT = Message(Speaker.USER, "?"), Message(Speaker.ASSISTANT, "!")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", ""),
        ("model", "../../other"),
        ("model", "a//b"),
        ("model", "with space"),
        ("model", "x" * 129),
        ("messages", ()),
        ("messages", (ASSISTANT, USER)),
        ("messages", (USER, ASSISTANT)),
        ("max_tokens", 0),
        ("max_tokens", 1_000_001),
        ("temperature", Decimal("2.1")),
        ("temperature", Decimal("-0.1")),
        ("temperature", Decimal("NaN")),
        ("top_p", Decimal("1.1")),
        ("stop", ("a", "b", "c", "d", "e")),
        ("stop", ("",)),
    ],
)
def test_a_request_that_nobody_could_answer_names_its_field(field: str, value: object) -> None:
    with pytest.raises(CompletionInvalid) as refused:
        asking(**{field: value})

    assert refused.value.field == field


def test_bounds_are_inclusive() -> None:
    asking(max_tokens=1, temperature=Decimal(2), top_p=Decimal(1), stop=("a", "b", "c", "d"))
    asking(max_tokens=1_000_000, temperature=Decimal(0), top_p=Decimal(0), stop=())


def test_a_message_without_a_text_is_refused() -> None:
    with pytest.raises(CompletionInvalid):
        Message(Speaker.USER, "")


def test_tokens_below_zero_are_refused_by_name() -> None:
    with pytest.raises(UsageInvalid) as refused:
        Usage(input=1, output=-1)

    assert refused.value.field == "usage.output"


@pytest.mark.parametrize(("said", "taken"), [(3, 3), (0, 0), (-1, None), (True, None), ("3", None)])
def test_only_numbers_of_tokens_are_taken_for_them(said: object, taken: int | None) -> None:
    assert tokens(said) == taken


@given(
    whole=st.integers(0, 10**9),
    parts=st.lists(st.none() | st.integers(0, 10**9), max_size=3),
)
def test_a_whole_that_is_taken_apart_is_neither_more_nor_less(
    whole: int, parts: list[int | None]
) -> None:
    assert sum(part for part in apart(whole, *parts) if part is not None) == whole


def test_parts_of_an_unknown_whole_are_still_known() -> None:
    assert apart(None, 3, None) == (None, 3, None)


DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("0.2", 1),
        ("0", 0),
        ("-3", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("999999999", 86_400),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:59:30 GMT", None),
    ],
)
def test_the_time_to_wait_is_whole_seconds_of_at_most_a_day(told: str, seconds: int | None) -> None:
    headers = httpx2.Headers({"retry-after": told, "date": DATE})

    assert seconds_to_wait(headers) == seconds


def test_a_date_to_wait_for_means_nothing_without_a_date_to_measure_from() -> None:
    assert seconds_to_wait(httpx2.Headers({"retry-after": DATE})) is None


def test_every_error_has_a_code_of_its_own_and_a_retry_class() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    ours = [each for each in kinds if issubclass(each, ModelUnavailable | ModelRefused)]

    codes = [each.code for each in ours]
    assert len(set(codes)) == len(codes) == 15
    assert all(code.startswith("model.") for code in codes)
    assert issubclass(ModelUnavailable, Unavailable)
    assert issubclass(ModelRefused, Invalid)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("provider", "base_url", "field"),
    [
        (Provider.LOCAL, None, "provider"),
        (Provider.COMPATIBLE, None, "base_url"),
        (Provider.OPENAI, "ftp://host", "base_url"),
        (Provider.OPENAI, "host/v1", "base_url"),
        (Provider.OPENAI, "https://name:word@host", "base_url"),
        (Provider.OPENAI, "https://host/?a=b", "base_url"),
        (Provider.OPENAI, "https://host:99999", "base_url"),
        (Provider.OPENAI, "https://", "base_url"),
        (Provider.OPENAI, "https://two words", "base_url"),
        (Provider.OPENAI, "https://[::1", "base_url"),
        (Provider.OPENAI, "https://[1:2]/v1", "base_url"),
        (Provider.OPENAI, "https://host:0/v1", "base_url"),
    ],
)
async def test_a_place_that_is_none_is_refused(
    provider: Provider, base_url: str | None, field: str, upstream: Upstream
) -> None:
    with pytest.raises(ProviderPlaceInvalid) as refused:
        await open_model(provider, KEY, upstream, base_url=base_url)

    assert refused.value.field == field


@pytest.mark.anyio
@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:11434/v1", "https://api.example.com", "http://[::1]:8000/v1/"]
)
async def test_a_place_can_be_anywhere(base_url: str, upstream: Upstream) -> None:
    await open_model(Provider.COMPATIBLE, KEY, upstream, base_url=base_url)


def test_importing_the_package_imports_no_sdk() -> None:
    program = (
        "import sys, playhead.automation.models, playhead.automation.models.prices\n"
        "print({'anthropic', 'openai', 'google.genai', 'genai_prices'} & set(sys.modules))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "set()"
