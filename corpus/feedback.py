"""What users say of answers, kept in the home's `user.sqlite` only when they press Send.

The answer is kept as its JSON, so that a reviewer sees what the user saw; questions asked before it
in the same chat are kept because a follow-up makes no sense without them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    verdict TEXT NOT NULL, comment TEXT NOT NULL, history TEXT NOT NULL)
"""
BUSY_MS = 5000


class Verdict(StrEnum):
    """What a user thinks of an answer."""

    HELPFUL = "helpful"
    UNHELPFUL = "not helpful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One verdict on one answer. `answer` is the answer's JSON; `created` is in UTC."""

    id: int
    created: datetime
    question: str
    answer: str
    verdict: Verdict
    comment: str
    history: tuple[str, ...]


class FeedbackStore:
    """The feedback of one home; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(
        self,
        question: str,
        answer: str,
        verdict: Verdict,
        comment: str = "",
        history: Sequence[str] = (),
    ) -> int:
        """Keep one verdict; returns its id."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        values = (created, question, answer, verdict.value, comment.strip(), _json(history))
        with self._open() as database:
            cursor = database.execute(
                "INSERT INTO feedback (created, question, answer, verdict, comment, history) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
        return int(cursor.lastrowid or 0)

    def all(self) -> list[Feedback]:
        """Everything kept, oldest first; empty when nobody has sent any."""
        if not self._path.exists():
            return []
        with self._open() as database:
            rows = database.execute(
                "SELECT id, created, question, answer, verdict, comment, history FROM feedback "
                "ORDER BY id"
            ).fetchall()
        return [
            Feedback(
                id=row[0],
                created=datetime.fromisoformat(row[1]),
                question=row[2],
                answer=row[3],
                verdict=Verdict(row[4]),
                comment=row[5],
                history=tuple(json.loads(row[6])),
            )
            for row in rows
        ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path)) as database:
            database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            with database:
                database.execute(SCHEMA)
                yield database


def _json(history: Sequence[str]) -> str:
    return json.dumps(list(history), ensure_ascii=False)
