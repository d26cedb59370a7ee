"""Documents that say the same: reported to the user, never erased.

Exact duplicates have the same bytes. Near duplicates share most of their word 8-grams; of these a
fixed sample (hash divisible by `KEEP_ONE_IN`) is compared, so the cost stays linear in the text.
Source: Broder 1997, "On the resemblance and containment of documents" (containment, mod sampling).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.records import Document, DocumentInfo

SHINGLE_WORDS = 8
KEEP_ONE_IN = 4
NEAR = 0.8
MINIMUM_SAMPLE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePair:
    """Two documents that share `containment` (0 to 1) of the smaller one's text."""

    first: str
    second: str
    exact: bool
    containment: float

    def as_row(self) -> tuple[str, str, bool, float]:
        """For storing."""
        return (self.first, self.second, self.exact, self.containment)

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> DuplicatePair:
        """From what `as_row` stored."""
        return cls(
            first=str(row[0]), second=str(row[1]), exact=bool(row[2]), containment=float(row[3])
        )


def shingles(text: str) -> set[int]:
    """The sampled word 8-grams of a text, as hashes."""
    words = re.findall(r"\w+", text.casefold())
    hashes = (
        zlib.crc32(" ".join(words[n : n + SHINGLE_WORDS]).encode())
        for n in range(len(words) - SHINGLE_WORDS + 1)
    )
    return {value for value in hashes if value % KEEP_ONE_IN == 0}


class DuplicateFinder:
    """Meets documents one by one; of each it keeps the sample of 8-grams only."""

    def __init__(self) -> None:
        self._met: list[tuple[DocumentInfo, npt.NDArray[np.uint32]]] = []

    def add(self, document: Document) -> None:
        """Meet one document."""
        sample = np.array(sorted(shingles(document.text)), dtype=np.uint32)
        self._met.append((document.info, sample))

    def pairs(self) -> tuple[DuplicatePair, ...]:
        """Pairs of equal or nearly equal documents, in the order they were met."""
        return tuple(
            pair
            for (first, sample), (second, other) in combinations(self._met, 2)
            if (pair := _compared(first, sample, second, other)) is not None
        )


def _compared(
    first: DocumentInfo,
    sample: npt.NDArray[np.uint32],
    second: DocumentInfo,
    other: npt.NDArray[np.uint32],
) -> DuplicatePair | None:
    exact = bool(first.sha256) and first.sha256 == second.sha256
    smaller = min(len(sample), len(other))
    shared = 0.0
    if not exact and smaller >= MINIMUM_SAMPLE:
        shared = len(np.intersect1d(sample, other, assume_unique=True)) / smaller
    if not exact and shared < NEAR:
        return None
    return DuplicatePair(
        first=first.id,
        second=second.id,
        exact=exact,
        containment=1.0 if exact else round(shared, 3),
    )


def find_duplicates(documents: Sequence[Document]) -> tuple[DuplicatePair, ...]:
    """Pairs of equal or nearly equal documents, in document order."""
    finder = DuplicateFinder()
    for document in documents:
        finder.add(document)
    return finder.pairs()
