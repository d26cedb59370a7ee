"""Many questions from a file to a file of answers, one JSON object a line."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import track

from corpus.errors import EvaluationError

if TYPE_CHECKING:
    from assistant.build import Assistant

logger = logging.getLogger(__name__)


class BatchQuestion(BaseModel):
    """One line of the input; other fields are left alone."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    question: str
    history: list[str] = Field(default_factory=list)


def read_batch(path: Path) -> list[BatchQuestion]:
    """The questions of a file.

    Raises:
        EvaluationError: a line is not of the format; the message names it.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            questions.append(BatchQuestion.model_validate_json(line))
        except ValidationError as exc:
            first = exc.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            raise EvaluationError(
                f"{path}, line {number}, {field}: {first['msg']}; write "
                '{"id": "…", "question": "…", "history": []}.'
            ) from exc
    return questions


def answer_batch(
    assistant: Assistant,
    questions: Sequence[BatchQuestion],
    out: Path,
    k: int,
    document_ids: Sequence[str],
    as_of: date | None,
) -> int:
    """Write an answer line a question; returns how many failed (they are logged and left out)."""
    failed = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as stream:
        console = Console(stderr=True)
        for question in track(questions, "Answering", console=console, transient=True):
            try:
                answer = assistant.ask(
                    question.question, question.history, document_ids, as_of, k, question.id
                )
            except Exception:  # one question must not stop the others; it is counted and logged
                logger.exception("question %s failed", question.id)
                failed += 1
                continue
            stream.write(answer.model_dump_json() + "\n")
    return failed
