"""What can be wrong with a request about a reflex."""

from uuid import UUID

from playhead.automation.reflexes.model import REFLEX_PREFIX
from playhead.base.errors import Conflict, Invalid, NotFound, Unauthenticated
from playhead.base.ids import format_id


class ReflexNotFound(NotFound):
    """The organisation has no such reflex."""

    code = "reflex.not_found"

    def __init__(self, reflex_id: UUID) -> None:
        named = format_id(REFLEX_PREFIX, reflex_id)
        super().__init__(f"there is no reflex {named}", reflex=named)


class TriggerUnavailable(Invalid):
    """Nothing here sets off reflexes of that kind; ``details.instead`` says what does."""

    code = "reflex.trigger_unavailable"

    def __init__(self, kind: str, instead: str) -> None:
        super().__init__(
            f"nothing here sets off a reflex by {kind}: {instead}",
            field="trigger_type",
            trigger_type=kind,
            instead=instead,
        )


class TriggerConfigInvalid(Invalid):
    """The configuration of the trigger is not one of its kind; ``field`` names what is wrong."""

    code = "reflex.trigger_config_invalid"

    def __init__(self, why: str, *, field: str, errors: list[dict[str, str]]) -> None:
        super().__init__(f"{field}: {why}", field=field, errors=errors)


class ConditionsAmbiguous(Invalid):
    """Both ``condition`` and ``conditions`` were sent: one of them decides."""

    code = "reflex.conditions_ambiguous"

    def __init__(self) -> None:
        super().__init__(
            "send condition (CEL) or conditions (filters), not both", field="conditions"
        )


class NotWebhook(Conflict):
    """The reflex is not set off by a webhook: it has neither an address nor a secret."""

    code = "reflex.not_webhook"

    def __init__(self) -> None:
        super().__init__("this reflex is not set off by a webhook")


class NotApiCall(Conflict):
    """The reflex is not set off by calls of the API."""

    code = "reflex.not_api_call"

    def __init__(self) -> None:
        super().__init__("this reflex is not set off by calls of the API: see its trigger_type")


class NotMarket(Conflict):
    """Only a reflex on a market can be rehearsed: of other events there is no tape."""

    code = "reflex.not_market"

    def __init__(self) -> None:
        super().__init__("only a reflex on a market can be rehearsed")


class TooManyReflexes(Conflict):
    """The organisation has as many reflexes as it may have."""

    code = "reflex.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"an organisation has {most} reflexes at most", most=most)


class EventInvalid(Invalid):
    """The event is not a JSON object that can be kept; the message says what is wrong with it."""

    code = "reflex.event_invalid"

    def __init__(self, why: str) -> None:
        super().__init__(f"the event {why}", field="body")


class EventTooLarge(Invalid):
    """The event has more bytes than are taken."""

    code = "reflex.event_too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"an event has {most_bytes} bytes at most", most_bytes=most_bytes)


class SignatureInvalid(Unauthenticated):
    """There is no such webhook, or its signature is wrong, missing, or too old or new."""

    code = "webhook.signature_invalid"

    def __init__(self) -> None:
        super().__init__(
            "the webhook is not signed as it should be: send webhook-id, webhook-timestamp (within"
            " 5 minutes of now) and webhook-signature as the Standard Webhooks specification says"
        )


class ReflexInputInvalid(Invalid):
    """What was chosen holds what cannot be kept; ``field`` says where."""

    code = "reflex.input_invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}", field=field)
