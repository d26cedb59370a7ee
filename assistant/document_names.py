"""Which documents a question names: "næringsplanen", "the roadmap", "Smart City".

Two things name a document: a word of its title that says what sort of publication it is and that no
other title has (næringsplan, veikart, samfunnsdel), in any form or as the glossary translates it;
and two words that stand side by side in its title alone. Words of its subject (helse, forskning)
name nothing, since every document may be asked about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.query import Query
from corpus.analysis import is_gram, stems

_PUBLICATION = re.compile(
    r"(plan|plans|planens?|del|veikart|strategi|rapport|melding|program|retningslinje\w*|roadmap|"
    r"report|strategy|guidelines?)$",
    re.IGNORECASE,
)
MIN_LETTERS = 6


class DocumentNames:
    """Knows the titles of one register."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._words = {name: self._telling(title) for name, title in titles.items()}
        self._pairs = {name: _pairs(title) for name, title in titles.items()}
        for mine, theirs in ((self._words, self._words), (self._pairs, self._pairs)):
            shared = {
                name: set().union(*(v for other, v in theirs.items() if other != name))
                for name in titles
            }
            for name in titles:
                mine[name] = mine[name] - shared[name]

    def named(self, query: Query) -> list[str]:
        """Ids of the documents that a question names, in register order."""
        asked = set(stems(query.text, query.language)) | set(stems(query.text, "nb"))
        asked |= {term for term in query.added_terms if not is_gram(term)}
        pairs = _pairs(query.text)
        return [
            name for name in self._words if self._words[name] & asked or self._pairs[name] & pairs
        ]

    @staticmethod
    def _telling(title: str) -> set[str]:
        words = [w for w in re.findall(r"\w+", title) if len(w) >= MIN_LETTERS]
        return {stem for w in words if _PUBLICATION.search(w) for stem in stems(w, "nb")}


def _pairs(text: str) -> set[str]:
    """Neighbouring words, both of four letters or more."""
    words = re.findall(r"\w+", text.casefold())
    return {f"{a} {b}" for a, b in zip(words, words[1:], strict=False) if min(len(a), len(b)) > 3}
