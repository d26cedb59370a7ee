"""Which language a question is in: bokmål, nynorsk or English.

Questions have 2 to 15 words, so a general detector guesses; what tells them apart is closed-class
words. Each word votes with evidence of three strengths: a function word that only one language has,
a content word known to be of one language (the nynorsk pairs, the keys of the glossary), and letter
patterns that are typical of one. Bokmål wins every tie. Nothing is learnt, so every verdict can be
traced to a line of `corpus/data`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NamedTuple

import yaml

Language = Literal["nb", "nn", "en"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# A page's language shows within its first lines; reading 10,000 characters would only cost time.
_READ_CHARS = 1_500

_FUNCTION_WORD = 3.0
_KNOWN_WORD = 1.5
# Weaker: many bokmål forms of the pairs are nynorsk words too (arbeidet, tolv).
_BOKMAAL_FORM = 1.0
_PATTERN = 1.0

_ENGLISH_LETTERS = re.compile(
    r"th|wh|ck|sh|gh|qu|[wx]|c(?!h)|ea|oo|ou(?!r$)|tion|ness$|ity$|[^aeiouyæøå]y$|ies$|ly$|ous$"
    r"|[^aeiouyæøå]ed$|ings$|['’](?:s|re|ve|ll|t|d|m)$"
)
_NORWEGIAN_LETTERS = re.compile(
    r"[æøå]|^hv|^kv|kj|skj|^sj|gj|fj|øy|ei(?!ght)|sjon|het(?:en|er)?$|lig(?:e|st)?$|leg(?:e|st)?$"
    r"|skap(?:et|en)?$|else[rn]?$|else$|dom(?:men)?$|ende$|ande$|[a-zæøå]{3,}(?:ene|ane|ingen|inga|eren|ar)$"
)
_NYNORSK_ENDINGS = re.compile(
    r".{3,}(?:ane|arar|arane|ingar|ingane|inga|heit|heita|heiter|sjonar|sjonen?ane|leik|leg|lege|legare"
    r"|legast|semd|semda|semder|områda|tiltaka)$|.{4,}ar$"
)
_BOKMAAL_ENDINGS = re.compile(
    r".{3,}(?:ene|erne|ingen|ingene|heten|heter|het|lig|lige|ligere|ligst)$|^hv"
)
_IRREGULAR_BOKMAAL_AR = re.compile(
    r".*(?:svar|klar|bar|sikkerhetsar|seminar|januar|februar|samtidar)$"
)


class FunctionWord(NamedTuple):
    """A word of `function_words.tsv`, the languages that have it and what it does there."""

    word: str
    languages: tuple[str, ...]
    kind: str


def detect_language(text: str) -> Language:
    """The language of a question or passage; "nb" when nothing tells.

    Only the first 1,500 characters are read. A question with words of two languages goes to the
    one that its function words come from: "What does kommuneplanen say?" is English.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text[:_READ_CHARS]))
    english = norwegian = nynorsk = bokmaal = 0.0
    for position, word in enumerate(words):
        vote = _vote(word.lower())
        weight = _weight(word, position)
        english += weight * vote.english
        norwegian += weight * vote.norwegian
        nynorsk += weight * vote.nynorsk
        bokmaal += weight * vote.bokmaal
    if english > norwegian:
        return "en"
    return "nn" if nynorsk > bokmaal else "nb"


def function_words(languages: Iterable[str], kinds: Iterable[str]) -> frozenset[str]:
    """The words that any of `languages` uses as one of `kinds`, both as named in the data file."""
    wanted, roles = set(languages), set(kinds)
    return frozenset(
        entry.word
        for entry in _function_words()
        if entry.kind in roles and wanted.intersection(entry.languages)
    )


def read_rows(name: str) -> Iterator[tuple[str, ...]]:
    """The tab-separated rows of `corpus/data/<name>`, without comments and empty lines."""
    for line in data_text(name).splitlines():
        if line and not line.startswith("#"):
            yield tuple(line.split("\t"))


@cache
def read_terms(name: str) -> Mapping[str, list[str]]:
    """The lists of terms by key in `corpus/data/<name>`, a YAML mapping; parsed once."""
    # libyaml, where it is built in, reads the glossary ten times faster (15 ms).
    loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    terms: dict[str, list[str]] = yaml.load(data_text(name), Loader=loader)
    return MappingProxyType(terms)


