"""The statements of the best passages, scored: what an extractive answer can be made of.

A statement is a sentence, list item or table row of a hit. Its score is a weighted sum of the
COMPONENTS, each a z score over all statements looked at. The weights come from `eval.tune`: one
set for collections with questions beside passages, one for those without. What the questions of a
passage without any would have said, among others that have some, is expected from the statement's
own vector and words, as in assistant/ranking.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer_type import AnswerType, asked_type, holds_type
from assistant.features import weakest_for_none
from assistant.query import Query
from assistant.ranking import LIKENESS
from assistant.retrieval import Ranking
from corpus.analysis import analyse
from corpus.index import SearchIndex
from corpus.records import BlockKind, Passage
from corpus.register import Unit, UnitKind

PASSAGES_READ = 6
ADDED_WEIGHT = 0.4
MEAN_OF = 2
TERMS_KEPT = 4096  # texts, some 5 kB each
UNTOLD = 0.5  # between holding the type asked for and not, when any text holds it
COMPONENTS = (
    "dense",  # cosine of the statement's vector with the question's
    "lexical",  # share of the question's terms that it holds, weighted by rarity
    "beside",  # cosine of the closest question written beside it
    "beside_mean",  # mean of the closest two
    "together",  # share of the terms that it and a question beside it hold between them
    "asked",  # how many questions were written beside it: what says much is asked about most
    "type",  # whether it holds the type of answer that is asked for
    "near",  # the better sum of dense, lexical and beside of its neighbours
    "passage",  # its passage's rank score
)
WITH_QUESTIONS, WITHOUT_QUESTIONS = "weights", "plain"
WEIGHTS_FILE = Path(__file__).parent / "data" / "statements.json"
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A span of a document that may stand in an answer; `rank` is its passage's rank."""

    passage: Passage
    start: int
    end: int
    text: str
    rank: int
    score: float
    dense: float
    lexical: float


def score_statements(
    query: Query, ranking: Ranking, index: SearchIndex, passages_read: int = PASSAGES_READ
) -> list[Statement]:
    """All statements of the best passages, best first; ties in reading order."""
    found, parts = components(query, ranking, index, passages_read)
    if not found:
        return []
    weights = bundled_weights()[group(parts)]
    total = parts @ np.asarray([weights[name] for name in COMPONENTS])
    scored = [replace(one, score=float(total[n])) for n, one in enumerate(found)]
    return sorted(scored, key=lambda one: -one.score)


def group(parts: Array) -> str:
    """Which weights such parts (n, COMPONENTS) take: of statements with questions or without."""
    beside = parts[:, COMPONENTS.index("beside")]
    return WITH_QUESTIONS if beside.any() else WITHOUT_QUESTIONS


