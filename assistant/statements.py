"""The statements of the best passages, scored: what an extractive answer can be made of.

A statement is a sentence, list item or table row of a hit. Its score adds, as z scores over all
statements looked at: its own vector's closeness to the question, the question's terms in it
weighted by rarity, the closeness of the questions written beside it, and its passage's rank score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.query import Query
from assistant.retrieval import Ranking
from corpus.analysis import analyse
from corpus.index import SearchIndex
from corpus.records import BlockKind, Passage
from corpus.register import UnitKind

PASSAGES_READ = 6
ADDED_WEIGHT = 0.4
COMPONENTS = ("dense", "lexical", "beside", "near", "passage")
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
    weights = bundled_weights()
    total = parts @ np.asarray([weights[name] for name in COMPONENTS])
    scored = [replace(one, score=float(total[n])) for n, one in enumerate(found)]
    return sorted(scored, key=lambda one: -one.score)


def components(
    query: Query, ranking: Ranking, index: SearchIndex, passages_read: int
) -> tuple[list[Statement], Array]:
    """The statements unscored, in reading order by rank, and their parts (n, COMPONENTS)."""
    found: list[Statement] = []
    beside_best: list[float] = []
    for hit, row in list(zip(ranking.hits, ranking.rows, strict=True))[:passages_read]:
        scores = ranking.units[row]
        units = index.units_of(row)
        beside = [(units[n], c) for n, c in scores.ranked(UnitKind.QUESTION) if n in units]
        for n, cosine in sorted(scores.ranked(UnitKind.SENTENCE)):
            unit = units[n]
            helped = [c for q, c in beside if q.start < unit.end and q.end > unit.start]
            beside_best.append(max(helped, default=np.nan))
            found.append(
                Statement(
                    passage=hit.passage,
                    start=unit.start,
                    end=unit.end,
                    text=unit.text,
                    rank=hit.rank,
                    score=0.0,
                    dense=cosine,
                    lexical=share_of_terms(query, unit.text, index),
                )
            )
    if not found:
        return [], np.zeros((0, len(COMPONENTS)))
    beside_all = np.asarray(beside_best)
    weakest = np.nanmin(beside_all) if np.isfinite(beside_all).any() else 0.0
    by_rank = {hit.rank: hit.score for hit in ranking.hits}
    columns = {
        "dense": _z(np.asarray([one.dense for one in found])),
        "lexical": _z(np.asarray([one.lexical for one in found])),
        "beside": _z(np.where(np.isfinite(beside_all), beside_all, weakest)),
        "passage": _z(np.asarray([by_rank[one.rank] for one in found])),
    }
    own = columns["dense"] + columns["lexical"] + columns["beside"]
    columns["near"] = _neighbours(found, own)
    return found, np.stack([columns[name] for name in COMPONENTS], axis=1)


@cache
def bundled_weights() -> Mapping[str, float]:
    """The weights that ship with the package, by component."""
    weights: dict[str, float] = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["weights"]
    return weights


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
    weights = {term: weight * index.lexical.idf(term) for term, weight in query.terms.items()}
    for term, weight in query.added_terms.items():
        weights.setdefault(term, ADDED_WEIGHT * weight * index.lexical.idf(term))
    total = sum(weights.values())
    held = weights.keys() & set(analyse(text, "nb"))
    return sum(weights[term] for term in held) / total if total else 0.0


def _z(values: Array) -> Array:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def is_row(passage: Passage) -> bool:
    """Whether a passage is made of table rows."""
    return passage.kind is BlockKind.TABLE_ROW


def in_reading_order(statements: Sequence[Statement]) -> list[Statement]:
    """By passage rank, then by place."""
    return sorted(statements, key=lambda s: (s.rank, s.start))
