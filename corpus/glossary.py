"""Words to add to a lexical query: Norwegian for English, administrative for everyday Norwegian.

The lists in `corpus/data` come from general knowledge of Norwegian public administration, never
from test questions. Keys are matched by stem, the longest first, and each word of the question is
used once. English keys are matched without function words, so that "data may be collected" finds
"data collection". What is added only widens what is found: it belongs in a query with a low weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Literal, NamedTuple

from corpus.analysis import query_weights, stemmed_words
from corpus.language import Language, detect_language, read_terms

# Found on questions written from passages of the bundled corpus, MRR@10 of their own passage with
# BM25 alone: English 0.16 without, 0.52 at 2 (1 to 4 tried); everyday Norwegian 0.19 without, 0.22
# at 0.5 (0.05 to 1.2 tried); questions in the passage's own words stay at 0.93.
ENGLISH_WEIGHT = 2.0
SYNONYM_WEIGHT = 0.5

_Source = Literal["glossary.yaml", "synonyms.yaml"]


class _Entry(NamedTuple):
    """A key's words and stems, and the terms it leads to."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    terms: tuple[str, ...]


def expand_english(question: str) -> list[str]:
    """The Norwegian terms for an English question, in its order, once each; empty if none is known.

    "Who is the project owner?" gives ["prosjekteier"].
    """
    return _flatten(_matches(question, "en", "glossary.yaml"))


def expand_synonyms(question: str) -> list[str]:
    """Administrative words for the everyday ones of a Norwegian question (either written form).

    "Hva gjør byen for gamle folk?" gives Trondheim kommune, eldre and more; empty if none is known.
    """
    return _flatten(_matches(question, "nb", "synonyms.yaml"))


def expansion_weights(question: str, language: Language | None = None) -> dict[str, float]:
    """Weights to add to `query_weights(question)`: its expansion by glossary or synonyms.

    A key's first term weighs 2 in English, where the question's own words seldom stand in the
    documents, and 0.5 in Norwegian; the n-th weighs an n-th of that. A term that is there twice, in
    the question too, counts once, at its highest.
    """
    language = language or detect_language(question)
    if language == "en":
        entries, full = _matches(question, "en", "glossary.yaml"), ENGLISH_WEIGHT
    else:
        entries, full = _matches(question, "nb", "synonyms.yaml"), SYNONYM_WEIGHT
    weights: dict[str, float] = {}
    for entry in entries:
        for place, phrase in enumerate(entry.terms, start=1):
            for term, weight in query_weights(phrase, "nb").items():
                weights[term] = max(weights.get(term, 0.0), weight * full / place)
    own = query_weights(question, language)
    return {
        term: weight - own.get(term, 0.0)
        for term, weight in weights.items()
        if weight > own.get(term, 0.0)
    }


def _matches(question: str, language: Language, source: _Source) -> list[_Entry]:
    """The entries whose keys stand in the question, longest first at each word."""
    words, stems = _words_and_stems(question, language)
    entries = _entries(source, language)
    found: list[_Entry] = []
    start = 0
    while start < len(words):
        fitting = [
            entry
            for entry in entries.get(stems[start], ())
            if stems[start : start + len(entry.stems)] == entry.stems
        ]
        if fitting:
            found.append(max(fitting, key=lambda entry: _closeness(entry, words[start:])))
        start += len(found[-1].stems) if fitting else 1
    return found


def _closeness(entry: _Entry, words: Sequence[str]) -> tuple[int, float]:
    """Longer keys first; among equal stems the word most alike: "important" is not "import"."""
    alike = sum(
        SequenceMatcher(None, key, word).ratio()
        for key, word in zip(entry.words, words, strict=False)
    )
    return len(entry.words), alike


def _words_and_stems(text: str, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pairs = stemmed_words(text, language, function_words_too=language != "en")
    return tuple(word for word, _ in pairs), tuple(stem for _, stem in pairs)


@cache
def _entries(source: _Source, language: Language) -> Mapping[str, tuple[_Entry, ...]]:
    """The list's entries by the first stem of their key."""
    entries: dict[str, list[_Entry]] = {}
    for keys, terms in read_terms(source).items():
        for key in keys.split("|"):
            words, stems = _words_and_stems(key, language)
            entries.setdefault(stems[0], []).append(_Entry(words, stems, tuple(terms)))
    return {first: tuple(found) for first, found in entries.items()}


def _flatten(entries: Sequence[_Entry]) -> list[str]:
    return list(dict.fromkeys(term for entry in entries for term in entry.terms))