def data_text(name: str) -> str:
    """The text of `corpus/data/<name>`."""
    return (files("corpus") / "data" / name).read_text(encoding="utf-8")


def _weight(word: str, position: int) -> float:
    """A question's first words are in its own language, capitals within it often in a name's."""
    if position == 0:
        return 3.0 if word.lower() in _word_lists().question else 1.0
    return 1.0 if word[0].islower() else 0.3


class _Vote(NamedTuple):
    english: float
    norwegian: float
    nynorsk: float
    bokmaal: float


@lru_cache(maxsize=20_000)
def _vote(word: str) -> _Vote:
    """What one lower-case word says; the two Norwegians share the vote against English."""
    lists = _word_lists()
    english = norwegian = nynorsk = bokmaal = 0.0
    if word in lists.english:
        english += _FUNCTION_WORD
    if word in lists.norwegian:
        norwegian += _FUNCTION_WORD
    if word in lists.nynorsk:
        nynorsk += _FUNCTION_WORD
    if word in lists.bokmaal:
        bokmaal += _FUNCTION_WORD
    if english or norwegian or word in lists.shared:
        return _Vote(english, norwegian, nynorsk, bokmaal)
    if word in lists.english_known:
        english += _KNOWN_WORD
    if word in lists.nynorsk_known:
        norwegian += _KNOWN_WORD
        nynorsk += _KNOWN_WORD
    if word in lists.bokmaal_known:
        norwegian += _KNOWN_WORD
        bokmaal += _BOKMAAL_FORM
    if len(word) > 2:
        english += _PATTERN * bool(_ENGLISH_LETTERS.search(word))
        norwegian += _PATTERN * bool(_NORWEGIAN_LETTERS.search(word))
        if not _IRREGULAR_BOKMAAL_AR.match(word):
            nynorsk += _PATTERN * bool(_NYNORSK_ENDINGS.match(word))
        bokmaal += _PATTERN * bool(_BOKMAAL_ENDINGS.match(word))
    return _Vote(english, norwegian, nynorsk, bokmaal)


class _WordLists(NamedTuple):
    """Words by what they are evidence for; `shared` stands in English and Norwegian alike."""

    english: frozenset[str]
    norwegian: frozenset[str]
    nynorsk: frozenset[str]
    bokmaal: frozenset[str]
    shared: frozenset[str]
    question: frozenset[str]
    english_known: frozenset[str]
    nynorsk_known: frozenset[str]
    bokmaal_known: frozenset[str]


@cache
def _word_lists() -> _WordLists:
    kinds = ("stop", "question", "filler")
    in_bokmaal, in_nynorsk = function_words(["nb"], kinds), function_words(["nn"], kinds)
    in_english = function_words(["en"], kinds)
    in_norwegian = in_bokmaal | in_nynorsk
    pairs = [row[:2] for row in read_rows("nynorsk.tsv")]
    left, right = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    glossary = read_terms("glossary.yaml")
    norwegian_terms = {word for terms in glossary.values() for word in _words_of(terms)}
    return _WordLists(
        english=in_english - in_norwegian,
        norwegian=in_norwegian - in_english,
        nynorsk=in_nynorsk - in_bokmaal - in_english,
        bokmaal=in_bokmaal - in_nynorsk - in_english,
        shared=(in_english & in_norwegian) | function_words(["nb"], ["both"]),
        question=function_words(["nb", "nn", "en"], ["question"]),
        english_known=frozenset(set(_words_of(glossary)) - norwegian_terms - in_norwegian),
        nynorsk_known=frozenset(left - right),
        bokmaal_known=frozenset(right - left),
    )


@cache
def _function_words() -> tuple[FunctionWord, ...]:
    return tuple(
        FunctionWord(word, tuple(languages.split(",")), kind)
        for languages, kind, words in read_rows("function_words.tsv")
        for word in words.split()
    )


def _words_of(phrases: Iterable[str]) -> Iterator[str]:
    for phrase in phrases:
        yield from _WORD.findall(phrase.lower())
