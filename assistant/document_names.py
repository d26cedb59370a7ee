"""Which documents a question names, and where: "næringsplanen", "the roadmap", "FoU-siden".

Three things name a document: a word of its title that says what sort of publication it is and that
no other title has (næringsplan, veikart, samfunnsdel), in any form or as the glossary translates
it; two words that stand side by side in its title alone; and a word for its kind (side, page,
rapport, guidelines), when it is the only one of that kind or the words before it stand in its
title. Words of a subject (helse, forskning) name nothing, as every document may be asked about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from assistant.query import Query
from corpus.analysis import stems
from corpus.glossary import expand_english
from corpus.language import Language, read_rows
from corpus.records import DocumentInfo, DocumentKind

_PUBLICATION = re.compile(
    r"(plan|plans|planens?|del|veikart|strategi|rapport|melding|program|retningslinje\w*|roadmap|"
    r"report|strategy|guidelines?)$",
    re.IGNORECASE,
)
_KIND_WORDS: Mapping[DocumentKind, re.Pattern[str]] = {
    kind: re.compile(rf"(?P<head>[\w&-]*?)-?\b(?P<noun>{nouns})$", re.IGNORECASE)
    for kind, nouns in (
        (
            DocumentKind.WEB_PAGE,
            r"(?:nett|heime|hjemme|web)?(?:side|sida|siden|sidene|sider)|(?:web)?(?:pages?|site)",
        ),
        (DocumentKind.REPORT, r"rapporte?n?s?|reports?"),
        (DocumentKind.GUIDELINE, r"retningslinjer?|retningslinjene|retningslinene|guidelines?"),
    )
}
_NAME = r"[A-ZÆØÅ][\w-]{3,}"
_SAYS = (
    r"(?:sier|seier|mener|meiner|anbefaler|tilrår|foreslår|skriver|skriv|vurderer|konkluderer|"
    r"says?|thinks?|recommends?|proposes?|suggests?|writes?|concludes?|finds?)"
)
_VIEW = (
    r"(?:inntrykk|vurdering\w*|evaluering\w*|anbefaling\w*|tilråding\w*|syn|impression|"
    r"assessment|evaluation|recommendations?|view)"
)
_SPEAKS = re.compile(
    rf"(?:(?i:ifølgj?e|according to|(?:does|do|did)|{_SAYS})\s(?P<after>{_NAME}))|"
    rf"(?P<before>{_NAME})\s(?i:{_SAYS})|(?P<whose>{_NAME})(?:['’]s)?\s(?i:{_VIEW})"
)
_ABOUT = re.compile(r"\s(?:om|about|on)\s(?P<what>[\w&-]+)", re.IGNORECASE)  # "siden om forskning"
_TOKEN = re.compile(r"[\w&]+(?:-[\w&]+)*")
MIN_LETTERS = 6
WIDEST = 3  # words of a name in a question: "municipal master plan"
KIND_WORDS_BEFORE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A document named in text[start:end] of a question."""

    document_id: str
    start: int
    end: int


