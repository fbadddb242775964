"""Skills: prompts of a team, versioned, with a checked input and a sandboxed template language."""

from playhead.automation.skills.bodies import InputSchema, ParametersBody
from playhead.automation.skills.define import check_definition
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.errors import (
    SKILL_PREFIX,
    InputInvalid,
    LabelNotFound,
    SchemaInvalid,
    SkillInactive,
    SkillNameTaken,
    SkillNotFound,
    TemplateFailed,
    TemplateInvalid,
    TooManySkills,
    VersionNotFound,
)
from playhead.automation.skills.find import find_version, find_versions
from playhead.automation.skills.inputs import check_input
from playhead.automation.skills.model import (
    DEFAULT_MODEL,
    Category,
    Definition,
    OutputFormat,
    Parameters,
    Rendered,
    SkillVersion,
)
from playhead.automation.skills.serial import read as read_definition
from playhead.automation.skills.serial import written as written_definition
from playhead.automation.skills.templates import render
from playhead.automation.skills.wanted import Wanted

__all__ = [
    "DEFAULT_MODEL",
    "SKILL_PREFIX",
    "Category",
    "Definition",
    "InputInvalid",
    "InputSchema",
    "LabelNotFound",
    "OutputFormat",
    "Parameters",
    "ParametersBody",
    "Rendered",
    "SchemaInvalid",
    "SkillDesk",
    "SkillInactive",
    "SkillNameTaken",
    "SkillNotFound",
    "SkillVersion",
    "TemplateFailed",
    "TemplateInvalid",
    "TooManySkills",
    "VersionNotFound",
    "Wanted",
    "check_definition",
    "check_input",
    "find_version",
    "find_versions",
    "read_definition",
    "render",
    "written_definition",
]
