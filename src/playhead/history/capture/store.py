"""The captures of this machine: listed, found, and given their numbers."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from playhead.base.time import Nanos
from playhead.history.capture.capture import Capture
from playhead.history.capture.errors import CaptureNotFound
from playhead.history.capture.files import sync_folder, write_durably
from playhead.history.capture.locking import FolderLock, is_locked, locked
from playhead.history.capture.meta import (
    Meta,
    checked_name,
    folder_name,
    parse_folder_name,
    write_meta,
)

_LAST_NUMBER = "last-number"
_SITE = ".new-"
_UNBORN = "capture"


class CaptureStore:
    """The folder ``root`` with a folder for each capture; made when first needed.

    A new capture is built out of sight and renamed when it is whole, so that nobody ever sees half
    of one. Numbers are given out under a lock and never again, even if a capture is removed.
    """

    def __init__(self, root: Path, now: Callable[[], Nanos]) -> None:
        """Look at ``root``; ``now`` tells when a capture was created."""
        self._root = root
        self._now = now

    def captures(self) -> list[Capture]:
        """Return every capture, by number."""
        if not self._root.is_dir():
            return []
        found = [(parse_folder_name(name), self._root / name) for name in os.listdir(self._root)]
        captures = [Capture(*parsed, folder) for parsed, folder in found if parsed]
        return sorted(captures, key=lambda capture: capture.number)

    def find(self, wanted: str) -> Capture:
        """Return one capture by number (``12``), folder (``000012-main``) or name (``main``).

        Of several with one name, the newest.

        Raises:
            CaptureNotFound: There is none.
        """
        for capture in reversed(self.captures()):
            number = str(capture.number)
            if wanted in (capture.name, capture.folder.name, number, number.rjust(6, "0")):
                return capture
        raise CaptureNotFound(f"there is no capture {wanted!r}", field="capture")

    def imported(self, sha256: str) -> Capture | None:
        """Return the capture that this content was imported as, if it was."""
        return next((c for c in self.captures() if c.meta.sha256 == sha256), None)

    def create(self, name: str, *, recorder: str | None, source: str) -> Capture:
        """Return a new, empty capture.

        Raises:
            BadCaptureName: ``name`` cannot be one.
        """
        meta = self._meta(name, recorder=recorder, source=source)
        with self._locked():
            return self._create(meta)

    def for_recorder(self, recorder: str, *, source: str) -> Capture:
        """Return the newest capture of ``recorder`` from ``source``; a new one if it is finished.

        Raises:
            BadCaptureName: ``recorder`` cannot be the name of a capture.
        """
        meta = self._meta(recorder, recorder=recorder, source=source)
        with self._locked():
            for capture in reversed(self.captures()):
                if (capture.meta.recorder, capture.meta.source) == (recorder, source):
                    return self._create(meta) if capture.is_finished() else capture
            return self._create(meta)

    @contextmanager
    def unborn(self) -> Iterator[Path]:
        """Give a folder to build a capture in. What ``publish`` did not take is gone at the end."""
        with self._locked():
            site = self._new_site()
            lock = FolderLock(site)
        try:
            yield site / _UNBORN
        finally:
            shutil.rmtree(site, ignore_errors=True)
            lock.release()

    def publish(
        self, unborn: Path, name: str, *, source: str, sha256: str, use_yes_price: bool
    ) -> tuple[Capture, bool]:
        """Make ``unborn`` a capture unless the same content is one already.

        Returns:
            The capture, and whether it is new.
        """
        meta = self._meta(name, recorder=None, source=source)
        with self._locked():
            if existing := self.imported(sha256):
                return existing, False
            replaced = msgspec.structs.replace(meta, sha256=sha256, use_yes_price=use_yes_price)
            return self._settle(unborn, replaced), True

    def _meta(self, name: str, *, recorder: str | None, source: str) -> Meta:
        return Meta(
            number=0,
            name=checked_name(name),
            recorder=recorder,
            source=source,
            created_at=self._now(),
        )

    def _create(self, meta: Meta) -> Capture:
        site = self._new_site()
        capture = self._settle(site / _UNBORN, meta)
        site.rmdir()
        return capture

    def _settle(self, unborn: Path, meta: Meta) -> Capture:
        number = self._next_number()
        write_meta(unborn, msgspec.structs.replace(meta, number=number))
        write_durably(self._root / _LAST_NUMBER, f"{number}\n".encode())
        folder = self._root / folder_name(number, meta.name)
        unborn.rename(folder)
        sync_folder(self._root)
        return Capture(number, meta.name, folder)

    def _next_number(self) -> int:
        taken = [capture.number for capture in self.captures()]
        with suppress(FileNotFoundError):
            taken.append(int((self._root / _LAST_NUMBER).read_text()))
        return max(taken, default=0) + 1

    def _new_site(self) -> Path:
        for stale in self._root.glob(f"{_SITE}*"):
            if not is_locked(stale):
                shutil.rmtree(stale, ignore_errors=True)
        site = Path(tempfile.mkdtemp(prefix=_SITE, dir=self._root))
        (site / _UNBORN).mkdir()
        return site

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with locked(self._root):
            yield
