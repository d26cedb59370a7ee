"""Feedback given in the chat becomes a candidate question that a person reviews, never more.

Candidates wait in one JSON-lines file below the home. `stifinner eval candidates export` writes
them to a table; what a reviewer completes there comes back by `eval import`, through the checker,
into a question file of the reviewer's own. The bundled reference set is never written to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

import portalocker
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import AnswerJson
from corpus.errors import EvaluationError
from eval.tables import QUOTE_PAIRS

FOLDER = "evaluation"
FILE_NAME = "candidates.jsonl"


class CandidateState(StrEnum):
    """What a reviewer decided."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a user said of one answer, after the earlier questions of the conversation."""

    answer: AnswerJson
    history: tuple[str, ...]
    helpful: bool
    comment: str


class Candidate(BaseModel):
    """One line of the candidates' file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    state: CandidateState
    question: str
    history: list[str]
    language: Literal["nb", "nn", "en"]
    helpful: bool
    comment: str
    answer: str
    cited: list[tuple[str, str]]
    given: datetime
    reason: str = ""


class Candidates:
    """The candidates of one home, in one file that several processes may write to."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def all(self) -> tuple[Candidate, ...]:
        """All candidates, oldest first; empty if nobody gave feedback.

        Raises:
            EvaluationError: a line of the file is damaged.
        """
        if not self._path.exists():
            return ()
        found = []
        for number, line in enumerate(self._path.read_text("utf-8").split("\n"), start=1):
            if not line:
                continue
            try:
                found.append(Candidate.model_validate_json(line))
            except ValidationError as exc:
                raise EvaluationError(
                    f"{self._path}, line {number} is damaged; correct or remove the line"
                ) from exc
        return tuple(found)

    def waiting(self) -> tuple[Candidate, ...]:
        """Candidates nobody has reviewed yet."""
        return tuple(c for c in self.all() if c.state is CandidateState.WAITING)

    def add(self, feedback: Iterable[Feedback]) -> int:
        """Add feedback as waiting candidates; returns how many were new.

        The same question with the same history, answer and verdict is one candidate only, also
        after its review.
        """
        with self._locked():
            known = list(self.all())
            ids = {candidate.id for candidate in known}
            fresh: dict[str, Candidate] = {}
            for given in feedback:
                candidate = _candidate(given)
                if candidate.id not in ids:
                    fresh.setdefault(candidate.id, candidate)
            self._write([*known, *fresh.values()])
        return len(fresh)

    def reject(self, candidate_id: str, reason: str) -> None:
        """Mark a candidate as rejected; it stays in the file with the reason.

        Raises:
            EvaluationError: there is no waiting candidate of that id.
        """
        waiting = [candidate.id for candidate in self.waiting()]
        if candidate_id not in waiting:
            raise EvaluationError(
                f"no candidate '{candidate_id}' waits; waiting: {', '.join(waiting) or 'none'}"
            )
        self._decide({candidate_id}, CandidateState.REJECTED, reason)

    def accept(self, question_ids: Iterable[str], where: str) -> int:
        """Mark waiting candidates whose ids came back as questions; returns how many there were.

        Args:
            question_ids: ids of reviewed questions; those of no candidate are passed over.
            where: the question file they went to, kept as the reason.
        """
        accepted = {candidate.id for candidate in self.waiting()} & set(question_ids)
        if accepted:
            self._decide(accepted, CandidateState.ACCEPTED, where)
        return len(accepted)

    def _decide(self, ids: Set[str], state: CandidateState, reason: str) -> None:
        decided = {"state": state, "reason": reason}
        with self._locked():
            known = self.all()
            self._write([c.model_copy(update=decided) if c.id in ids else c for c in known])

    def _locked(self) -> portalocker.Lock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return portalocker.Lock(str(self._path.with_suffix(".lock")), timeout=10)

    def _write(self, candidates: Sequence[Candidate]) -> None:
        staged = self._path.with_suffix(".tmp")
        lines = [candidate.model_dump_json() + "\n" for candidate in candidates]
        staged.write_text("".join(lines), encoding="utf-8")
        staged.replace(self._path)


def _candidate(feedback: Feedback) -> Candidate:
    answer = feedback.answer
    parts = (answer.question, *feedback.history, answer.answer, str(feedback.helpful))
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return Candidate(
        id=f"chat-{digest[:10]}",
        state=CandidateState.WAITING,
        question=answer.question,
        history=list(feedback.history),
        language=answer.language,
        helpful=feedback.helpful,
        comment=feedback.comment,
        answer=answer.answer,
        cited=[(citation.document_id, citation.quote) for citation in answer.citations],
        given=datetime.now(UTC),
    )


def record_feedback(
    home: Path, answer: AnswerJson, history: Sequence[str], *, helpful: bool, comment: str = ""
) -> None:
    """Keep one user's verdict on an answer as a candidate below `home`."""
    feedback = Feedback(
        answer=answer, history=tuple(history), helpful=helpful, comment=comment.strip()
    )
    Candidates(home / FOLDER).add([feedback])


def table_rows(candidates: Sequence[Candidate]) -> list[dict[str, str]]:
    """Candidates as rows of a question table, to be completed by a reviewer.

    What a helpful answer cited is offered as gold; of an unhelpful one nothing is, and its
    citations and the user's comment stand in the note.
    """
    rows = []
    for candidate in candidates:
        verdict = "helpful" if candidate.helpful else "not helpful"
        row = {
            "id": candidate.id,
            "question": candidate.question,
            "language": candidate.language,
            "user": "evaluator",
            "history": "\n".join(candidate.history),
            "note": f"chat, {verdict}: {candidate.comment}".rstrip(": "),
        }
        cited = candidate.cited if candidate.helpful else []
        for number, (document_id, quote) in enumerate(cited[:QUOTE_PAIRS], start=1):
            row[f"document_{number}"] = document_id
            row[f"quote_{number}"] = quote
        rows.append(row)
    return rows
