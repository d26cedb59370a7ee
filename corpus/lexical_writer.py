"""Builds the files that `corpus.lexical` reads, in memory that does not grow with the passages.

Terms are numbered as they come, and each passage's (term, frequency) pairs are spilled to a file.
What stays in memory is the vocabulary and eight bytes a passage and field. At the end the pairs are
read back in blocks, scored, and put into the columns of their terms: how often a term occurs tells
where its column begins (a counting sort), so no sort of the whole and no second copy is needed.

A field's files: `scores.npy` and `passages.npy`, term after term; `columns.npy`, where each term's
part begins; `terms.npy`, the terms in code point order as one run of UTF-8; `term_ends.npy`, where
each ends. They are the same bytes whatever the order of hashing.
"""

from __future__ import annotations

import json
import shutil
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import log1p
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

FORMAT = 2
MANIFEST = "lexical.json"
SCORES, PASSAGES, COLUMNS = "scores.npy", "passages.npy", "columns.npy"
TERMS, TERM_ENDS = "terms.npy", "term_ends.npy"
_BLOCK = 1 << 18  # pairs scored at once: about 20 MB with all that is computed from them
_SPILL = 1 << 16  # pairs held back before they are written

Ints = NDArray[np.int64]


def idf(frequency: int, passage_count: int) -> float:
    """ln(1 + (n - df + ½) / (df + ½)) of a term that stands in `frequency` of n passages.

    Source: Lucene's BM25Similarity.
    """
    return log1p((passage_count - frequency + 0.5) / (frequency + 0.5))


@dataclass(slots=True)
class _Spill:
    """One field's passages so far: lengths in memory, (term, frequency) pairs in a file."""

    file: IO[bytes]
    lengths: array[int] = field(default_factory=lambda: array("i"))
    distinct: array[int] = field(default_factory=lambda: array("i"))
    pairs: array[int] = field(default_factory=lambda: array("i"))

    def add(self, frequencies: Mapping[int, int]) -> None:
        self.lengths.append(sum(frequencies.values()))
        self.distinct.append(len(frequencies))
        for pair in frequencies.items():
            self.pairs.extend(pair)
        if len(self.pairs) >= 2 * _SPILL:
            self.flush()

    def flush(self) -> None:
        self.pairs.tofile(self.file)
        self.file.flush()
        self.pairs = array("i")

    def blocks(self) -> Iterator[tuple[int, NDArray[np.int32], NDArray[np.int32]]]:
        """(first passage, how many pairs each of the next passages has, their pairs (n, 2))."""
        distinct = np.asarray(self.distinct, dtype=np.int32)
        ends = np.cumsum(distinct, dtype=np.int64)
        self.file.seek(0)
        first, done = 0, 0
        while first < len(distinct):
            last = max(first + 1, int(np.searchsorted(ends, done + _BLOCK, side="right")))
            count = int(ends[last - 1]) - done
            raw = self.file.read(8 * count)
            yield first, distinct[first:last], np.frombuffer(raw, dtype=np.int32).reshape(-1, 2)
            first, done = last, done + count


