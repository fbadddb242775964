"""Tokens that are mailed: whoever brings one back reads the mail of that address."""

from playhead.kernel.auth.mail_tokens.model import MailTokenPolicy, Purpose
from playhead.kernel.auth.mail_tokens.repository import MailTokenRows, person_of_mail_token
from playhead.kernel.auth.mail_tokens.write import MailTokens

__all__ = [
    "MailTokenPolicy",
    "MailTokenRows",
    "MailTokens",
    "Purpose",
    "person_of_mail_token",
]
