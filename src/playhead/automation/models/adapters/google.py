"""Google's Gemini API through its SDK."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import cache

import httpx2
from google import genai
from google.genai import _api_client, errors, types

from playhead.automation.models.adapters.counting import apart, tokens
from playhead.automation.models.complaints import Complaint, whole_seconds
from playhead.automation.models.completion import Completion, Speaker
from playhead.automation.models.errors import ModelContentRefused
from playhead.automation.models.hosted import PLACEHOLDER
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.pacing import Step, Thinking
from playhead.automation.models.port import Finished, StopReason, Text
from playhead.automation.models.upstream import trusted_authorities
from playhead.automation.models.usage import Tally, Usage

BASE_URL = "https://generativelanguage.googleapis.com"
API_VERSION = "v1beta"
_STOPS = {"STOP": StopReason.END, "MAX_TOKENS": StopReason.MAX_TOKENS}
_REFUSALS = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR"}
)
# At its lower levels the SDK logs what is asked, and warns of keys in the environment.
logging.getLogger("google_genai").setLevel(logging.ERROR)
# Which client it uses is what we give it; this alone it asks the environment all the same.
_api_client._get_http_client_backend = lambda http_options=None: "httpx2"


class GoogleDialect:
    """Speaks the Gemini API."""

    failures: tuple[type[Exception], ...] = (errors.APIError,)

    def __init__(self, base_url: str = BASE_URL) -> None:
        self.base_url = base_url

    def headers(self, key: ProviderKey) -> Mapping[str, str]:
        """Return the key."""
        return {"x-goog-api-key": key.reveal()}

    async def steps(
        self, client: httpx2.AsyncClient, request: Completion, tally: Tally
    ) -> AsyncGenerator[Step, None]:
        """Ask once, and yield what comes; the counts come with every chunk, as running totals."""
        sdk = _client(self.base_url, client)
        chunks = await sdk.aio.models.generate_content_stream(
            model=request.model, contents=list(_contents(request)), config=_config(request)
        )
        stop: str | None = None
        # The SDK gives an iterator that it does not call closable, and that is.
        async with aclosing(chunks):  # type: ignore[type-var]
            async for chunk in chunks:
                tally.usage = _usage(chunk.usage_metadata) or tally.usage
                _check(chunk, tally.usage)
                for candidate in (chunk.candidates or ())[:1]:
                    stop = _word(candidate.finish_reason) or stop
                    for part in (candidate.content and candidate.content.parts) or ():
                        if part.text:
                            yield Thinking() if part.thought else Text(part.text)
        if stop is not None:
            yield _end(stop, tally.usage)

    def complaint(self, error: Exception) -> Complaint | None:
        """Return what the API says."""
        if not isinstance(error, errors.APIError):
            return None
        status = error.code if isinstance(error.code, int) else 500
        details = _details(error.details)
        reasons = " ".join(str(each.get("reason", "")) for each in details)
        word = f"{error.status or ''} {reasons}".strip()
        return Complaint(status, word, str(error.message or ""), _retry_delay(details))


@cache
def _unused_synchronous_client() -> httpx2.Client:
    # Given none, the SDK makes one, and reads the certificates of the machine to do so.
    return httpx2.Client(transport=httpx2.BaseTransport(), trust_env=False)


@cache
def _unused_context() -> object:
    return trusted_authorities()


def _client(base_url: str, client: httpx2.AsyncClient) -> genai.Client:
    """Return the SDK's client; whatever it would look up itself is given."""
    return genai.Client(
        api_key=PLACEHOLDER,
        vertexai=False,
        debug_config=genai.client.DebugConfig(client_mode="", replays_directory="", replay_id=""),
        http_options=types.HttpOptions(
            base_url=base_url,
            api_version=API_VERSION,
            httpx_client=_unused_synchronous_client(),
            httpx_async_client=client,
            async_client_args={"ssl": _unused_context()},
            retry_options=None,
        ),
    )


def _contents(request: Completion) -> list[types.Content]:
    roles = {Speaker.USER: "user", Speaker.ASSISTANT: "model"}
    return [
        types.Content(role=roles[message.speaker], parts=[types.Part(text=message.text)])
        for message in request.messages
    ]


def _config(request: Completion) -> types.GenerateContentConfig:
    # Both automatics ask again by themselves; asking again is not ours to do.
    return types.GenerateContentConfig(
        system_instruction=request.system or None,
        max_output_tokens=request.max_tokens,
        temperature=None if request.temperature is None else float(request.temperature),
        top_p=None if request.top_p is None else float(request.top_p),
        stop_sequences=list(request.stop) or None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
    )


def _usage(said: types.GenerateContentResponseUsageMetadata | None) -> Usage | None:
    if said is None:
        return None
    asked, used = tokens(said.prompt_token_count), tokens(said.tool_use_prompt_token_count)
    fresh, cached = apart(asked, tokens(said.cached_content_token_count))
    output, thoughts = tokens(said.candidates_token_count), tokens(said.thoughts_token_count)
    if output is None and asked is not None and said.total_token_count is not None:
        # A count of zero is left out on this wire; the total tells it from an unknown one.
        output = 0 if said.total_token_count == asked + (used or 0) + (thoughts or 0) else None
    return Usage(
        input=None if fresh is None else fresh + (used or 0),
        cached_input=cached,
        output=output,
        reasoning=thoughts,
    )


def _check(chunk: types.GenerateContentResponse, usage: Usage | None) -> None:
    blocked = chunk.prompt_feedback and _word(chunk.prompt_feedback.block_reason)
    if blocked:
        raise ModelContentRefused(f"the provider refuses the request ({blocked})", usage=usage)
    if chunk.candidates is None and chunk.usage_metadata is None:
        # The SDK makes an empty chunk of whatever it does not know; a text may have been in it.
        raise ValueError("a chunk that says nothing")


def _word(said: object) -> str:
    return str(getattr(said, "value", said) or "")


def _end(stop: str, usage: Usage | None) -> Finished:
    if stop in _REFUSALS:
        raise ModelContentRefused(f"the model refuses to go on ({stop})", usage=usage)
    return Finished(usage, _STOPS.get(stop, StopReason.OTHER), stop)


def _details(body: object) -> list[Mapping[str, object]]:
    fault = body.get("error", body) if isinstance(body, dict) else {}
    details = fault.get("details", []) if isinstance(fault, dict) else []
    return [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []


def _retry_delay(details: list[Mapping[str, object]]) -> int | None:
    for each in details:
        told = str(each.get("retryDelay", ""))
        if told:
            return whole_seconds(told.removesuffix("s"))
    return None
