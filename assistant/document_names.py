"""Which documents a question names: "næringsplanen", "the roadmap", "Smart City".

Two things name a document: a word of its title that says what sort of publication it is and that no
other title has (næringsplan, veikart, samfunnsdel), in any form or as the glossary translates it;
and two words that stand side by side in its title alone. Words of its subject (helse, forskning)
name nothing, since every document may be asked about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from assistant.query import Query
from corpus.analysis import is_gram, stems
from corpus.records import DocumentInfo

_PUBLICATION = re.compile(
    r"(plan|plans|planens?|del|veikart|strategi|rapport|melding|program|retningslinje\w*|roadmap|"
    r"report|strategy|guidelines?)$",
    re.IGNORECASE,
)
MIN_LETTERS = 6


class DocumentNames:
    """Knows the titles of one register."""

    def __init__(self, infos: Iterable[DocumentInfo]) -> None:
        known = {str(info.id): info for info in infos}
        telling = {name: _telling(info.title) for name, info in known.items()}
        words = {n: set(_words(f"{info.title} {info.publisher}")) for n, info in known.items()}
        self._stems: dict[str, set[str]] = {}
        self._pairs: dict[str, set[str]] = {}
        for name, info in known.items():
            others = [other for other in known if other != name]
            elsewhere: set[str] = set().union(*(words[other] for other in others))
            self._stems[name] = telling[name].difference(*(telling[o] for o in others))
            self._pairs[name] = {
                pair for pair in _pairs(info.title) if not elsewhere & set(pair.split())
            }

    def named(self, query: Query) -> list[str]:
        """Ids of the documents that a question names, in register order."""
        asked = set(stems(query.text, query.language)) | set(stems(query.text, "nb"))
        asked |= {term for term in query.added_terms if not is_gram(term)}
        pairs = _pairs(query.text)
        return [n for n in self._stems if self._stems[n] & asked or self._pairs[n] & pairs]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _telling(title: str) -> set[str]:
    """Stems of a title's words that say what sort of publication it is."""
    long = [word for word in _words(title) if len(word) >= MIN_LETTERS]
    return {stem for word in long if _PUBLICATION.search(word) for stem in stems(word, "nb")}


def _pairs(text: str) -> set[str]:
    """Neighbouring words, both of four letters or more."""
    return {f"{a} {b}" for a, b in pairwise(_words(text)) if min(len(a), len(b)) > 3}
