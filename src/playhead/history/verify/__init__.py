"""Checks an answer against the frames as they were received, apart from the tape that gave it."""

from playhead.history.verify.errors import NothingToVerify, TooFar, TooManyVerifications
from playhead.history.verify.model import (
    Claim,
    Derivation,
    Finding,
    Question,
    Trail,
    Verdict,
)
from playhead.history.verify.reading import Budget
from playhead.history.verify.rederive import rederive
from playhead.history.verify.repository import Trails
from playhead.history.verify.verifier import Verifier

__all__ = [
    "Budget",
    "Claim",
    "Derivation",
    "Finding",
    "NothingToVerify",
    "Question",
    "TooFar",
    "TooManyVerifications",
    "Trail",
    "Trails",
    "Verdict",
    "Verifier",
    "rederive",
]
