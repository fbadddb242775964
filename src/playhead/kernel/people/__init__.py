"""People: who they are, by which address they are known, where they belong."""

from playhead.kernel.people.emails import Email, parse_email
from playhead.kernel.people.errors import EmailInvalid, EmailTaken, PersonNotFound
from playhead.kernel.people.model import Belonging, Person
from playhead.kernel.people.repository import People

__all__ = [
    "Belonging",
    "Email",
    "EmailInvalid",
    "EmailTaken",
    "People",
    "Person",
    "PersonNotFound",
    "parse_email",
]
