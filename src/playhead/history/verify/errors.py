"""Why an answer is not looked into."""

from playhead.base.errors import Invalid, LimitReached


class NothingToVerify(Invalid):
    """The answer has no certificate: it says *unknown*, and that claims no book."""

    code = "verify.nothing_to_verify"

    def __init__(self) -> None:
        super().__init__(
            "the answer has no certificate: it claims no book, so there is nothing to verify",
            field="certificate",
        )


class TooFar(Invalid):
    """The evidence takes more reading than is done here; the command line has no such bound."""

    code = "verify.too_far"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            f"verifying this takes more than the {most_bytes} bytes of capture that are read here;"
            " `playhead verify` on the machine that has the captures reads any number",
            most_bytes=most_bytes,
        )


class TooManyVerifications(LimitReached):
    """As many verifications run as may at once; try again when one has ended."""

    code = "verify.too_many"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"only {limit} verifications may run at once: try again later", limit=limit
        )
