"""A table of the home's `user.sqlite`: what users write, which no ingest touches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import SettingsError

BUSY_MS = 5000


class UserTable:
    """A table whose rows are only ever added; several processes may use it at once.

    `columns` are declared as SQLite reads them ("created TEXT NOT NULL"), after an `id` that is
    given; the file is made at the first writing.
    """

    def __init__(self, path: Path, name: str, columns: Sequence[str]) -> None:
        self._path = path
        self._name = name
        self._columns = columns

    def rows(self) -> list[tuple[Any, ...]]:
        """The id and columns of every row, oldest first; none when nothing was written yet.

        Raises:
            SettingsError: the file is there and cannot be read.
        """
        try:
            return self._read() if self._path.exists() else []
        except sqlite3.DatabaseError as exc:
            raise SettingsError(
                f"Cannot read {self._path} ({exc}); restore the file from a backup."
            ) from exc

    def add(self, database: sqlite3.Connection, values: Sequence[Any]) -> int:
        """Add a row of all columns but the id, which is returned."""
        names = ", ".join(column.split()[0] for column in self._columns)
        marks = ", ".join("?" * len(values))
        cursor = database.execute(f"INSERT INTO {self._name} ({names}) VALUES ({marks})", values)
        return int(cursor.lastrowid or 0)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection with the table there; committed at the end.

        Raises:
            SettingsError: the home cannot be written.
        """
        declared = ", ".join(("id INTEGER PRIMARY KEY", *self._columns))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path)) as database:
                database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
                with database:
                    database.execute(f"CREATE TABLE IF NOT EXISTS {self._name} ({declared})")
                    yield database
        except (OSError, sqlite3.DatabaseError) as exc:
            raise SettingsError(
                f"Cannot write to {self._path} ({exc}); set STIFINNER_HOME to a folder that you "
                "may write to."
            ) from exc

    def _read(self) -> list[tuple[Any, ...]]:
        # Read only: a home may be mounted so, and looking must not make a table.
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        names = ", ".join(("id", *(column.split()[0] for column in self._columns)))
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            known = "SELECT 1 FROM sqlite_master WHERE name = ?"
            if database.execute(known, (self._name,)).fetchone() is None:
                return []
            return database.execute(f"SELECT {names} FROM {self._name} ORDER BY id").fetchall()
