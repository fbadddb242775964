"""What can be wrong with a request about a skill."""

from uuid import UUID

from playhead.base.errors import Conflict, Invalid, NotFound
from playhead.base.ids import format_id

SKILL_PREFIX = "skl"


class SkillNotFound(NotFound):
    """The organisation has no skill of this id."""

    code = "skill.not_found"

    def __init__(self, skill_id: UUID) -> None:
        named = format_id(SKILL_PREFIX, skill_id)
        super().__init__(f"there is no skill {named}", skill=named)


class VersionNotFound(NotFound):
    """The skill has no version of this number."""

    code = "skill.version_not_found"

    def __init__(self, skill_id: UUID, version: int) -> None:
        named = format_id(SKILL_PREFIX, skill_id)
        super().__init__(f"{named} has no version {version}", skill=named, version=version)


class LabelNotFound(NotFound):
    """No version of the skill bears this label."""

    code = "skill.label_not_found"

    def __init__(self, skill_id: UUID, label: str) -> None:
        named = format_id(SKILL_PREFIX, skill_id)
        super().__init__(f"no version of {named} is labelled {label}", skill=named, label=label)


class SkillInactive(Conflict):
    """The skill is switched off; activate it first."""

    code = "skill.inactive"

    def __init__(self, skill_id: UUID) -> None:
        named = format_id(SKILL_PREFIX, skill_id)
        super().__init__(f"{named} is not active", skill=named)


class SkillNameTaken(Conflict):
    """Another skill of the organisation has this name; capitals make no difference."""

    code = "skill.name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a skill called {name} already", field="name", name=name)


class TooManySkills(Conflict):
    """The organisation has as many skills, or the skill as many versions or labels, as it may."""

    code = "skill.too_many"

    def __init__(self, most: int, what: str) -> None:
        super().__init__(f"there are {most} {what} at most", most=most)


class InputInvalid(Invalid):
    """The input of a skill is not what its input schema or its template asks for.

    ``field`` is the path of the value at fault, such as ``input.markets[0].ticker``.
    """

    code = "skill.input_invalid"


class SchemaInvalid(Invalid):
    """The input schema is none, or is out of the bounds that keep checking it cheap."""

    code = "skill.schema_invalid"

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message, field="input_schema", **fields)


class TemplateInvalid(Invalid):
    """A template cannot be understood; ``line`` says where."""

    code = "skill.template_invalid"

    def __init__(self, message: str, *, field: str, line: int | None = None) -> None:
        place = f"line {line}: " if line else ""
        super().__init__(f"{field}: {place}{message}", field=field, line=line)
        self.told = message
        self.line = line


class TemplateFailed(Invalid):
    """A template was understood and could not be rendered: a limit, a wrong value, no market."""

    code = "skill.template_failed"
