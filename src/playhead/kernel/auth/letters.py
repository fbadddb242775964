"""The mails of sign-in, as people read them. Pure."""

from dataclasses import dataclass

from playhead.kernel.mail import Mail
from playhead.kernel.people import Person


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes mails.

    Attributes:
        page: The web page that opens what is mailed, such as ``https://app.example.com``; None
            where there is none: then the mail holds the token for who calls the API.
    """

    page: str | None = None

    def verification(self, person: Person, token: str) -> Mail:
        """Return the mail that asks whether an address is theirs."""
        text = (
            "somebody, we hope you, signed up with this address. Confirm within 24 hours that it"
            " is yours. If it was not you, do not: whoever signed up could act in your name then:"
        )
        return self._mail(
            person, "Confirm your e-mail address", text, self._way("verify-email", token)
        )

    def reset(self, person: Person, token: str) -> Mail:
        """Return the mail that lets somebody set another password."""
        text = (
            "somebody, we hope you, asked for another password. Within an hour you can set it. If"
            " it was not you, there is nothing to do:"
        )
        return self._mail(person, "Set another password", text, self._way("reset-password", token))

    def changed(self, person: Person) -> Mail:
        """Return the mail that tells of a password that is another now."""
        text = (
            "your password was changed, and all other sessions have ended. API keys go on: look"
            " through those of your organisations, and who belongs to them. If it was not you, ask"
            " for another password now."
        )
        return self._mail(person, "Your password was changed", text, "")

    def _way(self, place: str, token: str) -> str:
        # Behind a # it reaches the page's script and no server's log.
        return token if self.page is None else f"{self.page.rstrip('/')}/{place}#token={token}"

    def _mail(self, person: Person, subject: str, text: str, way: str) -> Mail:
        lines = (f"Hello {person.first_name},", text, way, "Playhead")
        return Mail(person.email, subject, "\n\n".join(filter(None, lines)) + "\n")
