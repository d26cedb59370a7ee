"""A BM25 index over several fields of the same passages, kept on disk and mapped into memory.

Each field ("passage", "context", "questions") is an index of its own, so a short field is not
drowned by a long one and its weight can be chosen per query. Every term's finished scores lie by
passage; a query only adds up columns, with its own term weights. Scores come for all passages at
once: fusion needs the whole distribution, not the best ten. Terms are found by bisection in the
mapped vocabulary, so opening an index reads next to nothing, however large it is.
`corpus.lexical_writer` makes the files.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from corpus.errors import FingerprintError, NoIndexError
from corpus.lexical_writer import (
    COLUMNS,
    FORMAT,
    MANIFEST,
    PASSAGES,
    SCORES,
    TERM_ENDS,
    TERMS,
    idf,
)

Scores = NDArray[np.float32]

# The rarest of a query's terms are kept: a 10,000-character question has 4,000 terms and more.
MAX_QUERY_TERMS = 400
_COLUMNS_KEPT = 8192  # looked-up terms a field: a question asks for its own several times


class _Field:
    """One field: finished scores, a column of passages for each term.

    Raises:
        OSError: a file is missing.
    """

    def __init__(self, folder: Path, passage_count: int) -> None:
        self.passage_count = passage_count
        self._scores: Scores = np.load(folder / SCORES, mmap_mode="r")
        self._passages: NDArray[np.int32] = np.load(folder / PASSAGES, mmap_mode="r")
        # Views give plain ints and bytes, several times faster than elements of a mapped array.
        self._columns = memoryview(np.load(folder / COLUMNS, mmap_mode="r"))
        self._terms = memoryview(np.load(folder / TERMS, mmap_mode="r"))
        self._ends = memoryview(np.load(folder / TERM_ENDS, mmap_mode="r"))
        self._column = lru_cache(maxsize=_COLUMNS_KEPT)(self._find)

    def frequency(self, term: str) -> int:
        """In how many passages `term` stands."""
        column = self._column(term)
        return column.stop - column.start

    def idf(self, term: str) -> float:
        return idf(self.frequency(term), self.passage_count)

    def add_scores(self, terms: Mapping[str, float], total: Scores, *, factor: float) -> None:
        for term, weight in terms.items():
            part = self._column(term)
            if part.start == part.stop:
                continue
            # A passage stands once in a column, so this indexing adds each score exactly once.
            total[self._passages[part]] += self._scores[part] * np.float32(factor * weight)

    def holding(self, term: str) -> NDArray[np.int32]:
        """The passages that have `term`, ascending."""
        return self._passages[self._column(term)]

    def _find(self, term: str) -> slice[int, int, None]:
        encoded = term.encode(errors="surrogatepass")
        number = bisect_left(range(len(self._ends)), encoded, key=self._term)
        if number == len(self._ends) or self._term(number) != encoded:
            return slice(0, 0, None)
        return slice(self._columns[number], self._columns[number + 1], None)

    def _term(self, number: int) -> bytes:
        return bytes(self._terms[self._ends[number - 1] if number else 0 : self._ends[number]])


class LexicalIndex:
    """BM25 (Lucene's variant) over fields of the same passages, in the order they were added.

    A query is either terms (repeats count) or terms with weights,
    as `corpus.analysis.query_weights` gives them. The same query always gives the same scores.
    """

    def __init__(
        self, fields: Mapping[str, _Field], *, k1: float, b: float, fingerprint: str
    ) -> None:
        self._fields = MappingProxyType(dict(fields))
        self.k1 = k1
        self.b = b
        self.fingerprint = fingerprint

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields in the order they were given."""
        return tuple(self._fields)

    def __len__(self) -> int:
        return next(iter(self._fields.values())).passage_count

    def idf(self, term: str, *, field: str = "passage") -> float:
        """ln(1 + (n - df + ½) / (df + ½)) of a term in `field`; highest for a term it lacks.

        Source: Lucene's BM25Similarity.
        """
        return self._field(field).idf(term)

    def scores(
        self, query: Mapping[str, float] | Iterable[str], weights: Mapping[str, float] | None = None
    ) -> Scores:
        """BM25 of every passage, float32 (n,): the fields' scores times `weights`, added up.

        Of a query of more than 400 different terms only the rarest known ones count. Without
        `weights` each field weighs 1; a field that `weights` does not name weighs 0.
        """
        total = np.zeros(len(self), dtype=np.float32)
        terms = self._terms(query)
        for name, factor in self._weights(weights).items():
            self._fields[name].add_scores(terms, total, factor=factor)
        return total

    def coverage(
        self, query: Mapping[str, float] | Iterable[str], weights: Mapping[str, float] | None = None
    ) -> Scores:
        """`scores` divided by the sum of the query's idf, float32 (n,) in [0, 1).

        How much of what the question asks a passage has, comparable between questions. Terms the
        index lacks count in full below the line, so a question on something else stays low. All
        zeros for a query without terms.
        """
        terms = self._terms(query)
        whole = sum(
            factor * weight * self._fields[name].idf(term)
            for name, factor in self._weights(weights).items()
            for term, weight in terms.items()
        )
        scores = self.scores(terms, weights)
        return scores / np.float32(whole) if whole else scores

    def matched_share(
        self, query: Mapping[str, float] | Iterable[str], fields: Iterable[str] | None = None
    ) -> Scores:
        """Share of the query's idf whose terms a passage has in any of `fields`, float32 (n,).

        Unlike `coverage` it does not ask how often or how long: 1 means every term is there. The
        idf is that of the first field.
        """
        names = tuple(fields) if fields is not None else self.field_names
        terms = self._terms(query)
        shares = np.zeros(len(self), dtype=np.float32)
        whole = 0.0
        for term, weight in terms.items():
            worth = weight * self._field(names[0]).idf(term)
            whole += worth
            held = np.zeros(len(self), dtype=np.bool_)
            for name in names:
                held[self._field(name).holding(term)] = True
            shares[held] += np.float32(worth)
        return shares / np.float32(whole) if whole else shares

    @classmethod
    def load(cls, folder: Path, *, fingerprint: str | None = None) -> LexicalIndex:
        """Open an index; its files are mapped, not read.

        Raises:
            NoIndexError: `folder` holds no lexical index.
            FingerprintError: it was made by another format, or another analysis than `fingerprint`.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as error:
            raise NoIndexError(
                f"No lexical index in {folder}; `stifinner ingest` makes one."
            ) from error
        if manifest["format"] != FORMAT or fingerprint not in (None, manifest["fingerprint"]):
            raise FingerprintError(
                "The lexical index was made with other word lists or rules; "
                "run `stifinner ingest --rebuild`."
            )
        fields = {}
        for number, name in enumerate(manifest["fields"]):
            try:
                fields[name] = _Field(folder / f"field-{number}", manifest["passages"])
            except OSError as error:
                raise NoIndexError(
                    f"The lexical index lacks {error.filename}; run `stifinner ingest --rebuild`."
                ) from error
        return cls(fields, k1=manifest["k1"], b=manifest["b"], fingerprint=manifest["fingerprint"])

    def _field(self, name: str) -> _Field:
        if name not in self._fields:
            raise ValueError(f"no field {name!r}; there are {', '.join(self._fields)}")
        return self._fields[name]

    def _weights(self, weights: Mapping[str, float] | None) -> Mapping[str, float]:
        if weights is None:
            return dict.fromkeys(self._fields, 1.0)
        for name in weights:
            self._field(name)
        return weights

    def _terms(self, query: Mapping[str, float] | Iterable[str]) -> Mapping[str, float]:
        """The query as weights by term, cut to the rarest known terms when there are too many."""
        if isinstance(query, Mapping):
            weights = dict(query)
        else:
            weights = {}
            for term in query:
                weights[term] = weights.get(term, 0.0) + 1.0
        if len(weights) <= MAX_QUERY_TERMS:
            return weights
        frequency = {
            term: sum(field.frequency(term) for field in self._fields.values()) for term in weights
        }
        # Unknown terms last: they bring no score, and `coverage` should judge by what can match.
        ranked = sorted(weights, key=lambda term: (not frequency[term], frequency[term], term))
        return {term: weights[term] for term in ranked[:MAX_QUERY_TERMS]}
