"""Anthropic's Messages API through its SDK."""

import logging
from collections.abc import AsyncGenerator, Mapping

import anthropic
import httpx2
from anthropic import omit
from anthropic.types import AssistantMessageParam, MessageParam, UserMessageParam

from playhead.automation.models.adapters.counting import apart, tokens
from playhead.automation.models.complaints import Complaint
from playhead.automation.models.completion import Completion, Message, Speaker
from playhead.automation.models.errors import ModelContentRefused
from playhead.automation.models.hosted import PLACEHOLDER
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.pacing import Step, Thinking
from playhead.automation.models.port import Finished, StopReason, Text
from playhead.automation.models.usage import Tally, Usage

BASE_URL = "https://api.anthropic.com"
API_VERSION = "2023-06-01"
_STOPS = {
    "end_turn": StopReason.END,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "stop_sequence": StopReason.STOP_TEXT,
}
_STATUS_OF_WORD = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
# At its lower levels the SDK logs what is asked.
logging.getLogger("anthropic").setLevel(logging.WARNING)


class AnthropicDialect:
    """Speaks Anthropic's Messages API."""

    failures: tuple[type[Exception], ...] = (anthropic.AnthropicError,)

    def __init__(self, base_url: str = BASE_URL) -> None:
        self.base_url = base_url

    def headers(self, key: ProviderKey) -> Mapping[str, str]:
        """Return the key, and the version of the protocol that the SDK speaks."""
        return {"authorization": f"Bearer {key.reveal()}", "anthropic-version": API_VERSION}

    async def steps(
        self, client: httpx2.AsyncClient, request: Completion, tally: Tally
    ) -> AsyncGenerator[Step, None]:
        """Ask once, and yield what comes."""
        sdk = anthropic.AsyncAnthropic(
            api_key=PLACEHOLDER,
            base_url=self.base_url,
            http_client=client,
            max_retries=0,
            timeout=None,
            open_telemetry=False,
        )
        events = await sdk.messages.create(
            model=request.model,
            max_tokens=request.max_tokens,
            messages=[_message(each) for each in request.messages],
            system=request.system if request.system else omit,
            stop_sequences=list(request.stop) if request.stop else omit,
            extra_body=_sampling(request),
            stream=True,
        )
        counts: dict[str, int | None] = {}
        stop: str | None = None
        async for event in events:
            match event.type:
                case "message_start":
                    _note(counts, event.message.usage, is_final=False)
                case "content_block_delta" if event.delta.type == "text_delta":
                    if event.delta.text:
                        yield Text(event.delta.text)
                case "content_block_delta":
                    yield Thinking()
                case "message_delta":
                    stop = event.delta.stop_reason or stop
                    _note(counts, event.usage, is_final=True)
                case "message_stop" if stop is not None:
                    tally.usage = _usage(counts)
                    yield _end(stop, tally.usage)
            tally.usage = _usage(counts)

    def complaint(self, error: Exception) -> Complaint | None:
        """Return what the API says; its word decides when it comes in the stream."""
        if not isinstance(error, anthropic.APIStatusError):
            return None
        body = error.body if isinstance(error.body, dict) else {}
        fault = body.get("error")
        fault = fault if isinstance(fault, dict) else {}
        word, text = str(fault.get("type", "")), str(fault.get("message", ""))
        status = error.status_code
        return Complaint(_STATUS_OF_WORD.get(word, 500) if status == 200 else status, word, text)


def _message(message: Message) -> MessageParam:
    if message.speaker is Speaker.USER:
        return UserMessageParam(role="user", content=message.text)
    return AssistantMessageParam(role="assistant", content=message.text)


def _sampling(request: Completion) -> dict[str, float]:
    # The SDK knows these no more, for newer models refuse them; older ones still take them.
    told = {"temperature": request.temperature, "top_p": request.top_p}
    return {name: float(value) for name, value in told.items() if value is not None}


def _note(counts: dict[str, int | None], said: object, *, is_final: bool) -> None:
    # What the beginning says of the output is no more than that it has begun.
    names = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"]
    for name in [*names, "output_tokens"] if is_final else names:
        count = tokens(getattr(said, name, None))
        counts[name] = counts.get(name) if count is None else count
    details = getattr(said, "output_tokens_details", None)
    if is_final and details is not None:
        counts["thinking_tokens"] = tokens(getattr(details, "thinking_tokens", None))


def _usage(counts: Mapping[str, int | None]) -> Usage | None:
    if all(count is None for count in counts.values()):
        return None
    output, thinking = apart(counts.get("output_tokens"), counts.get("thinking_tokens"))
    return Usage(
        input=counts.get("input_tokens"),
        cached_input=counts.get("cache_read_input_tokens"),
        cache_write=counts.get("cache_creation_input_tokens"),
        output=output,
        reasoning=thinking,
    )


def _end(stop: str, usage: Usage | None) -> Finished:
    if stop == "refusal":
        raise ModelContentRefused("the model refuses to go on (refusal)", usage=usage)
    return Finished(usage, _STOPS.get(stop, StopReason.OTHER), stop)
