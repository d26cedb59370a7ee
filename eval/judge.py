"""An optional language model as judge of faithfulness and correctness, by rubric.

The judge is pinned: its name is kept beside its scores, and it may not be the model that wrote the
answers. It sees its whole input; where that does not fit its window, that is an error and never a
cut. How far it agrees with the string measures is part of every report of its scores.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answers import AnswerJson
from corpus.errors import EvaluationError
from eval import rubrics
from eval.reference import Question
from eval.runs import Run
from eval.scoring import ScoredQuestion
from eval.system import count_tokens

FILE_NAME = "judge.jsonl"
GOOD_SCORE = 4
NONE = "(none)"
_log = logging.getLogger(__name__)
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class Grade(BaseModel):
    """One score by a rubric with the judge's reason."""

    model_config = ConfigDict(frozen=True)

    reason: str
    score: int = Field(ge=rubrics.SCORES[0], le=rubrics.SCORES[1])


class Judgment(BaseModel):
    """One line of `judge.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    judge: str
    faithfulness: Grade
    correctness: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a grade goes with a string measure: both call the answer good, or both do not.

    `good` is a grade of 4 or 5 on one side and a full share in the measure on the other. `kappa` is
    Cohen's, None where chance alone would agree fully.
    """

    grade: str
    measure: str
    agree: float
    kappa: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOutcome:
    """Judgments of a run, the ids that failed with the class of their error, and agreement."""

    judgments: tuple[Judgment, ...]
    failures: dict[str, str]
    agreements: tuple[Agreement, ...]


class Judge:
    """Grades answers with one chat model.

    Args:
        model: the chat model.
        name: how the model is pinned, e.g. `openai:gpt-5-2026-03-01`; kept beside every grade.
        window_tokens: the largest input the model takes; None if it need not be watched.
    """

    def __init__(self, model: BaseChatModel, name: str, window_tokens: int | None = None) -> None:
        self._model = model
        self._window_tokens = window_tokens
        self.name = name

    def judge(self, question: Question, answer: AnswerJson) -> Judgment:
        """Grade one answer by both rubrics.

        Raises:
            EvaluationError: the judge wrote the answer itself, the input is larger than its
                window, or its reply holds no grade.
        """
        if answer.model == self.name:
            raise EvaluationError(
                f"{self.name} wrote these answers; give a judge that is another model"
            )
        return Judgment(
            id=question.id,
            judge=self.name,
            faithfulness=self._grade(faithfulness_messages(question, answer)),
            correctness=self._grade(correctness_messages(question, answer)),
        )

    def _grade(self, messages: Sequence[BaseMessage]) -> Grade:
        size = sum(count_tokens(str(message.content)) for message in messages)
        if self._window_tokens is not None and size > self._window_tokens:
            raise EvaluationError(
                f"the judge's input has {size} tokens, its window {self._window_tokens}; "
                "give a judge with a larger window"
            )
        return read_grade(self._model.invoke(list(messages)).text)


def faithfulness_messages(question: Question, answer: AnswerJson) -> list[BaseMessage]:
    """What the judge sees for faithfulness: question, answer, and each cited passage in full."""
    texts = {passage.passage_id: passage.text for passage in answer.passages}
    sources = [
        f"[{citation.marker}] quote: {citation.quote}\n"
        f"passage: {texts.get(citation.passage_id, citation.quote)}"
        for citation in answer.citations
    ]
    asked = rubrics.FAITHFULNESS_INPUT.format(
        question=_whole_question(question),
        answer=answer.answer,
        sources="\n\n".join(sources) or NONE,
    )
    return [SystemMessage(rubrics.FAITHFULNESS_SYSTEM), HumanMessage(asked)]


def correctness_messages(question: Question, answer: AnswerJson) -> list[BaseMessage]:
    """What the judge sees for correctness: question, answer, all facts and all gold quotes."""
    asked = rubrics.CORRECTNESS_INPUT.format(
        question=_whole_question(question),
        answer=answer.answer,
        facts="\n".join("- " + " | ".join(fact) for fact in question.facts) or NONE,
        evidence="\n\n".join(f"{g.document_id}: {g.quote}" for g in question.gold) or NONE,
    )
    return [SystemMessage(rubrics.CORRECTNESS_SYSTEM), HumanMessage(asked)]


def read_grade(reply: str) -> Grade:
    """The grade in a judge's reply, which may have words or a code fence around its JSON.

    Raises:
        EvaluationError: there is no JSON object with a reason and a score from 1 to 5.
    """
    found = _OBJECT.search(reply)
    try:
        return Grade.model_validate(json.loads(found.group() if found else ""))
    except (json.JSONDecodeError, ValidationError) as exc:
        raise EvaluationError(
            "the judge's reply holds no JSON with reason and score; try a larger judge model"
        ) from exc


