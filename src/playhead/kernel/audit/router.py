"""The audit endpoints: for who may administer the organisation."""

from fastapi import APIRouter

from playhead.kernel.audit.browse import browse
from playhead.kernel.audit.dependencies import AuditAsked, AuditOf, VerifyAsked
from playhead.kernel.audit.errors import EntryNotFound
from playhead.kernel.audit.schemas import AuditLogPage, VerificationView, verification_view
from playhead.kernel.audit.verify import verify
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox
from playhead.web.wire import JsonBytes, encode

router = APIRouter(
    prefix="/audit",
    tags=["audit"],
    default_response_class=JsonBytes,
    dependencies=[needs(Scope.ADMIN)],
)


@router.get(
    "",
    responses={
        **answer("One page, the newest first.", AuditLogPage),
        **problems(NoOrganisation, ScopeMissing, CursorInvalid, DatabaseUnavailable),
    },
)
async def read_audit_log(
    asked: AuditAsked, caller: CallerDep, log: AuditOf, cursors: CursorBox
) -> JsonBytes:
    """List what was done in the organisation: sign-ins, keys, members, roles, settings."""
    return JsonBytes(encode(await browse(log, caller.org, asked, cursors)))


@router.get(
    "/verify",
    responses={
        **answer("What was found.", VerificationView),
        **problems(NoOrganisation, ScopeMissing, EntryNotFound, DatabaseUnavailable),
    },
)
async def verify_audit_log(asked: VerifyAsked, caller: CallerDep, log: AuditOf) -> JsonBytes:
    """Compute every hash of the audit log again and say where the chain is broken first, if it is.

    At most 100,000 entries a request; `next_after` goes on.
    """
    found = await verify(log, caller.org, after=asked.after)
    return JsonBytes(encode(verification_view(found)))
