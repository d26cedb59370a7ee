"""An uploaded file of own questions, from table to report: what the page and the CLI both call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.report import markdown_table, write_report
from eval.runs import Run, run_questions
from eval.system import System
from eval.tables import RowProblem, read_table

REPORT = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Either the problems of the file, or the run with its report page and headline table."""

    problems: tuple[RowProblem, ...]
    run: Run | None
    report: Path | None
    table: str


def evaluate_file(
    path: Path, system: System, folder: Path, on_answer: Callable[[str], None]
) -> Uploaded:
    """Ask the questions of an xlsx, csv or jsonl file and write run and report to `folder`.

    Nothing is asked while any row is wrong: numbers over a part of the rows would mislead.

    Raises:
        EvaluationError: the file cannot be read, or `folder` holds another run.
    """
    texts = {document_id: document.text for document_id, document in system.documents.items()}
    reading = read_table(path, texts)
    if reading.problems:
        return Uploaded(problems=reading.problems, run=None, report=None, table="")
    run = run_questions(
        system, reading.questions, folder, question_set=path.name, on_answer=on_answer
    )
    report = folder / REPORT
    write_report(run, report)
    return Uploaded(problems=(), run=run, report=report, table=markdown_table(run))
