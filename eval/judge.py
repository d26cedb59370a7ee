"""An optional language model as judge of faithfulness and correctness, by rubric.

The judge is pinned: its name is kept beside its scores, and it may not be the model that wrote the
answers. It sees its whole input; where that does not fit its window, that is an error and never a
cut. A server may cut unasked, so the tokens that it says it has read are held against ours.
A reply without a grade is no grade: it is counted, kept with its cause and told in every report.
How far the judge agrees with the string measures is part of every report of its scores.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.answers import AnswerJson
from corpus.errors import EvaluationError
from eval import rubrics
from eval.reference import Question
from eval.runs import Run, write_whole
from eval.scoring import ScoredQuestion
from eval.system import count_tokens

FILE_NAME = "judge.jsonl"
UNGRADED_NAME = "judge-ungraded.json"
GOOD_SCORE = 4
NONE = "(none)"
# Tokenizers of today differ by less than this factor on Norwegian; a server that has read less
# than this share of our count has cut the input.
LEAST_READ = 0.5
_log = logging.getLogger(__name__)
_OPENING = re.compile(r"\{")


class Grade(BaseModel):
    """One score by a rubric with the judge's reason."""

    model_config = ConfigDict(frozen=True)

    reason: str
    score: int = Field(ge=rubrics.SCORES[0], le=rubrics.SCORES[1])

    @field_validator("score", mode="before")
    @classmethod
    def _no_truth_value(cls, score: object) -> object:
        if isinstance(score, bool):  # pydantic would read true as 1
            raise ValueError("a truth value is no score")
        return score


class Judgment(BaseModel):
    """One line of `judge.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    judge: str
    faithfulness: Grade
    correctness: Grade


class Ungraded(BaseModel):
    """`judge-ungraded.json`: which judge left which answers of the run ungraded, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: str
    causes: dict[str, str]


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
    """The judge, its judgments of a run, the ungraded ids with their causes, and agreement."""

    judge: str
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
                window or was cut by its server, or its reply holds no grade.
        """
        if self.wrote(answer):
            raise EvaluationError(
                f"{self.name} wrote these answers; give a judge that is another model"
            )
        return Judgment(
            id=question.id,
            judge=self.name,
            faithfulness=self._grade(faithfulness_messages(question, answer)),
            correctness=self._grade(correctness_messages(question, answer)),
        )

    def wrote(self, answer: AnswerJson) -> bool:
        """Whether this model wrote the answer; a provider before a name is no other model."""
        name = answer.model or ""
        pairs = ((name, self.name), (self.name, name))
        return bool(name) and any(a == b or a.endswith(f":{b}") for a, b in pairs)

    def _grade(self, messages: Sequence[BaseMessage]) -> Grade:
        size = sum(count_tokens(str(message.content)) for message in messages)
        if self._window_tokens is not None and size > self._window_tokens:
            raise EvaluationError(
                f"the judge's input has {size} tokens, its window {self._window_tokens}; "
                "give a judge with a larger window"
            )
        reply = self._model.invoke(list(messages))
        _check_read(reply, size)
        return read_grade(reply.text)


def _check_read(reply: AIMessage, size_tokens: int) -> None:
    read = reply.usage_metadata["input_tokens"] if reply.usage_metadata else 0
    if 0 < read < LEAST_READ * size_tokens:
        raise EvaluationError(
            f"the judge's server has read {read} tokens of about {size_tokens}; "
            "raise its context size"
        )


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
        EvaluationError: there is no JSON object with a reason and a score from 1 to 5, or there
            are several that differ in their scores.
    """
    grades: list[Grade] = []
    decoder = json.JSONDecoder()
    for opening in _OPENING.finditer(reply):
        with suppress(json.JSONDecodeError, ValidationError, RecursionError):
            found, _ = decoder.raw_decode(reply, opening.start())
            grades.append(Grade.model_validate(found))
    if not grades:
        raise EvaluationError(
            "the judge's reply holds no JSON with reason and score; try a larger judge model"
        )
    if len({grade.score for grade in grades}) > 1:
        raise EvaluationError("the judge's reply holds several scores; try a larger judge model")
    return grades[-1]


