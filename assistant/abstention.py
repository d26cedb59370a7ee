"""Whether the documents hold the answer: a calibrated decision from several signals.

No signal decides alone: cosines of e5 lie close together for related and unrelated text, and fused
z scores compare candidates with each other, never with "nothing". So absolute signals are joined
in a logistic model: how much of the question's rare words the best passages hold, how far the best
sentence and the best question beside a passage stand above the corpus background, and whether the
best statements hold the type of answer asked for. Cosines say how near the evidence is, not in
what it differs. So the question's vector is compared with that of the closest evidence dimension by
dimension: questions for results, reasons, prices or names that nobody wrote down lie in other
directions from their evidence than questions that it answers. Last, a small reader takes question
and evidence in together (assistant/reader.py); `Joined` weighs its word against all the others'.

The model is fitted by `python -m eval.tune` on dev questions, on eval/tuning and on NorQuAD
questions that no document answers; the threshold keeps most of the answerable ones. Weights of
dimensions hold for one embedding model; with another, a model without them decides.
Weights: assistant/data/abstention.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer_type import (
    AnswerType,
    asked_type,
    asks_for_now,
    asks_for_result,
    holds_type,
)
from assistant.features import FEATURES
from assistant.query import Query
from assistant.reader import Reader
from assistant.retrieval import Ranking
from assistant.statements import Statement, score_statements
from corpus.analysis import analyse
from corpus.index import SearchIndex
from corpus.register import UnitKind
from corpus.vectors import Vectors

WEIGHTS_FILE = Path(__file__).parent / "data" / "abstention.json"
BACKGROUND_SAMPLE = 512
LOOKED_AT = 2
STATEMENTS_READ = 4
FAR_OFF = 0.35
HALF = 0.5  # of a word's terms: with fewer it is missing
TYPO_SHARE = 0.5
TYPO_LETTERS = 6  # a shorter name shares too few letter groups with what was meant
CLOSE_PASSAGES = 4
CLOSE_QUESTIONS = 6
MAX_LAG = 6.0
SURE = 5.0  # log-odds beyond which the reader's word counts no more
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"(?<=[\w,] )[A-ZÆØÅ][\w-]+|\b[A-ZÆØÅ]{2,}\w*")
NAME_STEM = 8  # letters compared, so that endings ("Trondheims", "Helseplattformens") do not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the decision rests on; all higher when the answer is likelier to be there."""

    coverage: float  # best BM25 score over the sum of the question's idf
    coverage_beside: float  # the same in the questions beside passages
    far_off: float  # how far both coverages fall short of FAR_OFF: another subject altogether
    word_share: float  # rarity-weighted share of the question's words held by the best passages
    rarest_word: float  # share of the rarest content word's terms held by the best passages
    known_words: float  # rarity-weighted share of the question's words held anywhere in the corpus
    numbers: float  # share of the question's numbers and years held by the best passages
    names: float  # share of its capitalised words held by the best passages
    names_first: float  # the same in the first hit alone
    type_asked: float  # 1 when the question wants a number, amount, share, person or time
    type_held: float  # 1 when one of the best statements holds that type (or none is asked)
    type_lag: float  # how far the best statement that holds it scores behind the best of all
    sentence: float  # best sentence's cosine, in deviations above the background
    beside: float  # best question's cosine, in deviations above the background
    beside_overlap: float  # share of the question's words in the closest questions beside passages
    beside_type: float  # 1 when one of the closest asks for the same type of answer
    question_cosine: float  # best question's cosine itself
    question_lead: float  # how far it stands above those of the other passages, in deviations
    near_share: float  # rarity-weighted share of the question's words in the closest question
    near_back: float  # share of the closest question's terms in the question
    missing: float  # rarity of the words that neither passages nor closest questions hold, summed
    missing_most: float  # the same for the rarest of them
    lacks_amount: float  # 1 when an amount is asked for and no best statement holds one
    lacks_number: float  # the same for numbers, shares and durations
    lacks_date: float  # the same for days and years
    lacks_person: float  # the same for somebody's name
    lacks_contact: float  # the same for addresses, telephone numbers and opening hours
    asks_now: float  # 1 when it asks how things stand today
    asks_result: float  # 1 when it asks what became of something
    unknown_words: float  # share of the question's words that stand nowhere, unweighted
    gap: float  # fused score of the first hit less the mean of the next four
    agreement: float  # 1 when the best lexical and the best dense candidate are the same
    english: float
    has_questions: float = 0.0  # 1 when questions stand beside the first hit
    compared: tuple[float, ...] = ()  # the question's vector with its evidence's, see `compare`
    read: float | None = None  # the reader's log-odds that the evidence answers; None without it

    def values(self) -> dict[str, float]:
        """The signals that are one number, by name."""
        return {name: getattr(self, name) for name in SCALARS}


