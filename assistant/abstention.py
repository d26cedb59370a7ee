"""Whether the documents hold the answer: a calibrated decision from several signals.

No signal decides alone: cosines of e5 lie close together for related and unrelated text, and fused
z scores compare candidates with each other, never with "nothing". So absolute signals are joined
in a logistic model: how much of the question's rare words the best passages hold, how far the best
sentence and the best question beside a passage stand above the corpus background, and whether the
best statements hold the type of answer asked for. It is fitted by `python -m eval.tune` on dev
questions, on eval/tuning and on NorQuAD questions that no document answers; the threshold keeps
about 97 % of the answerable ones. Weights: assistant/data/abstention.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer_type import AnswerType, asked_type, holds_type
from assistant.features import FEATURES
from assistant.query import Query
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
TYPO_SHARE = 0.5
CLOSE_PASSAGES = 4
CLOSE_QUESTIONS = 6
MAX_LAG = 6.0
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
    unknown_words: float  # share of the question's words that stand nowhere, unweighted
    gap: float  # fused score of the first hit less the mean of the next four
    agreement: float  # 1 when the best lexical and the best dense candidate are the same
    english: float


@dataclass(frozen=True, slots=True)
class AbstentionModel:
    """A logistic model over the signals; answers when the probability reaches `threshold`."""

    weights: Mapping[str, float]
    bias: float
    threshold: float

    def probability(self, signals: Signals) -> float:
        """Probability that the documents hold the answer, in [0, 1]."""
        values = asdict(signals)
        total = self.bias + sum(w * values[name] for name, w in self.weights.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))

    def answers(self, signals: Signals) -> bool:
        """Whether to answer rather than abstain."""
        return self.probability(signals) >= self.threshold


@cache
def bundled_abstention() -> AbstentionModel:
    """The model that ships with the package."""
    record: dict[str, Any] = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return AbstentionModel(
        weights=record["weights"], bias=record["bias"], threshold=record["threshold"]
    )


class SignalReader:
    """Reads the signals of a ranking against one index's background."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._sentences = index.dense.sample(BACKGROUND_SAMPLE, UnitKind.SENTENCE)
        self._questions = index.dense.sample(BACKGROUND_SAMPLE, UnitKind.QUESTION)

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
            return Signals(
                coverage=0,
                coverage_beside=0,
                far_off=FAR_OFF,
                word_share=0,
                rarest_word=0,
                known_words=0,
                numbers=0,
                names=0,
                names_first=0,
                type_asked=0,
                type_held=0,
                type_lag=0,
                sentence=0,
                beside=0,
                beside_overlap=0,
                beside_type=0,
                unknown_words=0,
                gap=0,
                agreement=0,
                english=float(query.language == "en"),
            )
        lexical = self._index.lexical
        column = {name: ranking.features[:, n] for n, name in enumerate(FEATURES)}
        coverage = float(lexical.coverage(query.terms, {"passage": 1.0}).max())
        # A collection without questions beside its passages must not be refused for lacking them.
        coverage_beside = coverage
        if len(self._questions):
            coverage_beside = float(lexical.coverage(query.terms, {"questions": 1.0}).max())
        share, rarest, known = self._words(query, ranking)
        text = " ".join(
            f"{hit.passage.context} {hit.passage.readable}" for hit in ranking.hits[:LOOKED_AT]
        )
        best = ranking.hits[0].passage
        first = f"{best.context} {best.readable}"
        kind = asked_type(query.text)
        close = self._closest_questions(ranking)
        typed = [holds_type(one.text, kind) for one in statements]
        best_typed = max(
            (one.score for one, held in zip(statements, typed, strict=True) if held),
            default=-MAX_LAG,
        )
        scores = ranking.scores
        return Signals(
            coverage=coverage,
            coverage_beside=coverage_beside,
            far_off=max(0.0, FAR_OFF - max(coverage, coverage_beside)),
            word_share=share,
            rarest_word=rarest,
            known_words=known,
            numbers=_share_held(NUMBER.findall(query.text), text),
            names=_share_held(_names(query.text), text),
            names_first=_share_held(_names(query.text), first),
            type_asked=float(kind is not AnswerType.OPEN),
            type_held=float(any(typed[:STATEMENTS_READ])),
            type_lag=min(MAX_LAG, statements[0].score - best_typed),
            sentence=_above(self._best(ranking, UnitKind.SENTENCE), self._sentences, query.vector),
            beside=_above(self._best(ranking, UnitKind.QUESTION), self._questions, query.vector),
            beside_overlap=max((self._share(query, text) for text in close), default=share),
            beside_type=float(
                kind is AnswerType.OPEN
                or not len(self._questions)
                or any(asked_type(text) is kind for text in close)
            ),
            unknown_words=_mean([not self._known(word) for word in query.words]),
            gap=scores[0] - float(np.mean(scores[1:5])) if len(scores) > 1 else 0.0,
            agreement=float(
                int(column["lexical_passage"].argmax()) == int(column["dense_sentence"].argmax())
            ),
            english=float(query.language == "en"),
        )

    def _best(self, ranking: Ranking, kind: UnitKind) -> float | None:
        found = [scores.best(kind) for scores in ranking.units.values()]
        return max((value for value in found if value is not None), default=None)

    def _closest_questions(self, ranking: Ranking) -> list[str]:
        """The questions beside the best passages that are closest to the question."""
        found: list[tuple[float, str]] = []
        for row in ranking.rows[:CLOSE_PASSAGES]:
            units = self._index.units_of(row)
            for number, cosine in ranking.units[row].ranked(UnitKind.QUESTION)[:CLOSE_QUESTIONS]:
                found.append((cosine, units[number].text))
        return [text for _, text in sorted(found, reverse=True)[:CLOSE_QUESTIONS]]

    def _share(self, query: Query, text: str) -> float:
        """Rarity-weighted share of the question's words that a text holds."""
        held = set(analyse(text))
        total = shared = 0.0
        for word in query.words:
            terms = analyse(word)
            if terms:
                worth = max(self._index.lexical.idf(term) for term in terms)
                total += worth
                shared += worth * sum(term in held for term in terms) / len(terms)
        return shared / total if total else 0.0

    def _words(self, query: Query, ranking: Ranking) -> tuple[float, float, float]:
        """Shares held by the best passages (all words, the rarest), and known to the corpus."""
        held: set[str] = set()
        for hit in ranking.hits[:LOOKED_AT]:
            held.update(analyse(f"{hit.passage.context} {hit.passage.readable}"))
        weights: dict[str, float] = {}
        for word in query.words:
            terms = analyse(word)
            if terms:
                share = sum(term in held for term in terms) / len(terms)
                weights[word] = share
        if not weights:
            return 0.0, 0.0, 0.0
        rarity = {
            word: max(self._index.lexical.idf(term) for term in analyse(word)) for word in weights
        }
        total = sum(rarity.values()) or 1.0
        rarest = max(weights, key=lambda word: rarity[word])
        known = sum(rarity[w] for w in weights if self._known(w)) / total
        return sum(weights[w] * rarity[w] for w in weights) / total, weights[rarest], known

    def _known(self, word: str) -> bool:
        """Whether a passage, a heading or a question beside one holds the word, typos forgiven.

        A word with a typo still shares most of its letter groups with the one that was meant.
        """
        stem, *grams = analyse(word) or [""]
        lexical = self._index.lexical
        if not stem or lexical.scores([stem]).max() > 0:
            return True
        return bool(grams) and bool(lexical.matched_share(grams).max() >= TYPO_SHARE)


def _above(best: float | None, background: Vectors, vector: Vectors) -> float:
    """How many deviations a cosine stands above those of the background; 0 without either."""
    if best is None or not len(background):
        return 0.0
    cosines = background @ vector
    return (best - float(cosines.mean())) / (float(cosines.std()) or 1.0)


def _mean(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _names(question: str) -> list[str]:
    """Capitalised words within the sentence, abbreviations at its start too."""
    return [w for w in NAME.findall(question) if len(w) > 1]


def _share_held(wanted: Sequence[str], text: str) -> float:
    """Share of the wanted strings that the text holds; 1 when nothing is wanted."""
    if not wanted:
        return 1.0
    lowered = text.casefold()
    return sum(one.casefold()[:NAME_STEM] in lowered for one in wanted) / len(wanted)
