"""Who may come in: credentials, standing, limits; the guard that stands before the endpoints."""

from playhead.kernel.access.callers import Callers
from playhead.kernel.access.credentials import KEY_HEADER, ORG_HEADER, parse_credentials
from playhead.kernel.access.errors import CredentialsAmbiguous
from playhead.kernel.access.failures import Failures
from playhead.kernel.access.guard import Guard
from playhead.kernel.access.openapi import GuardedApi, declare_guard
from playhead.kernel.access.plans import PLANS, Plan
from playhead.kernel.access.ports import Register, Tally, TokenReader
from playhead.kernel.access.repository import AccessRegister
from playhead.kernel.access.visitors import Visitors

__all__ = [
    "KEY_HEADER",
    "ORG_HEADER",
    "PLANS",
    "AccessRegister",
    "Callers",
    "CredentialsAmbiguous",
    "Failures",
    "Guard",
    "GuardedApi",
    "Plan",
    "Register",
    "Tally",
    "TokenReader",
    "Visitors",
    "declare_guard",
    "parse_credentials",
]
