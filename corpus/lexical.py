"""A BM25 index over several fields of the same passages, kept on disk and mapped into memory.

Each field ("passage", "context", "questions") is a bm25s index of its own, so a short field is not
drowned by a long one and its weight can be chosen per query. bm25s stores every term's finished
scores by passage; a query only adds up columns, which we do here with the query's own term weights.
Scores come for all passages at once: fusion needs the whole distribution, not the best ten.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from math import log1p
from pathlib import Path
from types import MappingProxyType

import bm25s  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from corpus.errors import FingerprintError, NoIndexError

Scores = NDArray[np.float32]

# The rarest of a query's terms are kept: a 10,000-character question has 4,000 terms and more.
MAX_QUERY_TERMS = 400
_FORMAT = 1
_MANIFEST = "lexical.json"


class _Field:
    """One field: bm25s' finished scores, a column of passages for each term."""

    def __init__(self, retriever: bm25s.BM25, passage_count: int) -> None:
        self.retriever = retriever
        self.passage_count = passage_count
        self._vocabulary: Mapping[str, int] = retriever.vocab_dict
        self._scores: Scores = retriever.scores["data"]
        self._passages: NDArray[np.int32] = retriever.scores["indices"]
        # Plain ints slice a mapped array several times faster than numpy's own.
        self._columns: list[int] = retriever.scores["indptr"].tolist()

    def frequency(self, term: str) -> int:
        """In how many passages `term` stands."""
        column = self._column(term)
        return column.stop - column.start

    def idf(self, term: str) -> float:
        frequency = self.frequency(term)
        return log1p((self.passage_count - frequency + 0.5) / (frequency + 0.5))

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

    def _column(self, term: str) -> slice[int, int, None]:
        column = self._vocabulary.get(term)
        if column is None:
            return slice(0, 0, None)
        return slice(self._columns[column], self._columns[column + 1], None)


class LexicalIndex:
    """BM25 (Lucene's variant) over fields of the same passages, in the order they were built in.

    Make one with `build` or `load`. A query is either terms (repeats count) or terms with weights,
    as `corpus.analysis.query_weights` gives them. The same query always gives the same scores.
    """

    def __init__(
        self, fields: Mapping[str, _Field], *, k1: float, b: float, fingerprint: str
    ) -> None:
        self._fields = MappingProxyType(dict(fields))
        self.k1 = k1
        self.b = b
        self.fingerprint = fingerprint

    @classmethod
    def build(
        cls,
        fields: Mapping[str, Sequence[Sequence[str]]],
        *,
        k1: float = 0.5,
        b: float = 0.5,
        fingerprint: str = "",
    ) -> LexicalIndex:
        """Index `fields[name][i]`, the terms of passage i; a passage may have none in a field.

        Args:
            fields: Terms by passage, all fields of equal length; at least one field.
            k1: How fast repeats of a term stop counting, ≥ 0. Between 0.4 and 0.9, MRR@10 on
                NorQuAD (train) moves by less than 0.01; lower is better there.
            b: How much long passages are held back, in [0, 1].
            fingerprint: What made the terms (`corpus.analysis.analysis_fingerprint`); `load` can
                insist on it.

        Raises:
            ValueError: no fields, fields of different length, or k1 or b out of bounds.
        """
        lengths = {len(passages) for passages in fields.values()}
        if len(lengths) != 1:
            raise ValueError(f"fields must be given and equally long, not of lengths {lengths}")
        if k1 < 0 or not 0 <= b <= 1:
            raise ValueError(f"k1 must be ≥ 0 and b in [0, 1], not {k1} and {b}")
        built = {
            name: _Field(_retriever(passages, k1, b), len(passages))
            for name, passages in fields.items()
        }
        return cls(built, k1=k1, b=b, fingerprint=fingerprint)

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

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which is made or replaced."""
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for number, field in enumerate(self._fields.values()):
            field.retriever.save(str(folder / f"field-{number}"), show_progress=False)
        manifest = {
            "format": _FORMAT,
            "fields": list(self._fields),
            "passages": len(self),
            "k1": self.k1,
            "b": self.b,
            "fingerprint": self.fingerprint,
        }
        (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, fingerprint: str | None = None) -> LexicalIndex:
        """Open a saved index; its scores are mapped, not read.

        Raises:
            NoIndexError: `folder` holds no lexical index.
            FingerprintError: it was made by another format, or another analysis than `fingerprint`.
        """
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as error:
            raise NoIndexError(
                f"No lexical index in {folder}; `stifinner ingest` makes one."
            ) from error
        if manifest["format"] != _FORMAT or fingerprint not in (None, manifest["fingerprint"]):
            raise FingerprintError(
                "The lexical index was made with other word lists or rules; "
                "run `stifinner ingest --rebuild`."
            )
        fields = {
            name: _Field(_open(folder / f"field-{number}"), manifest["passages"])
            for number, name in enumerate(manifest["fields"])
        }
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


def _retriever(passages: Sequence[Sequence[str]], k1: float, b: float) -> bm25s.BM25:
    """bm25s over one field. It numbers terms in set order, so they are numbered here instead."""
    vocabulary = {
        term: number
        for number, term in enumerate(sorted({term for terms in passages for term in terms}))
    }
    ids = [[vocabulary[term] for term in terms] for terms in passages]
    retriever = bm25s.BM25(k1=k1, b=b, method="lucene", backend="numpy", csc_backend="numpy")
    if vocabulary:
        retriever.index((ids, vocabulary), show_progress=False, create_empty_token=False)
    else:
        # bm25s cannot index a field without a single term ("questions" before any were written).
        retriever.scores = {
            "data": np.zeros(0, dtype=np.float32),
            "indices": np.zeros(0, dtype=np.int32),
            "indptr": np.zeros(1, dtype=np.int64),
            "num_docs": len(passages),
        }
        retriever.vocab_dict = {}
        retriever.nonoccurrence_array = None
    return retriever


def _open(folder: Path) -> bm25s.BM25:
    try:
        return bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
    except OSError as error:
        raise NoIndexError(
            f"The lexical index lacks {folder}; run `stifinner ingest --rebuild`."
        ) from error
