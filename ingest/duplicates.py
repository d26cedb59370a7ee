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
from typing import Any

from corpus.records import Document

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


def find_duplicates(documents: Sequence[Document]) -> tuple[DuplicatePair, ...]:
    """Pairs of equal or nearly equal documents, in document order."""
    samples = [shingles(document.text) for document in documents]
    pairs = []
    for n, first in enumerate(documents):
        for m in range(n + 1, len(documents)):
            second = documents[m]
            exact = bool(first.info.sha256) and first.info.sha256 == second.info.sha256
            smaller = min(len(samples[n]), len(samples[m]))
            shared = len(samples[n] & samples[m]) / smaller if smaller else 0.0
            if exact or (smaller >= MINIMUM_SAMPLE and shared >= NEAR):
                pairs.append(
                    DuplicatePair(
                        first=first.info.id,
                        second=second.info.id,
                        exact=exact,
                        containment=1.0 if exact else round(shared, 3),
                    )
                )
    return tuple(pairs)
