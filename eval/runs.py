"""A run: ask every question once, keep the answers, and write the numbers beside what made them.

    runs/NAME/
      meta.json        when, on what machine, commit, versions, settings, index fingerprint
      questions.jsonl  the questions asked, as they were
      answers.jsonl    one answer JSON a line, in the order they came; appended, so a run resumes
      scores.jsonl     each question's share in each measure, judged on the documents of the run
      run.trec         ranked passages       qrels.trec  the judgments resolved on those passages
      metrics.json     every measure with its interval, by slice, and latency

A run that was stopped goes on where it ended, but only with the same questions, settings, index,
code and packages: answers of two systems never meet in one folder.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import AnswerJson
from corpus.errors import EvaluationError
from eval.provenance import Machine, commit_of_checkout, describe_machine, installed_versions
from eval.reference import Question, QuestionLine, load_questions, write_questions
from eval.scoring import Documents, ScoredQuestion, relevant_ids, score_all
from eval.significance import Ratio
from eval.summary import MetricsJson, summarise
from eval.system import Answerer, SettingValue, System, count_tokens

META, QUESTIONS, ANSWERS = "meta.json", "questions.jsonl", "answers.jsonl"
SCORES, METRICS, RUN_TREC, QRELS_TREC = "scores.jsonl", "metrics.json", "run.trec", "qrels.trec"
TAG = "stifinner"
OnAnswer = Callable[[str], None]
_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
_log = logging.getLogger(__name__)


class RunMeta(BaseModel):
    """`meta.json`: what a reader needs to judge or repeat the run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    question_set: str
    started: datetime
    finished: datetime | None = None
    fingerprint: str
    settings: dict[str, SettingValue]
    questions_sha256: str
    commit: str
    versions: dict[str, str]
    machine: Machine
    failures: dict[str, str] = {}

    def same_work(self, other: RunMeta) -> list[str]:
        """What differs between two runs' work; empty if one may go on where the other ended."""
        kept = ("fingerprint", "settings", "questions_sha256", "commit", "versions")
        return [name for name in kept if getattr(self, name) != getattr(other, name)]


class ScoreLine(BaseModel):
    """One line of `scores.jsonl`; a ratio is [numerator, denominator]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    held: list[list[int]]
    stated: list[bool]
    ratios: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, scored: ScoredQuestion) -> ScoreLine:
        """The line of a measured question."""
        return cls(
            id=scored.question.id,
            held=[sorted(golds) for golds in scored.held],
            stated=list(scored.stated),
            ratios={n: (r.numerator, r.denominator) for n, r in scored.ratios.items()},
        )

    def to_scored(self, question: Question, answer: AnswerJson | None) -> ScoredQuestion:
        """The measured question with its question and answer."""
        return ScoredQuestion(
            question=question,
            answer=answer,
            held=tuple(frozenset(golds) for golds in self.held),
            stated=tuple(self.stated),
            ratios={n: Ratio(numerator=a, denominator=b) for n, (a, b) in self.ratios.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run folder as read. `scored` has one entry a question, in the order of the set."""

    folder: Path
    meta: RunMeta
    metrics: MetricsJson
    scored: tuple[ScoredQuestion, ...]


def run_questions(
    system: System,
    questions: Sequence[Question],
    folder: Path,
    *,
    question_set: str,
    on_answer: OnAnswer,
) -> Run:
    """Ask the questions that `folder` has no answer to yet, then measure all; returns the run.

    One question's failure does not end the run: it is logged, kept in `meta.json` by the class of
    its error, and counts as 0.

    Raises:
        EvaluationError: there are no questions, or the folder holds a run of other work.
    """
    if not questions:
        raise EvaluationError("no questions to ask: the set is empty; check --set")
    meta = _start(system, questions, folder, question_set)
    answers = read_answers(folder)
    for question in questions:
        if question.id in answers:
            on_answer(question.id)
    waiting = [question for question in questions if question.id not in answers]
    failures = _ask_all(system.answerer, waiting, folder / ANSWERS, on_answer)
    finished = meta.model_copy(update={"failures": failures, "finished": datetime.now(UTC)})
    _write_json(folder / META, finished)
    return measure_run(folder, system.documents)


def measure_run(folder: Path, documents: Documents) -> Run:
    """Measure the answers in `folder`, write its numbers and TREC files, and return the run.

    Raises:
        EvaluationError: the folder is not a run folder.
    """
    meta, questions = read_meta(folder), load_questions([folder / QUESTIONS])
    scored = score_all(questions, read_answers(folder), documents, count_tokens)
    metrics = summarise(scored)
    lines = [ScoreLine.of(one).model_dump_json() + "\n" for one in scored]
    write_whole(folder / SCORES, "".join(lines))
    write_whole(folder / RUN_TREC, "".join(_run_lines(scored)))
    write_whole(folder / QRELS_TREC, "".join(_qrels_lines(scored)))
    _write_json(folder / METRICS, metrics)  # last: with it the run counts as finished
    return Run(folder=folder, meta=meta, metrics=metrics, scored=scored)


def load_run(folder: Path) -> Run:
    """A finished run as it was measured.

    Raises:
        EvaluationError: the folder holds no finished run.
    """
    meta = read_meta(folder)
    if not (folder / METRICS).exists():
        raise EvaluationError(
            f"{folder} holds no finished run; `stifinner eval run --name {meta.name}` finishes it"
        )
    questions = {q.id: q for q in load_questions([folder / QUESTIONS])}
    answers = read_answers(folder)
    scored = [
        line.to_scored(questions[line.id], answers.get(line.id)) for line in _read_scores(folder)
    ]
    return Run(folder=folder, meta=meta, metrics=read_metrics(folder), scored=tuple(scored))


