"""OpenAI's Chat Completions API through its SDK, which many other servers speak too."""

import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Literal

import httpx2
import openai
from openai import omit
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
)

from playhead.automation.models.adapters.counting import apart, tokens
from playhead.automation.models.complaints import Complaint
from playhead.automation.models.completion import Completion, Message, Speaker
from playhead.automation.models.errors import ModelContentRefused
from playhead.automation.models.hosted import PLACEHOLDER
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.pacing import Step, Thinking
from playhead.automation.models.port import Finished, StopReason, Text
from playhead.automation.models.usage import Tally, Usage

BASE_URL = "https://api.openai.com/v1"
LimitField = Literal["max_completion_tokens", "max_tokens"]
_STOPS = {"stop": StopReason.END, "length": StopReason.MAX_TOKENS}
_STATUS_OF_WORD = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_api_key": 401,
    "model_not_found": 404,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    "overloaded": 503,
}
# At its lower levels the SDK logs what is asked.
logging.getLogger("openai").setLevel(logging.WARNING)


class OpenAIDialect:
    """Speaks Chat Completions.

    Args:
        base_url: OpenAI's, or that of a server which speaks the same.
        limit_field: What the most tokens are called: OpenAI's reasoning models take only the first
            name, older servers only the second.
    """

    failures: tuple[type[Exception], ...] = (openai.OpenAIError,)

    def __init__(
        self, base_url: str = BASE_URL, limit_field: LimitField = "max_completion_tokens"
    ) -> None:
        self.base_url = base_url
        self._limit_field = limit_field

    def headers(self, key: ProviderKey) -> Mapping[str, str]:
        """Return the key."""
        return {"authorization": f"Bearer {key.reveal()}"}

    async def steps(
        self, client: httpx2.AsyncClient, request: Completion, tally: Tally
    ) -> AsyncGenerator[Step, None]:
        """Ask once, and yield what comes; the counts come last, after the end of the text."""
        sdk = openai.AsyncOpenAI(
            api_key=PLACEHOLDER,
            base_url=self.base_url,
            http_client=client,
            max_retries=0,
            timeout=None,
        )
        is_new = self._limit_field == "max_completion_tokens"
        chunks = await sdk.chat.completions.create(
            model=request.model,
            messages=_messages(request),
            max_completion_tokens=request.max_tokens if is_new else omit,
            max_tokens=omit if is_new else request.max_tokens,
            temperature=omit if request.temperature is None else float(request.temperature),
            top_p=omit if request.top_p is None else float(request.top_p),
            stop=list(request.stop) if request.stop else omit,
            stream=True,
            stream_options={"include_usage": True},
        )
        stop: str | None = None
        is_declined = False
        async for chunk in chunks:
            tally.usage = _usage(chunk.usage) or tally.usage
            for choice in chunk.choices or ():
                delta = choice.delta
                stop = choice.finish_reason or stop
                is_declined = is_declined or bool(getattr(delta, "refusal", None))
                if delta and delta.content:
                    yield Text(delta.content)
                elif _is_thinking(delta):
                    yield Thinking()
        if stop is not None:
            yield _end("refusal" if is_declined else stop, tally.usage)

    def complaint(self, error: Exception) -> Complaint | None:
        """Return what the API says; its word decides when it comes in the stream."""
        if not isinstance(error, openai.APIError) or isinstance(error, openai.APIConnectionError):
            return None
        word = str(error.code or error.type or "")
        status = getattr(error, "status_code", None) or _STATUS_OF_WORD.get(word, 500)
        body = error.body if isinstance(error.body, dict) else {}
        return Complaint(status, word, str(body.get("message", "")))


def _messages(request: Completion) -> list[ChatCompletionMessageParam]:
    told: list[ChatCompletionMessageParam] = []
    if request.system:
        told.append(ChatCompletionSystemMessageParam(role="system", content=request.system))
    return told + [_message(each) for each in request.messages]


def _message(message: Message) -> ChatCompletionMessageParam:
    if message.speaker is Speaker.USER:
        return ChatCompletionUserMessageParam(role="user", content=message.text)
    return ChatCompletionAssistantMessageParam(role="assistant", content=message.text)


def _is_thinking(delta: object) -> bool:
    # Not in OpenAI's own protocol: servers that speak it show their reasoning so.
    return bool(getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None))


def _usage(said: object) -> Usage | None:
    if said is None:
        return None
    asked = getattr(said, "prompt_tokens_details", None)
    answered = getattr(said, "completion_tokens_details", None)
    fresh, cached, written = apart(
        tokens(getattr(said, "prompt_tokens", None)),
        tokens(getattr(asked, "cached_tokens", None)),
        tokens(getattr(asked, "cache_write_tokens", None)),
    )
    output, reasoning = apart(
        tokens(getattr(said, "completion_tokens", None)),
        tokens(getattr(answered, "reasoning_tokens", None)),
    )
    return Usage(fresh, cached, written, output, reasoning)


def _end(stop: str, usage: Usage | None) -> Finished:
    if stop in {"content_filter", "refusal"}:
        raise ModelContentRefused(f"the model refuses to go on ({stop})", usage=usage)
    return Finished(usage, _STOPS.get(stop, StopReason.OTHER), stop)