def judge_run(judge: Judge, run: Run, on_answer: Callable[[str], None]) -> JudgeOutcome:
    """Grade every answer of a run that this judge has not graded yet; keeps `judge.jsonl`.

    Raises:
        EvaluationError: the judge wrote the run's answers, or another judge graded this run.
    """
    if any(one.answer and judge.wrote(one.answer) for one in run.scored):
        raise EvaluationError(f"{judge.name} wrote answers of this run; give another judge")
    path = run.folder / FILE_NAME
    graded = {judgment.id: judgment for judgment in read_judgments(run.folder)}
    if other := {judgment.judge for judgment in graded.values()} - {judge.name}:
        raise EvaluationError(f"{path} holds grades of {', '.join(other)}; move the file away")
    write_whole(path, "".join(one.model_dump_json() + "\n" for one in graded.values()))
    causes: dict[str, str] = {}
    with path.open("a", encoding="utf-8") as stream:
        for one in run.scored:
            if one.answer is not None and one.question.id not in graded:
                try:
                    judgment = judge.judge(one.question, one.answer)
                except Exception as exc:
                    causes[one.question.id] = _cause(exc)
                    ours = isinstance(exc, EvaluationError)
                    _log.warning(
                        "%s has no grade: %s", one.question.id, _cause(exc), exc_info=not ours
                    )
                else:
                    graded[judgment.id] = judgment
                    stream.write(judgment.model_dump_json() + "\n")
                    stream.flush()
            on_answer(one.question.id)
    ungraded = Ungraded(judge=judge.name, causes=causes)
    write_whole(run.folder / UNGRADED_NAME, ungraded.model_dump_json(indent=1) + "\n")
    return _outcome(run, tuple(graded.values()), ungraded)


def _cause(exc: Exception) -> str:
    """Our own words for our own errors; of others the class only, whose words may hold text."""
    return str(exc) if isinstance(exc, EvaluationError) else type(exc).__name__


def _outcome(run: Run, judgments: tuple[Judgment, ...], ungraded: Ungraded) -> JudgeOutcome:
    return JudgeOutcome(
        judge=ungraded.judge,
        judgments=judgments,
        failures=ungraded.causes,
        agreements=agreements(run.scored, judgments),
    )


def read_judgments(folder: Path) -> tuple[Judgment, ...]:
    """The grades kept in a run folder; empty if nobody judged it.

    A last line that a kill cut off is left out.

    Raises:
        EvaluationError: a line before the last is damaged.
    """
    path = folder / FILE_NAME
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    try:
        return tuple(Judgment.model_validate_json(line) for line in lines[:-1])
    except ValidationError as exc:
        raise EvaluationError(f"{path} is damaged; remove it and judge anew") from exc


def outcome_of(run: Run) -> JudgeOutcome | None:
    """What is kept of the last judging of a run; None if nobody judged it.

    Raises:
        EvaluationError: the grades or the list of ungraded answers are damaged.
    """
    judgments, path = read_judgments(run.folder), run.folder / UNGRADED_NAME
    if path.exists():
        try:
            ungraded = Ungraded.model_validate_json(path.read_bytes())
        except ValidationError as exc:
            raise EvaluationError(f"{path} is damaged; remove it and judge anew") from exc
        return _outcome(run, judgments, ungraded)
    if not judgments:
        return None
    # The judging was stopped: what it did not reach is ungraded too.
    graded = {judgment.id for judgment in judgments}
    left = [one.question.id for one in run.scored if one.answer and one.question.id not in graded]
    stopped = Ungraded(judge=judgments[0].judge, causes=dict.fromkeys(left, "not reached"))
    return _outcome(run, judgments, stopped)


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
        lines += ["", ungraded_text(outcome)]
    return "\n".join(lines) + "\n"


def ungraded_text(outcome: JudgeOutcome) -> str:
    """How many answers have no grade, by cause; they count in no mean and no agreement."""
    total = len(outcome.failures) + len(outcome.judgments)
    causes = Counter(outcome.failures.values()).most_common()
    told = "; ".join(f"{count} × {cause}" for cause, count in causes)
    return f"{len(outcome.failures)} of {total} answers have no grade ({told})."


def _whole_question(question: Question) -> str:
    earlier = [f"(asked before: {text})" for text in question.history]
    return "\n".join([*earlier, question.question])
