"""The endpoint that checks an answer against the raw captures."""

from fastapi import APIRouter

from playhead.history.verify.dependencies import VerifierOf
from playhead.history.verify.errors import NothingToVerify, TooFar, TooManyVerifications
from playhead.history.verify.schemas import FindingView, SentAnswer, finding_view
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.wire import JsonBytes, encode

router = APIRouter(prefix="/verify", tags=["proof"], default_response_class=JsonBytes)


@router.post(
    "",
    responses={
        **answer("The verdict, and what it rests on.", FindingView),
        **problems(
            NothingToVerify, TooFar, TooManyVerifications, BodyTooLarge, DatabaseUnavailable
        ),
    },
)
async def verify_answer(sent: SentAnswer, verifier: VerifierOf) -> JsonBytes:
    """Re-derive the book of an answer from the frames as they were received, and compare."""
    finding = await verifier.verify(sent.claim())
    return JsonBytes(encode(finding_view(finding)))
