"""Where webhooks come in. Nobody signs in for it: the message itself is signed."""

from fastapi import APIRouter, Request

from playhead.automation.reflexes.dependencies import NotTooOften, RawBody, ReflexId, RoomOf
from playhead.automation.reflexes.errors import EventInvalid, EventTooLarge, SignatureInvalid
from playhead.automation.reflexes.schemas import ReflexReceived, received_view
from playhead.automation.reflexes.webhooks.receive import receive
from playhead.automation.reflexes.webhooks.signature import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
)
from playhead.base.ids import InvalidId
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.limits import LimitExceeded
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

public_router = APIRouter(
    prefix="/webhooks/reflexes", tags=["Reflexes"], default_response_class=JsonBytes
)


@public_router.post(
    "/{id}",
    status_code=202,
    dependencies=[NotTooOften],
    responses={
        **answer("It is kept, and will be decided.", ReflexReceived, status=202),
        **answer("It had come before.", ReflexReceived),
        **problems(
            SignatureInvalid,
            EventInvalid,
            EventTooLarge,
            InvalidId,
            BodyTooLarge,
            LimitExceeded,
            DatabaseUnavailable,
        ),
    },
    openapi_extra={
        "parameters": [
            {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
            for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)
async def receive_webhook(
    request: Request, reflex_id: ReflexId, body: RawBody, room: RoomOf, now: Now
) -> JsonBytes:
    """Send an event to a reflex, signed as the Standard Webhooks specification says.

    An unknown reflex and a wrong signature have one answer. A `webhook-id` that came before is
    acknowledged with 200 and starts nothing.
    """
    received = await receive(room.desk, reflex_id, request.headers, body, now)
    status = 200 if received.is_repeat else 202
    return JsonBytes(encode(received_view(received)), status_code=status)
