"""Reference questions: what a line holds, how it is read, and the checker that proves its quotes.

    {"id", "question", "language": "nb|nn|en", "user": "researcher|staff|evaluator",
     "kind": "factoid|paraphrase|keyword|misspelt|list|commitments|validity|compare|followup|
     unanswerable", "split": "dev|test", "history": [earlier user questions], "need": "any|all",
     "gold": [{"document_id", "quote"}], "facts": [["alternative", ...], ...], "note", "group"}

Gold quotes are verbatim from the stored text; every inner list of `facts` is one fact that a right
answer holds, in any of its wordings. Paraphrases of one question share a `group`, or say
`same-as:ID` in their note. Tune on `dev`, report on `test`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from corpus.errors import EvaluationError
from corpus.records import DocumentId
from eval.matching import find_quote
from eval.numerals import tokens

REFERENCE_FOLDER = Path(__file__).parent / "reference"
MAX_QUOTE_WORDS = 150
MAX_SHARED_WORDS = 0.8
_SAME_AS = re.compile(r"same-as:\s*([^\s,;]+)")


class Language(StrEnum):
    """Language of a question."""

    NB = "nb"
    NN = "nn"
    EN = "en"


class UserKind(StrEnum):
    """Who would ask the question."""

    RESEARCHER = "researcher"
    STAFF = "staff"
    EVALUATOR = "evaluator"


class QuestionKind(StrEnum):
    """What is hard about the question."""

    FACTOID = "factoid"
    PARAPHRASE = "paraphrase"
    KEYWORD = "keyword"
    MISSPELT = "misspelt"
    LIST = "list"
    COMMITMENTS = "commitments"
    VALIDITY = "validity"
    COMPARE = "compare"
    FOLLOWUP = "followup"
    UNANSWERABLE = "unanswerable"


class Split(StrEnum):
    """`dev` is for tuning, `test` for reporting; test misses are never looked at one by one."""

    DEV = "dev"
    TEST = "test"


class Need(StrEnum):
    """Whether one gold quote suffices for an answer or all are needed."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A verbatim quote of a document that answers the question, or a part of it."""

    document_id: DocumentId
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One reference question. `facts` holds the alternatives of each fact."""

    id: str
    question: str
    language: Language
    user: UserKind
    kind: QuestionKind
    split: Split
    history: tuple[str, ...] = ()
    need: Need = Need.ANY
    gold: tuple[Gold, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    group: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return self.kind is not QuestionKind.UNANSWERABLE

    @property
    def document_ids(self) -> tuple[DocumentId, ...]:
        """Documents of its gold quotes, each once, in order."""
        return tuple(dict.fromkeys(gold.document_id for gold in self.gold))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one question, and what to do.

    `field` is a field of the line, or `document_N` or `quote_N` of its Nth gold.
    """

    question_id: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.question_id}, {self.field}: {self.message}"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GoldLine(_Line):
    """A gold quote as written in a line."""

    document_id: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class QuestionLine(_Line):
    """A question as written in a line of a reference file."""

    id: str = Field(min_length=1, pattern=r"^\S+$")
    question: str = Field(min_length=1)
    language: Language
    user: UserKind
    kind: QuestionKind
    split: Split
    history: list[str] = []
    need: Need = Need.ANY
    gold: list[GoldLine] = []
    facts: list[list[str]] = []
    note: str = ""
    group: str | None = None

    @field_validator("facts")
    @classmethod
    def _no_empty_fact(cls, facts: list[list[str]]) -> list[list[str]]:
        for number, fact in enumerate(facts, start=1):
            if not fact or any(not tokens(alternative) for alternative in fact):
                raise ValueError(f"fact {number} is empty or has an alternative without a word")
        return facts

    def to_question(self) -> Question:
        """The question as the rest of the house reads it."""
        return Question(
            id=self.id,
            question=self.question,
            language=self.language,
            user=self.user,
            kind=self.kind,
            split=self.split,
            history=tuple(self.history),
            need=self.need,
            gold=tuple(
                Gold(document_id=DocumentId(gold.document_id), quote=gold.quote)
                for gold in self.gold
            ),
            facts=tuple(tuple(fact) for fact in self.facts),
            note=self.note,
            group=self.group,
        )

    @classmethod
    def of(cls, question: Question) -> QuestionLine:
        """The line that a question is written as."""
        return cls(
            id=question.id,
            question=question.question,
            language=question.language,
            user=question.user,
            kind=question.kind,
            split=question.split,
            history=list(question.history),
            need=question.need,
            gold=[GoldLine(document_id=g.document_id, quote=g.quote) for g in question.gold],
            facts=[list(fact) for fact in question.facts],
            note=question.note,
            group=question.group,
        )


