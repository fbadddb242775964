"""The streaming formats of the three protocols, as far as their SDKs read them."""

import json
from typing import Protocol

from tests.automation.models.scripted.script import COUNTS, Counted, Fault

Json = dict[str, object]


def event(data: object, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


class Wire(Protocol):
    """One provider's way of saying things."""

    malformed: bytes
    odd: bytes
    alive: bytes

    def opening(self, counted: Counted) -> bytes: ...
    def thinking(self, text: str) -> bytes: ...
    def text(self, text: str, counted: Counted) -> bytes: ...
    def ending(self, stop: str, counted: Counted) -> bytes: ...
    def fault(self, fault: Fault) -> Json: ...
    def fault_in_stream(self, fault: Fault) -> bytes: ...


class AnthropicWire:
    malformed = b"event: content_block_delta\ndata: {nonsense\n\n"
    odd = event([1, 2, 3], "content_block_delta")
    alive = event({"type": "ping"}, "ping")

    def opening(self, counted: Counted) -> bytes:
        message: Json = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
        message |= {"model": "m", "stop_reason": None, "stop_sequence": None}
        if counted is not Counted.NEVER:
            message["usage"] = {**self._asked(), "output_tokens": 1}
        block = {"type": "text", "text": ""}
        return event({"type": "message_start", "message": message}, "message_start") + event(
            {"type": "content_block_start", "index": 0, "content_block": block},
            "content_block_start",
        )

    def thinking(self, text: str) -> bytes:
        return self._delta({"type": "thinking_delta", "thinking": text})

    def text(self, text: str, counted: Counted) -> bytes:
        return self._delta({"type": "text_delta", "text": text})

    def ending(self, stop: str, counted: Counted) -> bytes:
        word = {"end": "end_turn", "length": "max_tokens"}.get(stop, "refusal")
        told: Json = {"type": "message_delta", "delta": {"stop_reason": word}}
        if counted is not Counted.NEVER:
            told["usage"] = {
                **self._asked(),
                "output_tokens": COUNTS.output + COUNTS.reasoning,
                "output_tokens_details": {"thinking_tokens": COUNTS.reasoning},
            }
        end = event(told, "message_delta") + event({"type": "message_stop"}, "message_stop")
        if counted is not Counted.REPEATED:
            return end
        early: Json = {**told, "usage": {**self._asked(), "output_tokens": 1}}
        return event(early, "message_delta") * 2 + event(told, "message_delta") + end

    def fault(self, fault: Fault) -> Json:
        return {"type": "error", "error": {"type": fault.word, "message": fault.text}}

    def fault_in_stream(self, fault: Fault) -> bytes:
        return event(self.fault(fault), "error")

    def _delta(self, delta: Json) -> bytes:
        told = {"type": "content_block_delta", "index": 0, "delta": delta}
        return event(told, "content_block_delta")

    def _asked(self) -> Json:
        return {
            "input_tokens": COUNTS.input,
            "cache_read_input_tokens": COUNTS.cached,
            "cache_creation_input_tokens": COUNTS.written,
        }


class OpenAIWire:
    malformed = b"data: {nonsense\n\n"
    odd = event({"choices": [1, 2, 3]})
    alive = b": still here\n\n"

    def opening(self, counted: Counted) -> bytes:
        return self._chunk([self._choice({"role": "assistant", "content": ""})], counted)

    def thinking(self, text: str) -> bytes:
        return self._chunk([self._choice({"reasoning_content": text})], Counted.NEVER)

    def text(self, text: str, counted: Counted) -> bytes:
        return self._chunk([self._choice({"content": text})], counted)

    def ending(self, stop: str, counted: Counted) -> bytes:
        words = {"end": "stop", "length": "length", "declined": "stop"}
        word = words.get(stop, "content_filter")
        said = self._chunk([self._choice({"refusal": "I will not."})], counted)
        last = self._chunk([{**self._choice({}), "finish_reason": word}], counted)
        usage = b"" if counted is Counted.NEVER else self._chunk([], Counted.ONCE)
        return said * (stop == "declined") + last + usage + b"data: [DONE]\n\n"

    def fault(self, fault: Fault) -> Json:
        return {"error": {"message": fault.text, "type": fault.word, "code": fault.word or None}}

    def fault_in_stream(self, fault: Fault) -> bytes:
        return event(self.fault(fault))

    def _choice(self, delta: Json) -> Json:
        return {"index": 0, "delta": delta, "finish_reason": None}

    def _chunk(self, choices: list[Json], counted: Counted) -> bytes:
        told: Json = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        told |= {"choices": choices, "usage": None}
        if counted is Counted.REPEATED or not choices:
            told["usage"] = self._usage(is_final=not choices)
        return event(told)

    def _usage(self, *, is_final: bool) -> Json:
        asked = COUNTS.input + COUNTS.cached + COUNTS.written
        answered = COUNTS.output + COUNTS.reasoning if is_final else COUNTS.reasoning + 1
        return {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
            "prompt_tokens_details": {
                "cached_tokens": COUNTS.cached,
                "cache_write_tokens": COUNTS.written,
            },
            "completion_tokens_details": {"reasoning_tokens": COUNTS.reasoning},
        }


class GoogleWire:
    malformed = b"data: {nonsense\n\n"
    odd = event([1, 2, 3])
    alive = b"\n"

    def opening(self, counted: Counted) -> bytes:
        return b""

    def thinking(self, text: str) -> bytes:
        return self._chunk({"text": text, "thought": True}, None, Counted.NEVER)

    def text(self, text: str, counted: Counted) -> bytes:
        return self._chunk({"text": text}, None, counted)

    def ending(self, stop: str, counted: Counted) -> bytes:
        word = {"end": "STOP", "length": "MAX_TOKENS"}.get(stop, "SAFETY")
        final = counted if counted is Counted.NEVER else Counted.REPEATED
        if stop == "declined":
            blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
            return self._chunk({"text": "x"}, "", final) + event(blocked)
        return self._chunk({"text": ""}, word, final)

    def fault(self, fault: Fault) -> Json:
        told: Json = {"code": fault.status, "message": fault.text, "status": fault.word}
        return {"error": {**told, "details": list(fault.details)}}

    def fault_in_stream(self, fault: Fault) -> bytes:
        return event(self.fault(fault))

    def _chunk(self, part: Json, finish: str | None, counted: Counted) -> bytes:
        candidate: Json = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        told: Json = {"candidates": [candidate], "modelVersion": "m"}
        output = 1 if finish is None else COUNTS.output
        if counted is Counted.REPEATED:
            told["usageMetadata"] = {
                "promptTokenCount": COUNTS.input + COUNTS.cached,
                "cachedContentTokenCount": COUNTS.cached,
                "candidatesTokenCount": output,
                "thoughtsTokenCount": COUNTS.reasoning,
                "totalTokenCount": COUNTS.input + COUNTS.cached + output + COUNTS.reasoning,
            }
        return event(told)


WIRES: dict[str, Wire] = {
    "/v1/messages": AnthropicWire(),
    "/v1/chat/completions": OpenAIWire(),
    "/v1beta/models/": GoogleWire(),
}


def wire_of(path: str) -> Wire:
    """Return the protocol that is spoken at ``path``."""
    return next(wire for start, wire in WIRES.items() if path.startswith(start))