SCALARS = tuple(
    one.name for one in fields(Signals) if one.name not in ("has_questions", "compared", "read")
)


@dataclass(frozen=True, slots=True)
class Joined:
    """How the log-odds of signals and reader are weighed, with a threshold of its own."""

    signals: float
    reader: float
    bias: float
    threshold: float


@dataclass(frozen=True, slots=True)
class AbstentionModel:
    """A logistic model over the signals; answers when the probability reaches `threshold`.

    `direction` (2 dim,) weighs `Signals.compared`, for vectors of the model named by `embedding`;
    `undirected` decides where there are no such vectors. `plain` is the model for answers from a
    passage without questions beside it, where the signals that come from those say nothing;
    without it one model serves both. `joined` brings the reader in where it has read.
    """

    weights: Mapping[str, float]
    bias: float
    threshold: float
    direction: tuple[float, ...] = ()
    embedding: str | None = None
    undirected: AbstentionModel | None = None
    plain: AbstentionModel | None = None
    joined: Joined | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> AbstentionModel:
        """The model of a record, as `python -m eval.tune` writes it."""
        inner = {name: cls.of(record[name]) for name in ("undirected", "plain") if record.get(name)}
        direction = tuple(record.get("direction", ()))
        joined = Joined(**record["joined"]) if record.get("joined") else None
        return cls(**{**record, **inner, "direction": direction, "joined": joined})

    def for_embedding(self, fingerprint: str) -> AbstentionModel:
        """The model to use with vectors of that embedding model."""
        if self.embedding in (None, fingerprint):
            return self
        base = self.undirected or self
        plain = self.plain and (self.plain.undirected or self.plain)
        return replace(base, plain=plain)

    def probability(self, signals: Signals) -> float:
        """Probability that the documents hold the answer, in [0, 1]."""
        model = self._judging(signals)
        values = signals.values()
        total = model.bias + sum(w * values[name] for name, w in model.weights.items())
        if model.direction:
            total += float(np.dot(model.direction, signals.compared))
        if model.joined is not None and signals.read is not None:
            joined = model.joined
            word = max(-SURE, min(SURE, signals.read))
            total = joined.signals * total + joined.reader * word + joined.bias
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))

    def answers(self, signals: Signals, read: Callable[[], float | None] | None = None) -> bool:
        """Whether to answer rather than abstain.

        `read` gives the reader's word, and is only called where that can turn the decision.
        """
        model = self._judging(signals)
        joined = model.joined
        if joined is not None and signals.read is None and read is not None:
            worst, best = (replace(signals, read=word) for word in (-SURE, SURE))
            if self.probability(worst) >= joined.threshold:
                return True
            if self.probability(best) < joined.threshold:
                return False
            signals = replace(signals, read=read())
        reads = joined is not None and signals.read is not None
        threshold = joined.threshold if joined is not None and reads else model.threshold
        return self.probability(signals) >= threshold

    def _judging(self, signals: Signals) -> AbstentionModel:
        model = self.plain if self.plain is not None and not signals.has_questions else self
        if len(model.direction) != len(signals.compared) and model.undirected is not None:
            return model.undirected
        return model


