"""A question as the index needs it: language, terms, added terms, and a vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from corpus.analysis import informative_words, query_weights
from corpus.glossary import expansion_weights
from corpus.language import Language, detect_language
from corpus.vectors import Vectors

MAX_CHARACTERS = 2000  # the model reads 512 tokens; what a longer question adds is noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What goes to the index. `terms` and `added_terms` (from the glossary) carry weights."""

    text: str
    language: Language
    terms: Mapping[str, float]
    added_terms: Mapping[str, float]
    words: tuple[str, ...]
    vector: Vectors


class QueryMaker:
    """Makes queries with one embedding model."""

    def __init__(self, embed_query: Callable[[str], list[float]]) -> None:
        self._embed = embed_query

    def __call__(self, text: str, language: Language | None = None) -> Query:
        """The query of a stand-alone question; only its first 2,000 characters count."""
        cut = " ".join(text.split())[:MAX_CHARACTERS]
        spoken = language or detect_language(cut)
        return Query(
            text=cut,
            language=spoken,
            terms=query_weights(cut, spoken, fillers=False),
            added_terms=expansion_weights(cut, spoken),
            words=tuple(informative_words(cut)),
            vector=np.asarray(self._embed(cut), dtype=np.float32),
        )
