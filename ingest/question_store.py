"""Where written questions are kept: every reply by its key, and what the filter kept of it.

    <home>/cache/questions.sqlite      replies as the model gave them: never asked for twice
    <home>/expansions/generated.jsonl  questions beside passages, in the format of all expansions

A reply is kept before it is judged, and filed when what was kept of it stands in the file. A run
killed between the two judges that reply again and asks nobody. What people change in the file
stays; without the file all replies are judged and filed anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import portalocker

from corpus.errors import IngestRunningError, SettingsError
from corpus.text import find_quote
from ingest.question_filter import KeptQuestion

GENERATED = "generated.jsonl"
REPLIES = "questions.sqlite"
STORE_VERSION = 1  # raise when the table changes
SCHEMA = """
CREATE TABLE IF NOT EXISTS reply (key TEXT PRIMARY KEY, questions TEXT NOT NULL,
                                  filed INTEGER NOT NULL DEFAULT 0)
"""


class QuestionStore:
    """The replies and the file of one home. Use it from one thread; `opened` keeps others out."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.file = folder / GENERATED
        folder.mkdir(parents=True, exist_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(cache / REPLIES)
        with self._db:
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in (0, STORE_VERSION):
                raise SettingsError(
                    f"{cache / REPLIES} is of another version of Stifinner; update, or remove it."
                )
            self._db.execute(f"PRAGMA user_version = {STORE_VERSION}")
            self._db.execute(SCHEMA)
            if not self.file.exists():
                self._db.execute("UPDATE reply SET filed = 0")

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, cache: Path) -> Iterator[QuestionStore]:
        """The store, while nobody else writes to it.

        Raises:
            IngestRunningError: another run has it open.
        """
        cache.mkdir(parents=True, exist_ok=True)
        lock = portalocker.Lock(cache / "questions.lock", "a", timeout=0, fail_when_locked=True)
        try:
            lock.acquire()
        except portalocker.LockException as exc:
            raise IngestRunningError(
                "Another `stifinner ingest --expand` is running on this home; wait for it to end."
            ) from exc
        try:
            store = cls(folder, cache)
            try:
                yield store
            finally:
                store.close()
        finally:
            lock.release()

    def close(self) -> None:
        """Close the file of replies."""
        self._db.close()

    def keys(self) -> set[str]:
        """Keys of all replies."""
        return {row[0] for row in self._db.execute("SELECT key FROM reply")}

    def reply(self, key: str) -> tuple[str, ...] | None:
        """The questions of a reply, possibly none; None when it was never asked for."""
        row = self._db.execute("SELECT questions FROM reply WHERE key = ?", (key,)).fetchone()
        return None if row is None else tuple(json.loads(row[0]))

    def keep_reply(self, key: str, questions: Sequence[str]) -> None:
        """Keep a reply; it outlives a kill from here on."""
        text = json.dumps(list(questions), ensure_ascii=False)
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO reply VALUES (?, ?, 0)", (key, text))

    def filed(self) -> set[str]:
        """Keys of the replies whose questions stand in the file, as far as they were kept."""
        in_file = {str(line.get("key")) for line in self._lines()}
        rows = self._db.execute("SELECT key, filed FROM reply")
        return {key for key, filed in rows if filed or key in in_file}

    def file_questions(self, key: str, document_id: str, kept: Sequence[KeptQuestion]) -> None:
        """Add what was kept of a reply to the file, a line for each statement."""
        by_anchor: dict[str, list[str]] = {}
        for question in kept:
            by_anchor.setdefault(question.anchor, []).append(question.text)
        lines = [
            {"document_id": document_id, "anchor": anchor, "questions": questions, "key": key}
            for anchor, questions in by_anchor.items()
        ]
        # One unbuffered write, so that a kill leaves either all of a passage's lines or none.
        with self.file.open("ab", buffering=0) as stream:
            stream.write(_as_text(lines).encode())
        with self._db:
            self._db.execute("UPDATE reply SET filed = 1 WHERE key = ?", (key,))

    def forget_lost(self, text_of: Callable[[str], str | None]) -> int:
        """Take out written lines whose statement is gone from its document; returns how many.

        `text_of` gives a document's text, None for one that is not indexed now: its lines stay, as
        do lines without a key, which people wrote.
        """
        lines = self._lines()
        kept = [line for line in lines if "key" not in line or not _is_lost(line, text_of)]
        if len(kept) < len(lines):
            fresh = self.file.with_suffix(".tmp")
            fresh.write_text(_as_text(kept), encoding="utf-8")
            fresh.replace(self.file)
        return len(lines) - len(kept)

    def _lines(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line.strip()]


def _as_text(lines: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _is_lost(line: Mapping[str, Any], text_of: Callable[[str], str | None]) -> bool:
    text = text_of(str(line["document_id"]))
    anchor = str(line["anchor"])
    return text is not None and anchor not in text and find_quote(text, anchor) is None