def run_folder(root: Path, name: str) -> Path:
    """Folder of the run `name` below `root`.

    Raises:
        EvaluationError: the name has other signs than letters, digits and `_ . - /`.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise EvaluationError(f"run name '{name}': use letters, digits and _ . - only")
    return root / name


def read_meta(folder: Path) -> RunMeta:
    """The run's `meta.json`.

    Raises:
        EvaluationError: there is none, or it is of another version.
    """
    try:
        return RunMeta.model_validate_json((folder / META).read_bytes())
    except FileNotFoundError as exc:
        raise EvaluationError(f"{folder} is no run folder: it has no {META}") from exc
    except ValidationError as exc:
        raise EvaluationError(f"{folder / META} cannot be read; make the run anew") from exc


def read_metrics(folder: Path) -> MetricsJson:
    """The run's `metrics.json`.

    Raises:
        EvaluationError: there is none, or it is of another version.
    """
    try:
        return MetricsJson.model_validate_json((folder / METRICS).read_bytes())
    except (FileNotFoundError, ValidationError) as exc:
        raise EvaluationError(f"{folder / METRICS} cannot be read; make the run anew") from exc


def read_answers(folder: Path) -> dict[str, AnswerJson]:
    """The answers so far by question id; a last line cut off by a kill is left out.

    Raises:
        EvaluationError: a line before the last is damaged.
    """
    path = folder / ANSWERS
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    answers = {}
    for number, line in enumerate(lines[:-1], start=1):
        try:
            answer = AnswerJson.model_validate_json(line)
        except ValidationError as exc:
            raise EvaluationError(f"{path}, line {number}: not an answer; remove the line") from exc
        answers[answer.id] = answer
    return answers


def _read_scores(folder: Path) -> list[ScoreLine]:
    try:
        lines = (folder / SCORES).read_text(encoding="utf-8").split("\n")
        return [ScoreLine.model_validate_json(line) for line in lines if line]
    except (FileNotFoundError, ValidationError) as exc:
        raise EvaluationError(f"{folder / SCORES} cannot be read; make the run anew") from exc


def _start(
    system: System, questions: Sequence[Question], folder: Path, question_set: str
) -> RunMeta:
    meta = RunMeta(
        name=folder.name,
        question_set=question_set,
        started=datetime.now(UTC),
        fingerprint=system.fingerprint,
        settings=dict(system.settings),
        questions_sha256=digest(questions),
        commit=commit_of_checkout(),
        versions=installed_versions(),
        machine=describe_machine(),
    )
    if (folder / META).exists():
        earlier = read_meta(folder)
        if differing := earlier.same_work(meta):
            raise EvaluationError(
                f"{folder} holds a run with another {' and '.join(differing)}; give this one "
                "another --name, or --fresh to begin anew"
            )
        meta = meta.model_copy(update={"started": earlier.started})
        _drop_cut_line(folder / ANSWERS)
    folder.mkdir(parents=True, exist_ok=True)
    write_questions(folder / QUESTIONS, questions)
    _write_json(folder / META, meta)
    return meta


def _drop_cut_line(path: Path) -> None:
    """Take off a last line without line end: the run was killed while writing it."""
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def _ask_all(
    answerer: Answerer, questions: Iterable[Question], path: Path, on_answer: OnAnswer
) -> dict[str, str]:
    failures = {}
    with path.open("a", encoding="utf-8") as stream:
        for question in questions:
            try:
                answer = answerer.ask(question.question, question.history)
            except Exception as exc:
                _log.exception("question %s failed", question.id)
                failures[question.id] = type(exc).__name__
            else:
                kept = answer.model_copy(update={"id": question.id})
                stream.write(kept.model_dump_json() + "\n")
                stream.flush()
            on_answer(question.id)
    return failures


def digest(questions: Sequence[Question]) -> str:
    """SHA-256 of the questions in order: two runs with the same digest asked the same."""
    lines = [QuestionLine.of(question).model_dump_json() for question in questions]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _run_lines(scored: Iterable[ScoredQuestion]) -> Iterable[str]:
    for one in scored:
        for passage in one.answer.passages if one.answer else ():
            rank, name = passage.rank, one.question.id
            # trec_eval orders by score and ignores the rank, so the score is the rank's negative.
            yield f"{name} Q0 {passage.passage_id} {rank} {-rank} {TAG}\n"


def _qrels_lines(scored: Iterable[ScoredQuestion]) -> Iterable[str]:
    for one in scored:
        if one.question.gold:
            for found in sorted(relevant_ids(one.question, one.ranking, one.held)):
                yield f"{one.question.id} 0 {found} 1\n"


def _write_json(path: Path, model: BaseModel) -> None:
    write_whole(path, model.model_dump_json(indent=1) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file that a kill leaves as it was or whole, never cut."""
    staged = path.with_name(f"{path.name}.tmp")
    staged.write_text(text, encoding="utf-8")
    staged.replace(path)


def settings_text(settings: Mapping[str, SettingValue]) -> str:
    """Settings as `name=value` pairs in order of name, for tables and logs."""
    return ", ".join(f"{name}={json.dumps(settings[name])}" for name in sorted(settings))
