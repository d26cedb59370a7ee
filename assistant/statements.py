"""The statements of the best passages, scored: what an extractive answer can be made of.

A statement is a sentence, list item or table row of a hit. Its score adds, as z scores over all
statements looked at: its own vector's closeness to the question, the question's terms in it
weighted by rarity, the closeness of the questions written beside it, and its passage's rank score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.query import Query
from assistant.retrieval import Ranking
from corpus.analysis import analyse
from corpus.index import SearchIndex
from corpus.records import BlockKind, Passage
from corpus.register import Unit, UnitKind

PASSAGES_READ = 6
ADDED_WEIGHT = 0.4
WEIGHTS = {"dense": 0.8, "lexical": 0.7, "beside": 1.0, "passage": 1.3}


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
    found: list[tuple[Passage, int, Unit, float, float]] = []
    for hit, row in list(zip(ranking.hits, ranking.rows, strict=True))[:passages_read]:
        scores = ranking.units[row]
        units = index.register.units(list(index.dense.unit_rows(row)))
        beside = [
            (units[n], cosine) for n, cosine in scores.ranked(UnitKind.QUESTION) if n in units
        ]
        for n, cosine in sorted(scores.ranked(UnitKind.SENTENCE)):
            unit = units[n]
            helped = [c for q, c in beside if q.start < unit.end and q.end > unit.start]
            found.append((hit.passage, hit.rank, unit, cosine, max(helped, default=np.nan)))
    if not found:
        return []
    dense = np.asarray([f[3] for f in found])
    lexical = np.asarray([_overlap(query, f[2].text, index) for f in found])
    beside_all = np.asarray([f[4] for f in found])
    weakest = np.nanmin(beside_all) if np.isfinite(beside_all).any() else 0.0
    beside_all = np.where(np.isfinite(beside_all), beside_all, weakest)
    by_rank = {hit.rank: hit.score for hit in ranking.hits}
    passage = np.asarray([by_rank[f[1]] for f in found])
    total = (
        WEIGHTS["dense"] * _z(dense)
        + WEIGHTS["lexical"] * _z(lexical)
        + WEIGHTS["beside"] * _z(beside_all)
        + WEIGHTS["passage"] * _z(passage)
    )
    statements = [
        Statement(
            passage=f[0],
            start=f[2].start,
            end=f[2].end,
            text=f[2].text,
            rank=f[1],
            score=float(total[n]),
            dense=float(dense[n]),
            lexical=float(lexical[n]),
        )
        for n, f in enumerate(found)
    ]
    return sorted(statements, key=lambda s: -s.score)


def _overlap(query: Query, text: str, index: SearchIndex) -> float:
    """Share of the query's rarity-weighted terms that the text holds, in [0, 1]."""
    weights = {term: weight * index.lexical.idf(term) for term, weight in query.terms.items()}
    for term, weight in query.added_terms.items():
        weights.setdefault(term, ADDED_WEIGHT * weight * index.lexical.idf(term))
    total = sum(weights.values())
    held = weights.keys() & set(analyse(text, "nb"))
    return sum(weights[term] for term in held) / total if total else 0.0


def _z(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def is_row(passage: Passage) -> bool:
    """Whether a passage is made of table rows."""
    return passage.kind is BlockKind.TABLE_ROW


def in_reading_order(statements: Sequence[Statement]) -> list[Statement]:
    """By passage rank, then by place."""
    return sorted(statements, key=lambda s: (s.rank, s.start))
