"""Language models: one port, adapters behind it, a price book, keys that do not show themselves.

Importing this package imports no SDK; :func:`open_model` does when a provider is first asked.
"""

from playhead.automation.models.completion import (
    Completion,
    CompletionInvalid,
    Message,
    Speaker,
    is_model_name,
)
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
    ModelRefused,
    ModelRequestInvalid,
    ModelStreamBroken,
    ModelTimedOut,
    ModelUnavailable,
    ModelUnreachable,
)
from playhead.automation.models.local import LOCAL_MODEL, LocalModel, count_tokens
from playhead.automation.models.opening import Provider, ProviderPlaceInvalid, open_model
from playhead.automation.models.pacing import TimeOuts
from playhead.automation.models.port import Finished, Model, Piece, StopReason, Text
from playhead.automation.models.upstream import Upstream, trusted_authorities
from playhead.automation.models.usage import Tally, TokenClass, Usage, UsageInvalid

__all__ = [
    "LOCAL_MODEL",
    "Completion",
    "CompletionInvalid",
    "Finished",
    "LocalModel",
    "Message",
    "Model",
    "ModelAnswerTooLarge",
    "ModelContentRefused",
    "ModelContextTooLong",
    "ModelError",
    "ModelFailed",
    "ModelKeyRejected",
    "ModelNotOffered",
    "ModelOverloaded",
    "ModelQuotaSpent",
    "ModelRateLimited",
    "ModelRefused",
    "ModelRequestInvalid",
    "ModelStreamBroken",
    "ModelTimedOut",
    "ModelUnavailable",
    "ModelUnreachable",
    "Piece",
    "Provider",
    "ProviderPlaceInvalid",
    "Speaker",
    "StopReason",
    "Tally",
    "Text",
    "TimeOuts",
    "TokenClass",
    "Upstream",
    "Usage",
    "UsageInvalid",
    "count_tokens",
    "is_model_name",
    "open_model",
    "trusted_authorities",
]