def load_questions(paths: Sequence[Path], split: Split | None = None) -> tuple[Question, ...]:
    """The questions of some files, or of all `*.jsonl` in folders, in order; of one split or all.

    Raises:
        EvaluationError: a file is missing or a line is wrong; the message names file, line, field.
    """
    questions = [question for path in _files(paths) for question in _read(path)]
    return tuple(q for q in questions if split is None or q.split is split)


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Write questions as JSON lines, replacing the file."""
    lines = [QuestionLine.of(question).model_dump_json() for question in questions]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def parse_question(text: str) -> Question:
    """One question from its JSON text.

    Raises:
        EvaluationError: it is not a question; the message names the field and what it must be.
    """
    try:
        return QuestionLine.model_validate(json.loads(text)).to_question()
    except json.JSONDecodeError as exc:
        raise EvaluationError(f"not JSON at column {exc.colno}: {exc.msg}") from exc
    except ValidationError as exc:
        raise EvaluationError("; ".join(describe(exc))) from exc


def describe(exc: ValidationError) -> list[str]:
    """Each error of a wrong line as `field: what is wrong`."""
    return [
        f"{'.'.join(str(part) for part in error['loc']) or 'line'}: {error['msg']}"
        for error in exc.errors()
    ]


def _files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found or not found[0].exists():
            raise EvaluationError(f"{path}: no question file there; give a .jsonl file or a folder")
        files += found
    return files


def _read(path: Path) -> list[Question]:
    questions = []
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            questions.append(parse_question(line))
        except EvaluationError as exc:
            raise EvaluationError(f"{path}, line {number}: {exc}") from exc
    return questions


def paraphrase_groups(questions: Sequence[Question]) -> dict[str, tuple[str, ...]]:
    """Ids of the questions that ask the same thing, by group name; single questions are left out.

    A group is named by its `group` field, or by the id that `same-as:ID` notes point to.
    """
    by_id = {question.id: question for question in questions}
    members: dict[str, list[str]] = {}
    for question in questions:
        members.setdefault(_group(question, by_id), []).append(question.id)
    return {name: tuple(ids) for name, ids in members.items() if len(ids) > 1}


def _group(question: Question, by_id: Mapping[str, Question]) -> str:
    """Its `group`, or that of the question its note points to, however many notes away."""
    seen = {question.id}
    while not question.group and (pointed := _SAME_AS.search(question.note)):
        following = by_id.get(pointed.group(1))
        if following is None or following.id in seen:
            return min(seen) if following else pointed.group(1)
        seen.add(following.id)
        question = following
    return question.group or question.id


def check_questions(
    questions: Sequence[Question], texts: Mapping[DocumentId, str]
) -> tuple[Problem, ...]:
    """Everything wrong with a set of questions, given the stored text of each document.

    Proves that each gold quote stands in its document, and holds the set to what the measures
    assume: ids are unique, no question is asked twice or nearly so in both splits, paraphrases
    share a split, only the unanswerable lack gold and facts.
    """
    problems = [
        Problem(question_id=question.id, field=field, message=message)
        for question in questions
        for field, message in (*_wrong_form(question), *_wrong_gold(question, texts))
    ]
    return (*problems, *_wrong_set(questions))


def check_independence(questions: Sequence[Question], beside: Sequence[str]) -> tuple[Problem, ...]:
    """Questions that nearly stand among the questions indexed beside passages.

    Such a question would be found by its own words, and its number would say nothing.
    """
    near = nearly_asked([question.question for question in questions], beside)
    problems = []
    for question in questions:
        if question.question in near:
            other = near[question.question]
            message = f"is nearly indexed beside a passage ('{other}'); ask it otherwise"
            problems.append(Problem(question_id=question.id, field="question", message=message))
    return tuple(problems)


def nearly_asked(questions: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Those of the questions that nearly stand among others, with the first one that they are.

    Nearly is four fifths of the words of both together.
    """
    known = [(other, frozenset(tokens(other))) for other in others]
    near: dict[str, str] = {}
    for question in questions:
        words = frozenset(tokens(question))
        same = (other for other, theirs in known if _nearly_same(words, theirs))
        found = next(same, None)
        if found is not None:
            near[question] = found
    return near


