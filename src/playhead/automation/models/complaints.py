"""What providers and connections complain of, as our errors. One table for all providers."""

import math
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2

from playhead.automation.models.errors import (
    ModelAnswerTooLarge,
    ModelContentRefused,
    ModelContextTooLong,
    ModelError,
    ModelFailed,
    ModelKeyRejected,
    ModelNotOffered,
    ModelOverloaded,
    ModelQuotaSpent,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelStreamBroken,
    ModelTimedOut,
    ModelUnreachable,
)
from playhead.automation.models.upstream import ElsewhereRefused, TooManyBytes

LONGEST_QUOTE = 300
LONGEST_WAIT = 24 * 3600
_TOO_LONG = re.compile(
    r"context_length_exceeded|prompt is too long|exceed (?:the )?context|maximum context length"
    r"|exceeds the maximum number of (?:input )?tokens|too many input tokens",
    re.IGNORECASE,
)
_REFUSED_CONTENT = re.compile(r"content_policy|content_filter|moderation_blocked", re.IGNORECASE)
_NO_QUOTA = re.compile(
    r"insufficient_quota|billing_(?:error|hard_limit|not_active)|credit balance is too low",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(r"API_KEY_INVALID|invalid_api_key|API key not valid", re.IGNORECASE)
_TRANSIENT = {408: ModelFailed, 409: ModelFailed, 429: ModelRateLimited}
_OVERLOADED = frozenset({503, 529})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a provider says went wrong.

    Attributes:
        status: The HTTP status, or the one that its word in a stream stands for.
        word: The provider's own short word for it.
        text: Its explanation.
        retry_after: Whole seconds to wait, where the body says so.
    """

    status: int
    word: str
    text: str
    retry_after: int | None = None


def problem_of(complaint: Complaint, headers: httpx2.Headers) -> ModelError:
    """Return the error that ``complaint`` amounts to.

    A text that may speak of the key is left out: some providers repeat a part of it.
    """
    status, told = complaint.status, _told(complaint)
    permanent = _permanent(complaint, told)
    if permanent is not None:
        return permanent
    wait = complaint.retry_after or seconds_to_wait(headers)
    if status in _OVERLOADED:
        return ModelOverloaded(f"the provider is overloaded{told}", retry_after=wait)
    transient = _TRANSIENT.get(status, ModelFailed)
    return transient(f"the provider does not answer now{told}", retry_after=wait)


def problem_of_failure(failure: httpx2.RequestError) -> ModelError:
    """Return the error that a failed exchange amounts to."""
    name = type(failure).__name__
    if isinstance(failure, TooManyBytes):
        return ModelAnswerTooLarge(f"the provider sends {failure}")
    if isinstance(failure, ElsewhereRefused):
        return ModelRequestInvalid(f"{failure}")
    if isinstance(failure, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return ModelTimedOut("the provider did not take the connection in time", phase="connect")
    if isinstance(failure, httpx2.ConnectError | httpx2.UnsupportedProtocol):
        return ModelUnreachable(f"the provider cannot be reached ({name})")
    return ModelStreamBroken(f"the connection to the provider broke ({name})")


def seconds_to_wait(headers: httpx2.Headers) -> int | None:
    """Return the whole seconds of ``Retry-After``, at most a day; None where it says nothing.

    A date is measured against the answer's own ``Date``, so that no clock of ours matters.
    """
    told = headers.get("retry-after", "").strip()
    try:
        now, then = (parsedate_to_datetime(text) for text in (headers.get("date", ""), told))
        return whole_seconds(str((then - now).total_seconds()))
    except (ValueError, TypeError):
        return whole_seconds(told)


def whole_seconds(told: str) -> int | None:
    """Return a number of seconds rounded up, at most a day; None for what is none."""
    try:
        seconds = float(told)
    except ValueError:
        return None
    return math.ceil(min(seconds, LONGEST_WAIT)) if 0 <= seconds < math.inf else None


def _permanent(complaint: Complaint, told: str) -> ModelError | None:
    status, all_of_it = complaint.status, f"{complaint.word} {complaint.text}"
    if status in {401, 403} or _BAD_KEY.search(all_of_it):
        return ModelKeyRejected(f"the provider rejects the key (HTTP {status})", field="key")
    if status == 402 or _NO_QUOTA.search(all_of_it):
        return ModelQuotaSpent(f"the account of the key has nothing left to spend{told}")
    if status == 404:
        return ModelNotOffered(f"the provider does not offer this model{told}", field="model")
    if status in _TRANSIENT or status >= 500:
        return None
    if _TOO_LONG.search(all_of_it):
        return ModelContextTooLong(f"the model cannot hold this much{told}", field="messages")
    if _REFUSED_CONTENT.search(all_of_it):
        return ModelContentRefused(f"the provider refuses the content{told}")
    return ModelRequestInvalid(f"the provider does not take the request{told}")


def _told(complaint: Complaint) -> str:
    text = " ".join(complaint.text.split())[:LONGEST_QUOTE]
    return f" (HTTP {complaint.status} {complaint.word}): {text}"
