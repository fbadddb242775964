"""What the endpoints of skills declare alike."""

from playhead.automation.models import CompletionInvalid
from playhead.automation.models.prices import ModelUnknown
from playhead.automation.skills.errors import SchemaInvalid, SkillNotFound, TemplateInvalid
from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import needs
from playhead.storage.postgres import DatabaseUnavailable

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
ONE = (InvalidId, SkillNotFound, *SHARED)
DEFINED = (ModelUnknown, CompletionInvalid, SchemaInvalid, TemplateInvalid)
"""Why a definition is refused."""

READING = [needs(Scope.AUTOMATION_READ)]
WRITING = [needs(Scope.AUTOMATION_WRITE)]
