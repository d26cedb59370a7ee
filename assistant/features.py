"""What is known of a candidate passage for a query: one row of numbers, in the order of FEATURES.

All are raw here; the ranking model makes them z scores over the candidates. A passage without
windows takes the value of the weakest candidate that has one, so that having none is neither reward
nor more than the least penalty. Whether questions stand beside it is a feature of its own, by which
the ranking model knows that the values of such questions mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.document_names import DocumentNames, Mention
from assistant.query import Query
from corpus.records import BlockKind, DocumentInfo, Passage
from corpus.register import UnitKind
from corpus.vectors import KINDS, UnitScores, Vectors

FEATURES = (
    "lexical_passage",
    "lexical_context",
    "lexical_questions",
    "lexical_added",
    "terms_held",
    "dense_passage",
    "dense_sentence",
    "dense_window",
    "dense_question",
    "dense_questions_mean",
    "has_questions",
    "named_document",
    "same_minority_language",
    "is_footnote",
    "is_caption",
    "is_table_row",
    "length",
)
MEAN_OF = 3
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The candidate passages with their scores; all sequences are in the same order."""

    rows: Sequence[int]
    passages: Sequence[Passage]
    units: Sequence[UnitScores]
    lexical: Mapping[str, Vectors]


class Titles:
    """What is known of the documents before any passage is read: their names and languages."""

    def __init__(self, infos: Iterable[DocumentInfo]) -> None:
        known = list(infos)
        self._names = DocumentNames(known)
        self._languages = {str(info.id): info.language for info in known}
        english = sum(info.language == "en" for info in known)
        self._english_is_rare = 2 * english < len(known)

    def named(self, query: Query) -> list[str]:
        """Ids of the documents that a question names."""
        return self._names.named(query)

    def mentions(self, query: Query) -> list[Mention]:
        """Where a question names which document."""
        return self._names.mentions(query.text, query.language)

    def shares_minority_language(self, document_id: str, query: Query) -> bool:
        """Whether question and document are both English, in a Norwegian collection.

        An English question finds an English page first, whatever it says; the feature made of
        this takes that advantage away.
        """
        return (
            self._english_is_rare
            and self._languages[document_id] == "en"
            and query.language == "en"
        )


def extract(query: Query, candidates: Candidates, titles: Titles) -> Matrix:
    """Features (candidates, FEATURES) as float32."""
    named = set(titles.named(query))
    count = len(candidates.rows)
    zeros = np.zeros(count, dtype=np.float32)
    kinds = [passage.kind for passage in candidates.passages]
    units = _EndToEnd.of(candidates.units)
    question = units.best(UnitKind.QUESTION)
    columns: dict[str, npt.NDArray[Any]] = {
        "lexical_passage": candidates.lexical["passage"],
        "lexical_context": candidates.lexical["context"],
        "lexical_questions": candidates.lexical.get("questions", zeros),
        "lexical_added": candidates.lexical["expanded"],
        "terms_held": candidates.lexical["held"],
        "dense_passage": weakest_for_none(units.best(UnitKind.PASSAGE)),
        "dense_sentence": weakest_for_none(units.best(UnitKind.SENTENCE)),
        "dense_window": weakest_for_none(units.best(UnitKind.WINDOW)),
        "dense_question": weakest_for_none(question),
        "dense_questions_mean": weakest_for_none(units.mean_of_best(UnitKind.QUESTION, MEAN_OF)),
        "has_questions": np.isfinite(question),
        "named_document": np.asarray([float(p.document_id in named) for p in candidates.passages]),
        "same_minority_language": np.asarray(
            [
                float(titles.shares_minority_language(p.document_id, query))
                for p in candidates.passages
            ]
        ),
        "is_footnote": _is(kinds, BlockKind.FOOTNOTE),
        "is_caption": _is(kinds, BlockKind.CAPTION),
        "is_table_row": _is(kinds, BlockKind.TABLE_ROW),
        "length": np.log1p([passage.token_count for passage in candidates.passages]),
    }
    return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _EndToEnd:
    """The units of all candidates one after the other (n,), each with its candidate's place."""

    count: int  # of candidates
    places: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.uint8]
    cosines: Vectors

    @classmethod
    def of(cls, units: Sequence[UnitScores]) -> _EndToEnd:
        """The units of at least one candidate."""
        return cls(
            count=len(units),
            places=np.repeat(np.arange(len(units)), [len(one.kinds) for one in units]),
            kinds=np.concatenate([one.kinds for one in units]),
            cosines=np.concatenate([one.cosines for one in units]),
        )

    def best(self, kind: UnitKind) -> npt.NDArray[np.float64]:
        """The highest cosine of a kind in each candidate; NaN where it has none."""
        return self.mean_of_best(kind, 1)

    def mean_of_best(self, kind: UnitKind, most: int) -> npt.NDArray[np.float64]:
        """The mean of the `most` highest cosines of a kind, or of as many as there are."""
        own = np.flatnonzero(self.kinds == KINDS.index(kind))
        own = own[np.lexsort((-self.cosines[own], self.places[own]))]
        places = self.places[own]
        nth = np.arange(len(own)) - np.searchsorted(places, places)
        chosen = own[nth < most]
        counts = np.bincount(self.places[chosen], minlength=self.count)
        sums = np.bincount(self.places[chosen], self.cosines[chosen], minlength=self.count)
        means = np.full(self.count, np.nan)
        np.divide(sums, counts, out=means, where=counts > 0)
        return means


def weakest_for_none(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values (n,), each NaN replaced by the lowest that is known; by 0 where none is."""
    known = np.isfinite(values)
    return np.where(known, values, values[known].min() if known.any() else 0.0)


def _is(kinds: Sequence[BlockKind], kind: BlockKind) -> Matrix:
    return np.asarray([one is kind for one in kinds], dtype=np.float32)