def _nearly_same(words: frozenset[str], other: frozenset[str]) -> bool:
    return bool(words) and len(words & other) >= MAX_SHARED_WORDS * len(words | other)


def _wrong_form(question: Question) -> list[tuple[str, str]]:
    found = []
    if not question.answerable and (question.gold or question.facts):
        found.append(
            ("kind", "is unanswerable but has gold or facts; remove them or change the kind")
        )
    if question.answerable and not question.facts:
        found.append(("facts", "has no facts; say what a right answer must hold"))
    if question.answerable and not question.gold and question.kind is not QuestionKind.VALIDITY:
        found.append(
            ("quote_1", "has no gold quote; only validity and unanswerable questions may lack one")
        )
    if question.kind is QuestionKind.FOLLOWUP and not question.history:
        found.append(("history", "is a follow-up without history; give the earlier questions"))
    return found


def _wrong_gold(question: Question, texts: Mapping[DocumentId, str]) -> list[tuple[str, str]]:
    found = []
    for number, gold in enumerate(question.gold, start=1):
        shown = gold.quote if len(gold.quote) <= 60 else gold.quote[:57] + "…"
        text = texts.get(gold.document_id)
        if text is None:
            known = ", ".join(texts)
            message = f"no document '{gold.document_id}'; there are: {known}"
            found.append((f"document_{number}", message))
        elif find_quote(text, gold.quote) is None:
            found.append((f"quote_{number}", f"'{shown}' does not stand in {gold.document_id}"))
        if len(gold.quote.split()) > MAX_QUOTE_WORDS:
            message = (
                f"'{shown}' is longer than {MAX_QUOTE_WORDS} words, more than a passage holds; "
                'split it into several quotes with need "all"'
            )
            found.append((f"quote_{number}", message))
    return found


def _wrong_set(questions: Sequence[Question]) -> list[Problem]:
    problems = [
        Problem(question_id=name, field="id", message=f"stands {count} times; ids must be unique")
        for name, count in Counter(question.id for question in questions).items()
        if count > 1
    ]
    by_id = {question.id: question for question in questions}
    asked: dict[tuple[tuple[str, ...], ...], Question] = {}
    for question in questions:
        key = tuple(tokens(text) for text in (*question.history, question.question))
        first = asked.setdefault(key, question)
        if first.id != question.id:
            message = f"asks the same as {first.id}"
            problems.append(Problem(question_id=question.id, field="question", message=message))
        pointed = _SAME_AS.search(question.note)
        if pointed and pointed.group(1) not in by_id:
            message = f"says same-as:{pointed.group(1)}, which is no question's id"
            problems.append(Problem(question_id=question.id, field="note", message=message))
    problems += _near_in_both_splits(questions)
    for ids in paraphrase_groups(questions).values():
        if len({by_id[i].split for i in ids}) > 1:
            message = f"{', '.join(ids)} ask the same but stand in both splits; move them to one"
            problems += [Problem(question_id=i, field="group", message=message) for i in ids]
    return problems


def _near_in_both_splits(questions: Sequence[Question]) -> list[Problem]:
    """Test questions tuned on under another name: nearly the words of a dev question."""
    words = {q.id: frozenset(tokens(" ".join((*q.history, q.question)))) for q in questions}
    tuned_on = [question for question in questions if question.split is Split.DEV]
    problems = []
    for question in questions:
        if question.split is Split.DEV:
            continue
        for other in tuned_on:
            if _nearly_same(words[question.id], words[other.id]):
                message = f"is nearly {other.id} of the dev split; move it there or ask otherwise"
                problems.append(Problem(question_id=question.id, field="question", message=message))
                break
    return problems
