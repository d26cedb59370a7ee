"""What users say of answers, kept in the home's `user.sqlite` only when they press Send.

The answer is kept as its JSON, so that a reviewer sees what the user saw; questions asked before it
in the same chat are kept because a follow-up makes no sense without them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from corpus.user_table import UserTable

COLUMNS = (
    "created TEXT NOT NULL",
    "question TEXT NOT NULL",
    "answer TEXT NOT NULL",
    "verdict TEXT NOT NULL",
    "comment TEXT NOT NULL",
    "history TEXT NOT NULL",
)


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
        self._table = UserTable(path, "feedback", COLUMNS)

    def add(
        self,
        question: str,
        answer: str,
        verdict: Verdict,
        comment: str = "",
        history: Sequence[str] = (),
    ) -> int:
        """Keep one verdict; returns its id.

        Raises:
            SettingsError: the home cannot be written.
        """
        created = datetime.now(UTC).isoformat(timespec="seconds")
        values = (created, question, answer, verdict.value, comment.strip(), _json(history))
        with self._table.writing() as database:
            return self._table.add(database, values)

    def all(self) -> list[Feedback]:
        """Everything kept, oldest first; empty when nobody has sent any.

        Raises:
            SettingsError: the file is there and cannot be read.
        """
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
            for row in self._table.rows()
        ]


def _json(history: Sequence[str]) -> str:
    return json.dumps(list(history), ensure_ascii=False)
