"""What an operator at the shell may do: whoever has the home and its database.

Changes go through the kernel's use-cases and rows as the service role, under the rules that hold
for everybody; the audit log of the organisation names `operator`. Only to find out which
organisations and people there are does anything here look across tenants.
"""

from playhead.entrypoints.administration.demo import demo_key
from playhead.entrypoints.administration.errors import (
    OrganisationAmbiguous,
    OrganisationUnknown,
    PersonUnknown,
)
from playhead.entrypoints.administration.keys import create_key, has_keys, keys_of, revoke_keys
from playhead.entrypoints.administration.model import OrgRecord, PersonRecord
from playhead.entrypoints.administration.opening import OPERATOR, Administration
from playhead.entrypoints.administration.organisations import (
    create_organisation,
    find_organisation,
    organisations,
)
from playhead.entrypoints.administration.people import (
    Joining,
    Newcomer,
    create_person,
    find_person,
    people,
    set_password,
    sign_out,
)
from playhead.entrypoints.administration.signing import new_signing_key

__all__ = [
    "OPERATOR",
    "Administration",
    "Joining",
    "Newcomer",
    "OrgRecord",
    "OrganisationAmbiguous",
    "OrganisationUnknown",
    "PersonRecord",
    "PersonUnknown",
    "create_key",
    "create_organisation",
    "create_person",
    "demo_key",
    "find_organisation",
    "find_person",
    "has_keys",
    "keys_of",
    "new_signing_key",
    "organisations",
    "people",
    "revoke_keys",
    "set_password",
    "sign_out",
]