@cache
def bundled_abstention() -> AbstentionModel:
    """The model that ships with the package."""
    record: dict[str, Any] = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return AbstentionModel.of(record)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A word of the question: the share of its terms that is held, and its idf."""

    word: str
    share: float
    rarity: float


class SignalReader:
    """Reads the signals of a ranking against one index's background."""

    def __init__(
        self, index: SearchIndex, *, use_questions: bool, reader: Reader | None = None
    ) -> None:
        self._index = index
        self._reader = reader
        self._adapted = use_questions
        self._sentences = index.dense.sample(
            BACKGROUND_SAMPLE, UnitKind.SENTENCE, adapted=use_questions
        )
        self._questions = index.dense.sample(
            BACKGROUND_SAMPLE if use_questions else 0, UnitKind.QUESTION
        )
        self._has_questions = len(self._questions) > 0

    def read(
        self, query: Query, ranking: Ranking, statements: Sequence[Statement] | None = None
    ) -> Signals:
        """The signals; all zero when nothing was found.

        Args:
            query: the question.
            ranking: its hits.
            statements: of the best hits, best first; scored here when not given.
        """
        if statements is None:
            statements = score_statements(query, ranking, self._index)
        if not ranking.hits or not statements:
            told = {"far_off": FAR_OFF, "english": float(query.language == "en")}
            nothing = {**dict.fromkeys(SCALARS, 0.0), **told}
            return Signals(**nothing, has_questions=float(self._has_questions), compared=())
        lexical = self._index.lexical
        column = {name: ranking.features[:, n] for n, name in enumerate(FEATURES)}
        coverage = float(lexical.coverage(query.terms, {"passage": 1.0}).max())
        # An answer from a passage without questions beside it must not be refused for lacking them.
        has_questions = self.has_questions(ranking)
        coverage_beside = coverage
        if has_questions:
            coverage_beside = float(lexical.coverage(query.terms, {"questions": 1.0}).max())
        texts = [
            f"{hit.passage.context} {hit.passage.readable}" for hit in ranking.hits[:LOOKED_AT]
        ]
        text = " ".join(texts)
        known = {word: self._known(word) for word in query.words}
        words = {one.word: one for one in self._words(query, texts)}
        rarest = max(words.values(), key=lambda one: one.rarity, default=None)
        share = _weighted(words.values())
        best = ranking.hits[0].passage
        first = f"{best.context} {best.readable}"
        kind = asked_type(query.text)
        close = self.closest_questions(ranking)
        closest = self._best(ranking, UnitKind.QUESTION) if has_questions else None
        nearest = close[0] if close else text
        asked, beside = set(analyse(query.text)), analyse(nearest)
        missing = [w.rarity for w in self._words(query, [text, *close]) if w.share < HALF]
        typed = [holds_type(one.text, kind) for one in statements]
        best_typed = max(
            (one.score for one, held in zip(statements, typed, strict=True) if held),
            default=-MAX_LAG,
        )
        lacks = kind if not any(typed[:STATEMENTS_READ]) else AnswerType.OPEN
        scores = ranking.scores
        vector = self._index.dense.adapt(query.vector) if self._adapted else query.vector
        return Signals(
            coverage=coverage,
            coverage_beside=coverage_beside,
            far_off=max(0.0, FAR_OFF - max(coverage, coverage_beside)),
            word_share=share,
            rarest_word=0.0 if rarest is None else rarest.share,
            known_words=_weighted(
                replace(one, share=float(known[one.word])) for one in words.values()
            ),
            numbers=_share_held(NUMBER.findall(query.text), text),
            names=_names_held(query.text, text),
            names_first=_names_held(query.text, first),
            type_asked=float(kind is not AnswerType.OPEN),
            type_held=float(any(typed[:STATEMENTS_READ])),
            type_lag=min(MAX_LAG, statements[0].score - best_typed),
            sentence=_above(self._best(ranking, UnitKind.SENTENCE), self._sentences, vector),
            beside=_above(closest, self._questions, vector),
            beside_overlap=max((self._share(query, text) for text in close), default=share),
            beside_type=float(
                kind is AnswerType.OPEN
                or not has_questions
                or any(asked_type(text) is kind for text in close)
            ),
            question_cosine=closest or 0.0,
            question_lead=self._lead(ranking, vector) if has_questions else 0.0,
            near_share=self._share(query, nearest),
            near_back=_mean([term in asked for term in beside]),
            missing=sum(missing),
            missing_most=max(missing, default=0.0),
            lacks_amount=float(lacks is AnswerType.AMOUNT),
            lacks_number=float(lacks in (AnswerType.NUMBER, AnswerType.SHARE, AnswerType.DURATION)),
            lacks_date=float(lacks in (AnswerType.TIME, AnswerType.DATE)),
            lacks_person=float(lacks is AnswerType.PERSON),
            lacks_contact=float(lacks is AnswerType.CONTACT),
            asks_now=float(asks_for_now(query.text)),
            asks_result=float(asks_for_result(query.text)),
            unknown_words=_mean([not known[word] for word in query.words]),
            gap=scores[0] - float(np.mean(scores[1:5])) if len(scores) > 1 else 0.0,
            agreement=float(
                int(column["lexical_passage"].argmax()) == int(column["dense_sentence"].argmax())
            ),
            english=float(query.language == "en"),
            has_questions=float(has_questions),
            compared=self._compared(query, ranking, has_questions=has_questions),
        )

    def _compared(
        self, query: Query, ranking: Ranking, *, has_questions: bool
    ) -> tuple[float, ...]:
        """The question beside its evidence: the first hit's best sentence, the best question."""
        first = ranking.units[ranking.rows[0]].ranked(UnitKind.SENTENCE)[:1]
        questions = [
            one
            for row in (ranking.rows[:CLOSE_PASSAGES] if has_questions else ())
            for one in ranking.units[row].ranked(UnitKind.QUESTION)[:1]
        ]
        best = sorted(questions, key=lambda one: -one[1])[:1]
        evidence = self._index.dense.vectors([unit for unit, _ in (*first, *best)])
        return compare(query.vector, evidence) if len(evidence) else ()

    def _best(self, ranking: Ranking, kind: UnitKind) -> float | None:
        found = [scores.best(kind) for scores in ranking.units.values()]
        return max((value for value in found if value is not None), default=None)

    def _lead(self, ranking: Ranking, vector: Vectors) -> float:
        """How far the best passage's questions lie above the third to sixth best passage's."""
        found = [scores.best(UnitKind.QUESTION) for scores in ranking.units.values()]
        known = sorted((value for value in found if value is not None), reverse=True)
        if len(known) < 3:
            return 0.0
        spread = float((self._questions @ vector).std()) or 1.0
        return (known[0] - float(np.mean(known[2:6]))) / spread

    def prepare(self) -> None:
        """Load now what the first question would wait for."""
        if self._reader is not None:
            self._reader.prepare()

    def reading(
        self, query: Query, ranking: Ranking, statements: Sequence[Statement]
    ) -> float | None:
        """The reader's word on the evidence; None without a reader or any evidence."""
        if self._reader is None or not statements:
            return None
        close = self.closest_questions(ranking)
        return self._reader.read(query.text, [one.text for one in statements], close)

    def has_questions(self, ranking: Ranking) -> bool:
        """Whether questions stand beside the first hit."""
        return self._has_questions and bool(ranking.hits[0].features["has_questions"])

    def closest_questions(self, ranking: Ranking) -> list[str]:
        """The questions beside the best passages that are closest; none without `has_questions`."""
        if not self.has_questions(ranking):
            return []
        found: list[tuple[float, str]] = []
        for row in ranking.rows[:CLOSE_PASSAGES]:
            units = self._index.units_of(row)
            for number, cosine in ranking.units[row].ranked(UnitKind.QUESTION)[:CLOSE_QUESTIONS]:
                found.append((cosine, units[number].text))
        return [text for _, text in sorted(found, reverse=True)[:CLOSE_QUESTIONS]]

    def _share(self, query: Query, text: str) -> float:
        """Rarity-weighted share of the question's words that a text holds."""
        return _weighted(self._words(query, [text]))

    def _words(self, query: Query, texts: Sequence[str]) -> list[_Word]:
        """The question's words with what the texts together hold of each, in order."""
        held = {term for text in texts for term in analyse(text)}
        found = []
        for word in query.words:
            terms = analyse(word)
            if terms:
                share = sum(term in held for term in terms) / len(terms)
                rarity = max(self._index.lexical.idf(term) for term in terms)
                found.append(_Word(word=word, share=share, rarity=rarity))
        return found

    def _known(self, word: str) -> bool:
        """Whether a passage, a heading or a question beside one holds the word, typos forgiven.

        A word with a typo still shares most of its letter groups with the one that was meant.
        """
        stem, *grams = analyse(word) or [""]
        lexical = self._index.lexical
        if not stem or lexical.scores([stem]).max() > 0:
            return True
        return bool(grams) and bool(lexical.matched_share(grams).max() >= TYPO_SHARE)