class LexicalWriter:
    """Takes the passages' terms one passage after the other; `finish` makes the index.

    Args:
        folder: Where the index will stand, made or replaced; the spilled pairs lie in it meanwhile.
        fields: The fields' names, at least one.
    """

    def __init__(self, folder: Path, fields: Sequence[str]) -> None:
        if not fields:
            raise ValueError("an index needs at least one field")
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        self._folder = folder
        self._ids: dict[str, int] = {}
        self._spills = {
            name: _Spill((folder / f"spill-{n}").open("w+b")) for n, name in enumerate(fields)
        }
        self._passages = 0

    def add(self, terms: Mapping[str, Sequence[str]]) -> None:
        """One passage's terms by field, repeats kept; a field that is not named has none.

        Raises:
            ValueError: a field that the index does not have.
        """
        if unknown := terms.keys() - self._spills.keys():
            raise ValueError(f"no field {', '.join(sorted(unknown))}")
        for name, spill in self._spills.items():
            counted = Counter(terms.get(name, ()))
            spill.add({self._ids.setdefault(t, len(self._ids)): n for t, n in counted.items()})
        self._passages += 1

    def close(self) -> None:
        """Let go of the spilled pairs; an index that was not finished is of no use."""
        for number, spill in enumerate(self._spills.values()):
            spill.file.close()
            (self._folder / f"spill-{number}").unlink(missing_ok=True)

    def finish(self, *, k1: float = 0.5, b: float = 0.5, fingerprint: str = "") -> None:
        """Write the index and close.

        Args:
            k1: How fast repeats of a term stop counting, ≥ 0. Between 0.4 and 0.9, MRR@10 on
                NorQuAD (train) moves by less than 0.01; lower is better there.
            b: How much long passages are held back, in [0, 1].
            fingerprint: What made the terms (`corpus.analysis.analysis_fingerprint`); opening the
                index can insist on it.

        Raises:
            ValueError: k1 or b out of bounds.
        """
        if k1 < 0 or not 0 <= b <= 1:
            raise ValueError(f"k1 must be ≥ 0 and b in [0, 1], not {k1} and {b}")
        terms = sorted(self._ids)
        order = np.fromiter((self._ids[term] for term in terms), np.int64, len(terms))
        for number, spill in enumerate(self._spills.values()):
            spill.flush()
            _write_field(self._folder / f"field-{number}", spill, terms, order, k1, b)
        self.close()
        manifest = {
            "format": FORMAT,
            "fields": list(self._spills),
            "passages": self._passages,
            "k1": k1,
            "b": b,
            "fingerprint": fingerprint,
        }
        (self._folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _write_field(
    folder: Path, spill: _Spill, terms: Sequence[str], order: Ints, k1: float, b: float
) -> None:
    """Files of one field; `order` gives the numbers of `terms`, which are in code point order."""
    folder.mkdir()
    frequency = np.zeros(len(terms), dtype=np.int64)
    for _, _, pairs in spill.blocks():
        frequency += np.bincount(pairs[:, 0], minlength=len(terms))
    held = order[frequency[order] > 0]
    column_of = np.zeros(len(terms), dtype=np.int64)
    column_of[held] = np.arange(len(held))
    by_column = frequency[held]
    columns = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(by_column)])
    np.save(folder / COLUMNS, columns)
    _write_terms(
        folder, [term for term, number in zip(terms, order, strict=True) if frequency[number]]
    )
    lengths = np.asarray(spill.lengths, dtype=np.float64)
    mean = lengths.mean() if len(lengths) else 1.0
    # In this order and precision the scores are those of bm25s, to the last bit.
    held_back = k1 * ((1 - b) + b * lengths / (mean or 1.0))
    worth = {int(df): idf(int(df), len(lengths)) for df in np.unique(by_column)}
    idf_of = np.fromiter((worth[int(df)] for df in by_column), np.float32, len(by_column))
    free = columns[:-1].copy()
    _reserve(folder, int(columns[-1]))
    for first, counts, pairs in spill.blocks():
        passage = np.repeat(np.arange(first, first + len(counts), dtype=np.int32), counts)
        column, often = column_of[pairs[:, 0]], pairs[:, 1].astype(np.float32)
        score = (idf_of[column] * (often / (held_back[passage] + often))).astype(np.float32)
        _place(folder, column, passage, score, free)


def _reserve(folder: Path, count: int) -> None:
    for name, kind in ((SCORES, np.float32), (PASSAGES, np.int32)):
        np.lib.format.open_memmap(folder / name, mode="w+", dtype=kind, shape=(count,)).flush()


def _place(
    folder: Path,
    column: Ints,
    passage: NDArray[np.int32],
    score: NDArray[np.float32],
    free: Ints,
) -> None:
    """Put a block's scores where their columns go on, and move `free` behind them."""
    if not len(column):
        return
    by_column = np.argsort(column, kind="stable")
    column = column[by_column]
    place = free[column] + np.arange(len(column)) - np.searchsorted(column, column)
    # Opened anew for each block: pages of a closed map no longer count as this process's memory.
    for name, values in ((SCORES, score), (PASSAGES, passage)):
        np.load(folder / name, mmap_mode="r+")[place] = values[by_column]
    np.add.at(free, column, 1)


def _write_terms(folder: Path, terms: Sequence[str]) -> None:
    encoded = [term.encode(errors="surrogatepass") for term in terms]
    np.save(folder / TERMS, np.frombuffer(b"".join(encoded), dtype=np.uint8))
    ends = np.fromiter(accumulate(map(len, encoded)), np.int64, len(encoded))
    np.save(folder / TERM_ENDS, ends)
