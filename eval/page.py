"""What the page offers evaluators, as functions that it loads by name and never imports.

They take and give plain values, so that the page knows nothing of runs, tables and measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.build import Assistant
from corpus.settings import CorpusSettings, read_settings
from eval.candidates import FOLDER
from eval.runs import run_folder
from eval.stifinner import system_of
from eval.tables import write_template
from eval.upload import evaluate_file


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadShown:
    """What the page shows for an uploaded file: text as Markdown, and the report if it ran."""

    markdown: str
    report: Path | None


def evaluate_upload(
    assistant: Assistant, path: Path, on_answer: Callable[[str], None]
) -> UploadShown:
    """Check an uploaded table and, if no row is wrong, ask its questions and write a report.

    Raises:
        EvaluationError: the file cannot be read as a table of questions.
    """
    corpus = read_settings(CorpusSettings)
    name = f"upload-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    folder = run_folder(corpus.home / FOLDER / "runs", name)
    system = system_of(assistant, corpus, assistant.settings)
    done = evaluate_file(path, system, folder, on_answer)
    if done.problems:
        lines = [f"- {problem}" for problem in done.problems]
        head = f"**{len(lines)} problems; nothing was asked.** Correct them and upload again."
        return UploadShown(markdown="\n".join([head, "", *lines]), report=None)
    return UploadShown(markdown=done.table, report=done.report)


def question_template(assistant: Assistant, folder: Path) -> Path:
    """Write the table to fill in with own questions into `folder`; returns its path."""
    path = folder / "stifinner-questions.xlsx"
    write_template(path, list(assistant.library.infos))
    return path