def compare(question: Vectors, evidence: Vectors) -> tuple[float, ...]:
    """A question (dim,) beside its evidence (n, dim): (2 dim,), all of the model's own vectors.

    Less the evidence's mean, and times that: what is asked beyond it, and what is in both. The
    question's own vector is not there, so that no subject is learnt to have no answer.
    """
    mean = evidence.mean(axis=0)
    return tuple(map(float, np.concatenate([question - mean, question * mean])))


def _above(best: float | None, background: Vectors, vector: Vectors) -> float:
    """How many deviations a cosine stands above those of the background; 0 without either."""
    if best is None or not len(background):
        return 0.0
    cosines = background @ vector
    return (best - float(cosines.mean())) / (float(cosines.std()) or 1.0)


def _weighted(words: Iterable[_Word]) -> float:
    """Mean share, weighted by rarity; 0 without words."""
    counted = list(words)
    total = sum(one.rarity for one in counted)
    return sum(one.share * one.rarity for one in counted) / total if total else 0.0


def _mean(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def names_in(question: str) -> list[str]:
    """Capitalised words within the sentence, abbreviations at its start too."""
    return [w for w in NAME.findall(question) if len(w) > 1]


def _names_held(question: str, text: str) -> float:
    """Share of the question's names that the text holds, endings and typos forgiven."""
    names = names_in(question)
    if not names:
        return 1.0
    lowered = text.casefold()
    held = set(analyse(text))

    def stands(name: str) -> bool:
        if name.casefold()[:NAME_STEM] in lowered:
            return True
        _, *grams = analyse(name) or [""]
        return len(name) >= TYPO_LETTERS and (
            sum(gram in held for gram in grams) >= TYPO_SHARE * len(grams) > 0
        )

    return sum(map(stands, names)) / len(names)


def _share_held(wanted: Sequence[str], text: str) -> float:
    """Share of the wanted strings that the text holds; 1 when nothing is wanted."""
    if not wanted:
        return 1.0
    lowered = text.casefold()
    return sum(one.casefold()[:NAME_STEM] in lowered for one in wanted) / len(wanted)
