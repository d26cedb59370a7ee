"""The folder that everything is kept in, its snapshots and its locks.

    home/
      models/            models made from the wheel
      cache/             embeddings by content hash
      index/CURRENT      the id of the served snapshot, replaced by one atomic rename
      index/<id>/        a finished snapshot; never changed after CURRENT named it
      index/.new-…       a snapshot in the making; a killed ingest leaves it, the next one sweeps it
      home-id            names this home among those that share a Chroma server
      user.sqlite        what users add: feedback, notes on commitments
      ingest.lock        held by the one running ingest

A reader holds a shared lock on its snapshot's `in-use` file, so that an ingest never removes the
folder under a process which still serves it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import portalocker

from corpus.errors import IngestRunningError, NoIndexError, SettingsError

CURRENT = "CURRENT"
STAGING_PREFIX = ".new-"
IN_USE = "in-use"


class Home:
    """Paths below one home folder; the folder is made when first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()

    @property
    def models(self) -> Path:
        """Folder of converted models."""
        return self.root / "models"

    @property
    def cache(self) -> Path:
        """Folder of the embedding cache."""
        return self.root / "cache"

    @property
    def index(self) -> Path:
        """Folder of the snapshots."""
        return self.root / "index"

    @property
    def user_file(self) -> Path:
        """SQLite file of what users add; an ingest never touches it."""
        return self.root / "user.sqlite"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            SettingsError: the home cannot be written.
        """
        try:
            for folder in (self.models, self.cache, self.index):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SettingsError(
                f"Cannot write to {self.root} ({exc.strerror}); set STIFINNER_HOME to a folder "
                "that you may write to."
            ) from exc

    def identity(self) -> str:
        """A random name that this home keeps for ever."""
        path = self.root / "home-id"
        if not path.exists():
            path.write_text(uuid.uuid4().hex, encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()

    def snapshot_ids(self) -> list[str]:
        """Ids of the finished snapshots: the served one, and those still read."""
        folders = self.index.iterdir() if self.index.is_dir() else ()
        return [f.name for f in folders if f.is_dir() and not f.name.startswith(STAGING_PREFIX)]

    def current_id(self) -> str | None:
        """Id of the served snapshot, or None when nothing is indexed yet."""
        looked: str | None = None
        while True:
            try:
                name = (self.index / CURRENT).read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                return None
            if name and (self.index / name).is_dir():
                return name
            if name == looked:  # else it was swept since, and CURRENT names a newer one
                return None
            looked = name

    def current(self) -> Path:
        """Folder of the served snapshot.

        Raises:
            NoIndexError: nothing is indexed yet.
        """
        name = self.current_id()
        if name is None:
            raise NoIndexError("Nothing is indexed yet: run `stifinner ingest` first.")
        return self.index / name

    def new_staging(self, snapshot_id: str) -> Path:
        """An empty folder to build a snapshot in."""
        staging = self.index / f"{STAGING_PREFIX}{snapshot_id}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        return staging

    def publish(self, staging: Path, snapshot_id: str) -> Path:
        """Make `staging` the served snapshot: rename the folder, then CURRENT, each atomically."""
        target = self.index / snapshot_id
        if target.exists():
            shutil.rmtree(target)
        staging.rename(target)
        pointer = self.index / f"{CURRENT}.tmp"
        with pointer.open("w", encoding="utf-8") as stream:
            stream.write(snapshot_id)
            stream.flush()
            os.fsync(stream.fileno())
        pointer.replace(self.index / CURRENT)
        return target

    def sweep(self) -> None:
        """Remove staging folders and snapshots that nobody serves or reads any more."""
        current = self.current_id()
        for folder in self.index.iterdir() if self.index.is_dir() else ():
            if not folder.is_dir() or folder.name == current:
                continue
            if folder.name.startswith(STAGING_PREFIX):
                shutil.rmtree(folder, ignore_errors=True)
                continue
            with (folder / IN_USE).open("a+") as stream:
                # Held until the folder is gone: a reader that comes now looks for a newer one.
                if _try_lock(stream, portalocker.LockFlags.EXCLUSIVE):
                    shutil.rmtree(folder, ignore_errors=True)

    def hold_current(self) -> tuple[Path, IO[str]]:
        """The served snapshot, and the lock that keeps it until the stream is closed.

        Raises:
            NoIndexError: nothing is indexed yet, or the file system knows no locks.
        """
        for _ in range(50):
            folder = self.current()
            try:
                stream = (folder / IN_USE).open("a+")
            except FileNotFoundError:  # swept since
                continue
            # An ingest sweeps only what CURRENT no longer names: if it still does, the lock came
            # in time.
            if _try_lock(stream, portalocker.LockFlags.SHARED) and self.current_id() == folder.name:
                return folder, stream
            stream.close()
            time.sleep(0.05)
        raise NoIndexError(f"The index in {self.root} cannot be locked for reading; try again.")

    @contextlib.contextmanager
    def ingest_lock(self, wait_s: float, on_wait: Callable[[], None]) -> Iterator[None]:
        """Hold the one ingest lock; `on_wait` is called once if somebody else holds it.

        Raises:
            IngestRunningError: the lock did not come free within `wait_s` seconds.
        """
        self.prepare()
        with (self.root / "ingest.lock").open("a+") as stream:
            deadline = time.monotonic() + wait_s
            told = False
            while not _try_lock(stream, portalocker.LockFlags.EXCLUSIVE):
                if not told:
                    on_wait()
                    told = True
                if time.monotonic() >= deadline:
                    raise IngestRunningError(
                        f"Another ingest is running on {self.root}; wait for it to end, then run "
                        "this again."
                    )
                time.sleep(0.2)
            yield


def _try_lock(stream: IO[str], kind: portalocker.LockFlags) -> bool:
    try:
        portalocker.lock(stream, kind | portalocker.LockFlags.NON_BLOCKING)
    except (portalocker.LockException, portalocker.AlreadyLocked):
        return False
    return True
