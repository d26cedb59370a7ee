"""NorQuAD as a benchmark that nobody here wrote: open retrieval, and extractive answers.

All documents are indexed as they are; a passage is relevant if it holds an answer span whole. The
share of questions whose answer string stands in the answer says how good the extraction is.

Source: Ivanova et al., "NorQuAD: Norwegian Question Answering Dataset" (NoDaLiDa 2023), CC0 1.0.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import AnswerJson
from corpus.errors import EvaluationError
from eval import metrics
from eval.matching import find_quote, states
from eval.significance import Estimate, Ratio, estimate
from eval.summary import LatencyJson, latency
from eval.system import Answerer, SourceText

SPLITS = ("dev", "train")
M = TypeVar("M", bound=BaseModel)
_log = logging.getLogger(__name__)


class NorquadDocument(BaseModel):
    """One line of `documents.jsonl`."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    text: str

    def to_source(self) -> SourceText:
        """The document as it is indexed."""
        return SourceText(id=self.id, title=self.title, text=self.text)


class NorquadQuestion(BaseModel):
    """One line of `dev.jsonl` or `train.jsonl`; spans are offsets into the document's text."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    document_id: str
    answers: list[str]
    spans: list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Norquad:
    """The benchmark as read from its folder."""

    documents: tuple[NorquadDocument, ...]
    questions: tuple[NorquadQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NorquadScores:
    """The benchmark's numbers.

    `unplaced` counts passages whose text was not found again in the document; they count as not
    relevant. Questions in `failures` count as 0.
    """

    measures: dict[str, Estimate]
    latency_ms: LatencyJson | None
    questions: int
    unplaced: int
    failures: dict[str, str]


def load_norquad(folder: Path, split: str) -> Norquad:
    """Read the benchmark.

    Raises:
        EvaluationError: the folder or split is missing, or a line is wrong.
    """
    if split not in SPLITS:
        raise EvaluationError(f"split '{split}': NorQuAD has {' and '.join(SPLITS)} here")
    return Norquad(
        documents=tuple(_read(folder / "documents.jsonl", NorquadDocument)),
        questions=tuple(_read(folder / f"{split}.jsonl", NorquadQuestion)),
    )


def run_norquad(
    answerer: Answerer, norquad: Norquad, on_answer: Callable[[str], None]
) -> NorquadScores:
    """Ask all questions of a system that indexed the benchmark's documents, and measure."""
    texts = {document.id: document.text for document in norquad.documents}
    ratios: dict[str, list[Ratio]] = {}
    answers: list[AnswerJson] = []
    failures: dict[str, str] = {}
    unplaced = 0
    for question in norquad.questions:
        try:
            answer = answerer.ask(question.question)
        except Exception as exc:
            _log.exception("question %s failed", question.id)
            failures[question.id] = type(exc).__name__
            shares, lost = score_question(question, None, texts)
        else:
            answers.append(answer)
            shares, lost = score_question(question, answer, texts)
        unplaced += lost
        for name, share in shares.items():
            ratios.setdefault(name, []).append(Ratio(numerator=share))
        on_answer(question.id)
    return NorquadScores(
        measures={name: estimate(found) for name, found in ratios.items()},
        latency_ms=latency(answers),
        questions=len(norquad.questions),
        unplaced=unplaced,
        failures=failures,
    )


def score_question(
    question: NorquadQuestion, answer: AnswerJson | None, texts: Mapping[str, str]
) -> tuple[dict[str, float], int]:
    """One question's share in each measure, and how many passages could not be placed.

    An overlapping passage that holds the span again earns nothing, as in `eval.scoring`.
    """
    ranking: list[str] = []
    hits: list[str] = []
    unplaced = 0
    for passage in answer.passages if answer else ():
        ranking.append(passage.passage_id)
        if passage.document_id != question.document_id:
            continue
        place = find_quote(texts[question.document_id], passage.text)
        unplaced += place is None
        if place and any(place[0] <= start and end <= place[1] for start, end in question.spans):
            hits.append(passage.passage_id)
    relevant = frozenset(hits[:1] or [f"{question.id}:missed"])
    return {
        "success@1": metrics.success_at_k(ranking, relevant, 1),
        "success@5": metrics.success_at_k(ranking, relevant, 5),
        "MRR@10": metrics.reciprocal_rank_at_k(ranking, relevant, 10),
        "nDCG@10": metrics.ndcg_at_k(ranking, relevant, 10),
        "answer in answer": float(_answers(question, answer)),
    }, unplaced


def markdown(scores: NorquadScores) -> str:
    """The benchmark's numbers as a Markdown table."""
    lines = ["| Measure | Value | 95 % interval | n |", "|---|--:|--:|--:|"]
    for name, found in scores.measures.items():
        low, high = found.low or 0.0, found.high or 0.0
        lines.append(f"| {name} | {found.value or 0.0:.3f} | {low:.3f} – {high:.3f} | {found.n} |")
    if scores.latency_ms:
        times = scores.latency_ms
        lines.append(f"| latency p50 / p95 | {times.p50:.0f} / {times.p95:.0f} ms | | {times.n} |")
    notes = f"{len(scores.failures)} questions failed, {scores.unplaced} passages not placed."
    return "\n".join([*lines, "", notes]) + "\n"


def _answers(question: NorquadQuestion, answer: AnswerJson | None) -> bool:
    if answer is None or not answer.answered:
        return False
    return any(find_quote(answer.answer, text) for text in question.answers) or states(
        answer.answer, question.answers
    )


def _read(path: Path, kind: type[M]) -> Sequence[M]:
    if not path.exists():
        raise EvaluationError(f"{path} is missing; give the folder of the NorQuAD files")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(kind.model_validate(json.loads(line)))
        except (ValidationError, json.JSONDecodeError) as exc:
            raise EvaluationError(f"{path}, line {number}: not a {kind.__name__}") from exc
    return found
