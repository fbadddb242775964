"""What the endpoint of verification is given."""

from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request

from playhead.history.verify.ports import AnswerVerifier


def install_verifier(app: FastAPI, verifier: AnswerVerifier) -> None:
    """Give the endpoint of ``app`` what it verifies with."""
    app.state.verifier = verifier


async def _verifier(request: Request) -> AnswerVerifier:
    return cast(AnswerVerifier, request.app.state.verifier)


VerifierOf = Annotated[AnswerVerifier, Depends(_verifier)]
