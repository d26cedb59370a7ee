"""What is known of a candidate passage for a query: one row of numbers, in the order of FEATURES.

All are raw here; the ranking model makes them z scores over the candidates. A passage without
windows or questions takes the value of the weakest candidate that has one, so that having none is
neither reward nor more than the least penalty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.query import Query
from corpus.lexical import LexicalIndex
from corpus.records import BlockKind, Passage
from corpus.register import UnitKind
from corpus.vectors import UnitScores, Vectors

FEATURES = (
    "lexical_passage",
    "lexical_context",
    "lexical_questions",
    "lexical_added",
    "dense_passage",
    "dense_sentence",
    "dense_window",
    "dense_question",
    "is_footnote",
    "is_caption",
    "is_table_row",
    "length",
)
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The candidate passages with their scores; all sequences are in the same order."""

    rows: Sequence[int]
    passages: Sequence[Passage]
    units: Sequence[UnitScores]
    lexical: Mapping[str, Vectors]
    use_questions: bool


def extract(query: Query, candidates: Candidates, lexical: LexicalIndex) -> Matrix:
    """Features (candidates, FEATURES) as float32."""
    del query, lexical
    count = len(candidates.rows)
    zeros = np.zeros(count, dtype=np.float32)
    kinds = [passage.kind for passage in candidates.passages]
    columns: dict[str, npt.NDArray[Any]] = {
        "lexical_passage": candidates.lexical["passage"],
        "lexical_context": candidates.lexical["context"],
        "lexical_questions": candidates.lexical.get("questions", zeros),
        "lexical_added": candidates.lexical["expanded"],
        "dense_passage": _best(candidates.units, UnitKind.PASSAGE),
        "dense_sentence": _best(candidates.units, UnitKind.SENTENCE),
        "dense_window": _best(candidates.units, UnitKind.WINDOW),
        "dense_question": (
            _best(candidates.units, UnitKind.QUESTION) if candidates.use_questions else zeros
        ),
        "is_footnote": _is(kinds, BlockKind.FOOTNOTE),
        "is_caption": _is(kinds, BlockKind.CAPTION),
        "is_table_row": _is(kinds, BlockKind.TABLE_ROW),
        "length": np.log1p([passage.token_count for passage in candidates.passages]),
    }
    return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


def _best(units: Sequence[UnitScores], kind: UnitKind) -> Matrix:
    found = [scores.best(kind) for scores in units]
    known = [value for value in found if value is not None]
    weakest = min(known, default=0.0)
    return np.asarray([weakest if v is None else v for v in found], dtype=np.float32)


def _is(kinds: Sequence[BlockKind], kind: BlockKind) -> Matrix:
    return np.asarray([one is kind for one in kinds], dtype=np.float32)
