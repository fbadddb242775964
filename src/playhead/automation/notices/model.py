"""What people are told of, and the mail that tells them. Pure."""

from dataclasses import dataclass

from playhead.base.time import Micros, datetime_of
from playhead.kernel.mail import Mail

_MOST_NAME = 100
_MOST_ERROR = 500
_TEXT = """\
The {kind} {subject} ({name}) was paused at {at}. Failures in a row: {failures}.

The last error:

    {error}

It runs no more until somebody starts it again. Once the cause is mended:

    POST /api/v1/{plural}/{subject}/reset-errors

Its runs, and what each of them gave:

    GET /api/v1/{plural}/{subject}/executions
"""
_PLURALS = {"habit": "habits", "reflex": "reflexes"}


@dataclass(frozen=True, slots=True)
class Pause:
    """Something that was paused because it failed too often.

    Attributes:
        kind: ``habit`` or ``reflex``.
        subject: Its id as it is written outside.
        name: By which people know it.
        failures: How many in a row.
        error: The last of them; none of the organisation's secrets.
    """

    kind: str
    subject: str
    name: str
    failures: int
    error: str


def pause_mail(pause: Pause, recipient: str, now: Micros) -> Mail:
    """Return the mail that tells ``recipient`` of a ``pause``.

    Raises:
        MailInvalid: The address is none.
    """
    name = _on_one_line(pause.name, _MOST_NAME)
    text = _TEXT.format(
        kind=pause.kind,
        plural=_PLURALS[pause.kind],
        subject=pause.subject,
        name=name,
        at=f"{datetime_of(now):%Y-%m-%d %H:%M} UTC",
        failures=pause.failures,
        error=_on_one_line(pause.error, _MOST_ERROR),
    )
    return Mail(recipient, f"The {pause.kind} {name} was paused: it keeps failing", text)


def _on_one_line(text: str, most: int) -> str:
    # Names and errors hold what somebody typed, or a provider said: they stay on their line.
    printable = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(printable.split())
    return line if len(line) <= most else line[: most - 1] + "…"
