"""What can go wrong with a model, by whether asking again can help.

Everything below :class:`ModelUnavailable` may pass: a job tries again. Everything below
:class:`ModelRefused` is permanent: the same request gets the same answer. No text here holds a key
or what a provider says about one.
"""

from playhead.automation.models.usage import Usage
from playhead.base.errors import Invalid, Unavailable


class ModelUnavailable(Unavailable):
    """The model did not answer, or not to the end; the same request may succeed later.

    Attributes:
        usage: What the provider had counted when it failed; None where it said nothing.
        retry_after: Whole seconds that the provider asks to wait; None where it said nothing.
    """

    code = "model.unavailable"

    def __init__(
        self, message: str, *, retry_after: int | None = None, usage: Usage | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        if retry_after is not None:
            self.fields["retry_after"] = retry_after
        self.usage = usage


class ModelRateLimited(ModelUnavailable):
    """The provider takes no more requests of this key for now."""

    code = "model.rate_limited"


class ModelOverloaded(ModelUnavailable):
    """The provider has no room for anybody now."""

    code = "model.overloaded"


class ModelFailed(ModelUnavailable):
    """The provider failed by its own account."""

    code = "model.failed"


class ModelUnreachable(ModelUnavailable):
    """No connection to the provider could be made."""

    code = "model.unreachable"


class ModelStreamBroken(ModelUnavailable):
    """The answer stopped before its end, or cannot be read. What was yielded before stands."""

    code = "model.stream_broken"


class ModelTimedOut(ModelUnavailable):
    """The model took too long. ``phase`` says for what; what was yielded before stands."""

    code = "model.timed_out"

    def __init__(self, message: str, *, phase: str, usage: Usage | None = None) -> None:
        super().__init__(message, usage=usage)
        self.phase = phase
        self.fields["phase"] = phase


class ModelRefused(Invalid):
    """The provider will not do this, however often it is asked.

    Attributes:
        usage: What the provider had counted when it refused; None where it said nothing.
    """

    code = "model.refused"

    def __init__(
        self, message: str, *, field: str | None = None, usage: Usage | None = None
    ) -> None:
        super().__init__(message, field=field)
        self.usage = usage


class ModelRequestInvalid(ModelRefused):
    """The provider finds the request malformed or out of its bounds."""

    code = "model.request_invalid"


class ModelKeyRejected(ModelRefused):
    """The provider does not know the key, or the key may not do this."""

    code = "model.key_rejected"


class ModelQuotaSpent(ModelRefused):
    """The account behind the key has nothing left to spend."""

    code = "model.quota_spent"


class ModelNotOffered(ModelRefused):
    """The provider offers no model of this name to this key."""

    code = "model.not_offered"


class ModelContextTooLong(ModelRefused):
    """The request and the room for its answer exceed what the model can hold."""

    code = "model.context_too_long"


class ModelContentRefused(ModelRefused):
    """The provider refuses the content of the request or of its own answer.

    What was yielded before stands, and is counted in ``usage``.
    """

    code = "model.content_refused"


class ModelAnswerTooLarge(ModelRefused):
    """The answer has more bytes than we take."""

    code = "model.answer_too_large"


ModelError = ModelUnavailable | ModelRefused
"""Everything that asking a model raises."""
