"""How commands end."""

import errno
import inspect

import pytest

from playhead.base import errors
from playhead.base.errors import Invalid, NotFound, PlayheadError
from playhead.entrypoints.cli.ending import EXIT_CODES, exit_code, run_to_end


class NoSuchBook(NotFound):
    code = "test.no_such_book"


def fail_with(error: BaseException) -> None:
    raise error


def test_every_kind_of_error_has_its_code() -> None:
    kinds = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, PlayheadError) and kind is not PlayheadError
    }

    assert kinds == set(EXIT_CODES)
    assert 0 not in EXIT_CODES.values()


def test_feature_errors_end_like_their_kind() -> None:
    assert exit_code(NoSuchBook("no")) == exit_code(NotFound("no")) == 4


def test_error_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    status = run_to_end(lambda: fail_with(Invalid("that is no time")))

    assert status == 2
    assert capsys.readouterr().err == "playhead: that is no time\n"


def test_full_disk_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/data/file")

    assert run_to_end(lambda: fail_with(error)) == 1
    assert capsys.readouterr().err == "playhead: the disk is full: /data/file\n"


def test_interruption_has_the_code_that_shells_give_it() -> None:
    assert run_to_end(lambda: fail_with(KeyboardInterrupt())) == 130


def test_exit_status_of_a_command_is_kept() -> None:
    assert run_to_end(lambda: fail_with(SystemExit(3))) == 3


def test_success_is_zero() -> None:
    assert run_to_end(lambda: None) == 0


def test_debugging_lets_the_error_through() -> None:
    with pytest.raises(Invalid):
        run_to_end(lambda: fail_with(Invalid("no")), debug=True)
