"""Tell how webhooks are sent to a reflex. Reads only, and never a secret."""

from playhead.automation.reflexes.errors import NotWebhook
from playhead.automation.reflexes.model import REFLEX_PREFIX
from playhead.automation.reflexes.schemas import ReflexWebhookView, webhook_url
from playhead.automation.reflexes.tables import Listed
from playhead.base.ids import format_id

_SIGNING = (
    "Standard Webhooks: webhook-signature is 'v1,' and the base 64 of HMAC-SHA-256, keyed with the"
    " base 64 decoded secret behind 'whsec_', over '<webhook-id>.<webhook-timestamp>.<body>'."
    " Several signatures are separated by spaces. The timestamp may differ by 5 minutes; a"
    " webhook-id that came before is acknowledged and starts nothing."
)


def webhook_info(listed: Listed, public_url: str) -> ReflexWebhookView:
    """Return how to send a webhook to a reflex.

    Raises:
        NotWebhook: It is not set off by webhooks.
    """
    url = webhook_url(listed, public_url)
    if url is None:
        raise NotWebhook
    return ReflexWebhookView(
        reflex_id=format_id(REFLEX_PREFIX, listed.reflex.reflex_id),
        url=url,
        method="POST",
        headers={
            "content-type": "application/json",
            "webhook-id": "a text of your own, the same when you send the message again",
            "webhook-timestamp": "seconds since 1970",
            "webhook-signature": "v1,<base 64>",
        },
        sample_payload={"type": "order.paid", "order": {"id": "4711", "amount": "12.50"}},
        signing=_SIGNING,
    )