def components(
    query: Query, ranking: Ranking, index: SearchIndex, passages_read: int
) -> tuple[list[Statement], Array]:
    """The statements unscored, in reading order by rank, and their parts (n, COMPONENTS)."""
    found: list[Statement] = []
    rows: list[tuple[float, float, float, float, float]] = []
    with_questions: set[int] = set()  # ranks of passages
    kind = asked_type(query.text)
    weights = _term_weights(query, index)
    for hit, row in list(zip(ranking.hits, ranking.rows, strict=True))[:passages_read]:
        scores = ranking.units[row]
        units = index.units_of(row)
        beside = [
            _Beside(units[n], c, _terms(units[n].text))
            for n, c in scores.ranked(UnitKind.QUESTION)
            if n in units
        ]
        if beside:
            with_questions.add(hit.rank)
        for n, cosine in sorted(scores.ranked(UnitKind.SENTENCE)):
            unit = units[n]
            held = _terms(unit.text)
            lexical = _share(weights, held)
            own = [q for q in beside if q.unit.start < unit.end and q.unit.end > unit.start]
            cosines = [q.cosine for q in own]  # closest first
            rows.append(
                (
                    max(cosines, default=np.nan),
                    float(np.mean(cosines[:MEAN_OF])) if cosines else np.nan,
                    max([lexical, *(_share(weights, held | q.terms) for q in own)]),
                    np.log1p(len(own)),
                    UNTOLD if kind is AnswerType.OPEN else float(holds_type(unit.text, kind)),
                )
            )
            found.append(
                Statement(
                    passage=hit.passage,
                    start=unit.start,
                    end=unit.end,
                    text=unit.text,
                    rank=hit.rank,
                    score=0.0,
                    dense=cosine,
                    lexical=lexical,
                )
            )
    if not found:
        return [], np.zeros((0, len(COMPONENTS)))
    by_rank = {hit.rank: hit.score for hit in ranking.hits}
    beside_best, beside_mean, together, asked, typed = np.asarray(rows).T
    by_dense = _z(np.asarray([one.dense for one in found]))
    by_lexical = _z(np.asarray([one.lexical for one in found]))
    known = np.asarray([one.rank in with_questions for one in found])
    columns = {
        "dense": by_dense,
        "lexical": by_lexical,
        "beside": _z_known(weakest_for_none(beside_best), known, by_dense),
        "beside_mean": _z_known(weakest_for_none(beside_mean), known, by_dense),
        "together": _z_known(together, known, by_lexical),
        "asked": _z_known(asked, known, np.zeros(len(found))),
        "type": _z(typed),
        "passage": _z(np.asarray([by_rank[one.rank] for one in found])),
    }
    own_sum = columns["dense"] + columns["lexical"] + columns["beside"]
    columns["near"] = _neighbours(found, own_sum)
    return found, np.stack([columns[name] for name in COMPONENTS], axis=1)


@cache
def bundled_weights() -> Mapping[str, Mapping[str, float]]:
    """The weights that ship with the package, by group and component."""
    weights: dict[str, dict[str, float]] = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return weights


@dataclass(frozen=True, slots=True)
class _Beside:
    unit: Unit
    cosine: float
    terms: frozenset[str]


def _neighbours(found: Sequence[Statement], scores: Array) -> Array:
    """The better score of the statements before and after, within the passage; 0 without one.

    An answer often stands beside the sentence that sounds like the question.
    """
    near = np.zeros_like(scores)
    for n, one in enumerate(found):
        beside = [
            float(scores[m])
            for m in (n - 1, n + 1)
            if 0 <= m < len(found) and found[m].passage.id == one.passage.id
        ]
        near[n] = max([0.0, *beside])
    return near


def share_of_terms(query: Query, text: str, index: SearchIndex) -> float:
    """Share of the query's rarity-weighted terms that the text holds, in [0, 1]."""
    return _share(_term_weights(query, index), _terms(text))


@lru_cache(maxsize=TERMS_KEPT)
def _terms(text: str) -> frozenset[str]:
    """A text's terms; the same few hundred passages are read for most questions."""
    return frozenset(analyse(text, "nb"))


def _term_weights(query: Query, index: SearchIndex) -> Mapping[str, float]:
    """The query's terms and, at a lower weight, the added ones, weighted by rarity."""
    weights = {term: weight * index.lexical.idf(term) for term, weight in query.terms.items()}
    for term, weight in query.added_terms.items():
        weights.setdefault(term, ADDED_WEIGHT * weight * index.lexical.idf(term))
    return weights


def _share(weights: Mapping[str, float], held: Iterable[str]) -> float:
    total = sum(weights.values())
    return sum(weights[term] for term in weights.keys() & held) / total if total else 0.0


def _z_known(values: Array, known: Array, expected: Array) -> Array:
    """Z scores over statements of passages with questions; the others take what is expected."""
    if not known.any():
        return np.zeros(len(values))
    scores = LIKENESS * expected
    scores[known] = _z(values[known])
    return scores


def _z(values: Array) -> Array:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def is_row(passage: Passage) -> bool:
    """Whether a passage is made of table rows."""
    return passage.kind is BlockKind.TABLE_ROW


def in_reading_order(statements: Sequence[Statement]) -> list[Statement]:
    """By passage rank, then by place."""
    return sorted(statements, key=lambda s: (s.rank, s.start))
