"""What the endpoints of sign-in take. Anything that is not named here is refused."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from playhead.base.errors import Invalid
from playhead.base.ids import parse_id
from playhead.kernel.auth.model import NewPerson
from playhead.kernel.identity.model import ORG_PREFIX
from playhead.kernel.people import Email, EmailInvalid, parse_email
from playhead.kernel.people.emails import MOST_CHARACTERS
from playhead.web.parameters import id_schema

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_ONE_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"


class Body(BaseModel):
    """A JSON body: no field that we do not know, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _email(given: object) -> Email:
    try:
        return parse_email(given if isinstance(given, str) else "")
    except EmailInvalid as error:
        raise PydanticCustomError("email_invalid", "{why}", {"why": error.message}) from error


def _org(given: object) -> object:
    try:
        return None if given is None else parse_id(ORG_PREFIX, str(given), field="org_id")
    except Invalid as error:
        raise PydanticCustomError("id_invalid", "{why}", {"why": error.message}) from error


EmailField = Annotated[
    Email,
    PlainValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": MOST_CHARACTERS}),
]
Name = Annotated[str, Field(min_length=1, max_length=50, pattern=_ONE_LINE)]
"""A line with something on it; nothing that turns around or breaks what is shown after it."""
OrganisationName = Annotated[str, Field(min_length=1, max_length=100, pattern=_ONE_LINE)]
NewPassword = Annotated[
    str,
    Field(
        min_length=8,
        max_length=128,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        json_schema_extra={"format": "password"},
    ),
]
GivenPassword = Annotated[str, Field(max_length=1024, json_schema_extra={"format": "password"})]
"""To be compared: what no password can be is simply another."""
RefreshText = Annotated[str, Field(max_length=8192)]
MailTokenText = Annotated[str, Field(max_length=200)]
Printable = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[!-~]+$")]


class SignUpBody(Body):
    """Who signs up."""

    email: EmailField
    password: NewPassword
    first_name: Name
    last_name: Name
    organisation: OrganisationName | None = Field(
        None, description="The name of theirs; left out, it is made up from the first name."
    )

    def new_person(self) -> NewPerson:
        """Return who signs up, as a value."""
        return NewPerson(
            self.email, self.password, self.first_name, self.last_name, self.organisation
        )


class SignInBody(Body):
    """Who signs in."""

    email: EmailField
    password: GivenPassword


class RefreshBody(Body):
    """What is exchanged."""

    refresh_token: RefreshText
    org_id: Annotated[
        UUID | None,
        PlainValidator(_org),
        WithJsonSchema({"anyOf": [id_schema(ORG_PREFIX).json_schema, {"type": "null"}]}),
    ] = Field(None, description="The organisation to act for from now on; left out, it stays.")


class SignOutBody(Body):
    """Whose session ends, besides that of the access token in the header."""

    refresh_token: RefreshText | None = None


class ForgotBody(Body):
    """Who has forgotten a password."""

    email: EmailField


class ResetBody(Body):
    """The token that was mailed, and another password."""

    token: MailTokenText
    password: NewPassword


class VerifyBody(Body):
    """The token that was mailed."""

    token: MailTokenText


class CallbackBody(Body):
    """What the provider sent the browser back with."""

    code: Printable
    state: Printable
    redirect_uri: Printable
    iss: Printable | None = None


class MeBody(Body):
    """What is to change; what is left out stays. A new password needs the current one."""

    first_name: Name = Field(default_factory=str)
    last_name: Name = Field(default_factory=str)
    current_password: GivenPassword = Field(default_factory=str)
    new_password: NewPassword = Field(default_factory=str)

    def sent(self, name: str) -> str | None:
        """Return a field that was sent, or None."""
        return getattr(self, name) if name in self.model_fields_set else None
