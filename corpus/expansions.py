"""Questions beside passages (doc2query): written by people or a model, kept in plain files.

One JSON object a line: {"document_id", "anchor", "questions": [...]}. `anchor` is the verbatim
statement that the questions are about; it ties them to the text, not to a passage id, so a new
chunking keeps them. They are indexed with the passage that holds the anchor and widen what is
found; nothing of them is ever quoted. An anchor that no longer stands in its document is reported.

Source: Nogueira et al. 2019, "Document Expansion by Query Prediction" (doc2query).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SettingsError
from corpus.index import BesideQuestion
from corpus.records import Document, Passage
from corpus.text import QuoteFinder

BUNDLED_EXPANSIONS = Path(__file__).parent / "expansions"


def expansion_folders(setting: str, home: Path) -> list[Path]:
    """The folders that the setting `expansions` stands for.

    Raises:
        SettingsError: it names a folder that does not exist.
    """
    if setting == "none":
        return []
    if setting == "bundled":
        return [BUNDLED_EXPANSIONS, home / "expansions"]
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        raise SettingsError(
            f"STIFINNER_EXPANSIONS: {setting} is no folder; write bundled, none or a folder."
        )
    return [folder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Questions that the statement `anchor` of a document answers."""

    document_id: str
    anchor: str
    questions: tuple[str, ...]


def load_expansions(folders: Iterable[Path]) -> dict[str, list[Expansion]]:
    """All expansions below some folders, by document id; a missing folder is empty.

    Raises:
        SettingsError: a line is not of the format; the message names file and line.
    """
    found: dict[str, list[Expansion]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
                if line.strip():
                    entry = _parse(line, f"{path}:{number}")
                    found.setdefault(entry.document_id, []).append(entry)
    return found


def _parse(line: str, where: str) -> Expansion:
    try:
        record = json.loads(line)
        return Expansion(
            document_id=str(record["document_id"]),
            anchor=str(record["anchor"]),
            questions=tuple(str(question) for question in record["questions"]),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise SettingsError(
            f"{where}: write one JSON object with document_id, anchor and questions ({exc})."
        ) from exc


def attach(
    document: Document, passages: Sequence[Passage], expansions: Sequence[Expansion]
) -> tuple[dict[str, list[BesideQuestion]], list[str]]:
    """Questions by passage id, and the anchors that were not found in the document."""
    by_passage: dict[str, list[BesideQuestion]] = {}
    lost: list[str] = []
    finder = QuoteFinder(document.text)
    for expansion in expansions:
        span = finder.find(expansion.anchor)
        home = _holder(passages, span) if span else None
        if span is None or home is None:
            lost.append(expansion.anchor)
            continue
        start, end = max(span[0], home.start), min(span[1], home.end)
        by_passage.setdefault(home.id, []).extend(
            BesideQuestion(text=question, start=start, end=end) for question in expansion.questions
        )
    return by_passage, lost


def _holder(passages: Sequence[Passage], span: tuple[int, int]) -> Passage | None:
    """The passage that overlaps the span most; the first of equals."""
    best: Passage | None = None
    best_overlap = 0
    for passage in passages:
        overlap = min(passage.end, span[1]) - max(passage.start, span[0])
        if overlap > best_overlap:
            best, best_overlap = passage, overlap
    return best


def expansions_fingerprint(expansions: Mapping[str, Sequence[Expansion]]) -> list[list[object]]:
    """What a snapshot's fingerprint holds of the expansions."""
    return [
        [e.document_id, e.anchor, list(e.questions)]
        for name in sorted(expansions)
        for e in expansions[name]
    ]