class DocumentNames:
    """Knows the titles of one register."""

    def __init__(self, infos: Iterable[DocumentInfo]) -> None:
        known = {str(info.id): info for info in infos}
        telling = {name: _telling(info.title) for name, info in known.items()}
        words = {n: set(_words(f"{info.title} {info.publisher}")) for n, info in known.items()}
        self._kinds = {name: info.kind for name, info in known.items()}
        self._publishers = {name: set(_words(info.publisher)) for name, info in known.items()}
        self._titles = {name: set(stems(info.title, "nb")) for name, info in known.items()}
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
        found = {one.document_id for one in self.mentions(query.text, query.language)}
        return [name for name in self._stems if name in found]

    def mentions(self, text: str, language: Language) -> list[Mention]:
        """Where a question names which document, in order; no two overlap."""
        tokens = list(_TOKEN.finditer(text))
        found = self._by_kind(text, language)
        for width in range(1, WIDEST + 1):
            for first in range(len(tokens) - width + 1):
                start, end = tokens[first].start(), tokens[first + width - 1].end()
                if any(start < one.end and one.start < end for one in found):
                    continue
                name = self._name_of(text[start:end], width, language)
                if name is not None:
                    found.append(Mention(document_id=name, start=start, end=end))
        return sorted(found, key=lambda one: one.start)

    def _name_of(self, words: str, width: int, language: Language) -> str | None:
        """The document that these words name, all of them needed."""
        asked = set(stems(words, "nb")) if width == 1 else set()
        if language == "en":
            asked |= {stem for term in expand_english(words) for stem in stems(term, "nb")}
        pairs = _pairs(words) if width == 2 else set()
        for name, own in self._stems.items():
            if self._pairs[name] & pairs or _ends_with(asked, own):
                return name
        return self._by_publisher(words) if width > 1 else None

    def _by_publisher(self, words: str) -> str | None:
        """The one document of a publisher whom these words let speak."""
        found = _SPEAKS.fullmatch(words)
        if found is None:
            return None
        name = (found["after"] or found["before"] or found["whose"]).removesuffix("s")
        alike = [n for n, own in self._publishers.items() if name.casefold() in own]
        return alike[0] if len(alike) == 1 else None

    def _by_kind(self, text: str, language: Language) -> list[Mention]:
        """The documents named by a word for their kind."""
        tokens = list(_TOKEN.finditer(text))
        found: list[Mention] = []
        for at, token in enumerate(tokens):
            for kind, pattern in _KIND_WORDS.items():
                match = pattern.fullmatch(token[0])
                if match is None:
                    continue
                before = [t[0] for t in tokens[max(0, at - KIND_WORDS_BEFORE) : at]]
                name, end = self._of_subject(kind, text, token.end(), language)
                used = 0
                if name is None:
                    name, used = self._of_kind(kind, match, before, language)
                if name is not None:
                    start = tokens[at - used].start()
                    found.append(Mention(document_id=name, start=start, end=end))
        return found

    def _of_subject(
        self, kind: DocumentKind, text: str, start: int, language: Language
    ) -> tuple[str | None, int]:
        """The document of a kind that is said to be about something, and where that ends."""
        about = _ABOUT.match(text, start) if kind is DocumentKind.WEB_PAGE else None
        wanted = _subject(about["what"], language) if about else set()
        sharing = [n for n, own in self._kinds.items() if own is kind and wanted & self._titles[n]]
        return (sharing[0], about.end()) if about and len(sharing) == 1 else (None, start)

    def _of_kind(
        self, kind: DocumentKind, match: re.Match[str], before: Sequence[str], language: Language
    ) -> tuple[str | None, int]:
        """The document of a kind that is meant, and how many of the words before name it too."""
        alike = [name for name, own in self._kinds.items() if own is kind]
        heads = [*before, match["head"]]
        for used in range(len(heads)):
            words = " ".join(heads[len(heads) - 1 - used :]).strip()
            wanted = _subject(words, language)
            sharing = [name for name in alike if wanted & self._titles[name]]
            if len(sharing) == 1:
                return sharing[0], used
        plain = match["noun"].casefold()
        alone = len(alike) == 1 and not match["head"]
        # "side" is the side of a thing as well; a web page is meant when it says so.
        if alone and (kind is not DocumentKind.WEB_PAGE or not plain.startswith("sid")):
            return alike[0], 0
        return None, 0


def _ends_with(asked: Iterable[str], own: Iterable[str]) -> bool:
    """Whether a word is one of a title or a compound of it: "helseveikart"."""
    return any(one.endswith(stem) for one in asked for stem in own)


def _subject(words: str, language: Language) -> set[str]:
    """Stems of some words, of what they are in Norwegian, and of what abbreviations stand for."""
    found = set(stems(words, "nb"))
    if language == "en":
        found |= {stem for term in expand_english(words) for stem in stems(term, "nb")}
    for word in _words(words):
        found |= _long_forms().get(word, frozenset())
    return found


@cache
def _long_forms() -> Mapping[str, frozenset[str]]:
    """Stems of what each abbreviation stands for."""
    found: dict[str, frozenset[str]] = {}
    for abbreviation, name in read_rows("abbreviations.tsv"):
        found[abbreviation] = found.get(abbreviation, frozenset()) | set(stems(name, "nb"))
    return found


def names_publication(word: str) -> bool:
    """Whether a word is called a publication: "handlingsplanen", "klimastrategi"."""
    return any(_PUBLICATION.search(one) for one in (word, *stems(word, "nb")))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _telling(title: str) -> set[str]:
    """Stems of a title's words that say what sort of publication it is."""
    long = [word for word in _words(title) if len(word) >= MIN_LETTERS]
    return {stem for word in long if _PUBLICATION.search(word) for stem in stems(word, "nb")}


def _pairs(text: str) -> set[str]:
    """Neighbouring words, both of four letters or more."""
    return {f"{a} {b}" for a, b in pairwise(_words(text)) if min(len(a), len(b)) > 3}