def judge_run(judge: Judge, run: Run, on_answer: Callable[[str], None]) -> JudgeOutcome:
    """Grade every answer of a run that this judge has not graded yet; keeps `judge.jsonl`.

    Raises:
        EvaluationError: the judge wrote the run's answers, or another judge graded this run.
    """
    own = [one for one in run.scored if one.answer and one.answer.model == judge.name]
    if own:
        raise EvaluationError(f"{judge.name} wrote answers of this run; give another judge")
    path = run.folder / FILE_NAME
    graded = {judgment.id: judgment for judgment in read_judgments(run.folder)}
    if other := {judgment.judge for judgment in graded.values()} - {judge.name}:
        raise EvaluationError(f"{path} holds grades of {', '.join(other)}; move the file away")
    failures: dict[str, str] = {}
    with path.open("a", encoding="utf-8") as stream:
        for one in run.scored:
            if one.answer is not None and one.question.id not in graded:
                try:
                    judgment = judge.judge(one.question, one.answer)
                except Exception as exc:
                    _log.exception("judging %s failed", one.question.id)
                    failures[one.question.id] = type(exc).__name__
                else:
                    graded[judgment.id] = judgment
                    stream.write(judgment.model_dump_json() + "\n")
                    stream.flush()
            on_answer(one.question.id)
    judgments = tuple(graded.values())
    return JudgeOutcome(
        judgments=judgments, failures=failures, agreements=agreements(run.scored, judgments)
    )


def read_judgments(folder: Path) -> tuple[Judgment, ...]:
    """The grades kept in a run folder; empty if nobody judged it.

    Raises:
        EvaluationError: a line is damaged.
    """
    path = folder / FILE_NAME
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    try:
        return tuple(Judgment.model_validate_json(line) for line in lines)
    except ValidationError as exc:
        raise EvaluationError(f"{path} is damaged; remove it and judge anew") from exc


def outcome_of(run: Run) -> JudgeOutcome | None:
    """The grades kept with a run and their agreement; None if nobody judged it."""
    judgments = read_judgments(run.folder)
    if not judgments:
        return None
    return JudgeOutcome(
        judgments=judgments, failures={}, agreements=agreements(run.scored, judgments)
    )


def agreements(
    scored: Sequence[ScoredQuestion], judgments: Sequence[Judgment]
) -> tuple[Agreement, ...]:
    """Correctness against fact recall, and faithfulness against citation precision."""
    ratios = {one.question.id: one.ratios for one in scored}
    found = []
    for grade, measure in (("correctness", "fact recall"), ("faithfulness", "citation precision")):
        pairs = [
            (
                getattr(judgment, grade).score >= GOOD_SCORE,
                ratios[judgment.id][measure].numerator >= ratios[judgment.id][measure].denominator,
            )
            for judgment in judgments
            if measure in ratios.get(judgment.id, {})
        ]
        if pairs:
            found.append(_agreement(grade, measure, pairs))
    return tuple(found)


def _agreement(grade: str, measure: str, pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    """Observed agreement and Cohen's kappa. Source: Cohen (1960)."""
    n = len(pairs)
    agree = sum(a == b for a, b in pairs) / n
    first, second = (sum(side) / n for side in zip(*pairs, strict=True))
    chance = first * second + (1 - first) * (1 - second)
    kappa = None if chance == 1 else (agree - chance) / (1 - chance)
    return Agreement(grade=grade, measure=measure, agree=agree, kappa=kappa, n=n)


def mean_grade(outcome: JudgeOutcome, grade: str) -> float | None:
    """Mean of `faithfulness` or `correctness`, 1 to 5; None without judgments."""
    scores = [getattr(judgment, grade).score for judgment in outcome.judgments]
    return sum(scores) / len(scores) if scores else None


def markdown(outcome: JudgeOutcome) -> str:
    """The judge's mean grades and its agreement with the string measures, as Markdown."""
    lines = ["| Grade | Mean (1–5) | n |", "|---|--:|--:|"]
    for grade in ("faithfulness", "correctness"):
        mean = mean_grade(outcome, grade)
        shown = "–" if mean is None else f"{mean:.2f}"
        lines.append(f"| {grade} | {shown} | {len(outcome.judgments)} |")
    lines += ["", "| Grade against measure | Agree | Cohen's kappa | n |", "|---|--:|--:|--:|"]
    for found in outcome.agreements:
        kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
        lines.append(
            f"| {found.grade} / {found.measure} | {found.agree:.2f} | {kappa} | {found.n} |"
        )
    if outcome.failures:
        lines += ["", f"{len(outcome.failures)} answers could not be graded."]
    return "\n".join(lines) + "\n"


def _whole_question(question: Question) -> str:
    earlier = [f"(asked before: {text})" for text in question.history]
    return "\n".join([*earlier, question.question])
