"""Why a mail does not arrive."""

from playhead.base.errors import Invalid, PlayheadError, Unavailable


class MailInvalid(Invalid):
    """The recipient is not one address, or the subject not one line."""

    code = "mail.invalid"


class MailRefused(PlayheadError):
    """The mail will never be taken: sending it again is of no use."""

    code = "mail.refused"


class MailUndelivered(Unavailable):
    """The mail was not taken this time."""

    code = "mail.undelivered"
