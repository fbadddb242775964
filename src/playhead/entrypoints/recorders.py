"""Several recorders side by side: what each is called. Light, since every process loads it."""

NAME = "recorder"
CAPTURE_NAME = "main"


def process_name(number: int) -> str:
    """Return the name of recorder ``number``, from 1, as a process: ``recorder-2``, say."""
    return _numbered(NAME, number)


def capture_name(number: int) -> str:
    """Return the name of its capture, which is the recorder's name on the tape too."""
    return _numbered(CAPTURE_NAME, number)


def process_names(recorders: int) -> list[str]:
    """Return the names of so many recorders."""
    return [process_name(number) for number in range(1, recorders + 1)]


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
