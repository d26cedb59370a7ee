"""From text to the terms of one lexical index, the same way for passages and questions.

A word goes through these steps:
1. NFC, lower case; "16 000", "16.000" and "16,000" are one number.
2. One spelling: `ae`, `oe`, `aa` typed for æ, ø, å; nynorsk to bokmål (`korleis` to `hvordan`, also
   inside compounds); variants within bokmål (`høyskole` to `høgskole`).
3. Function words out: those of the text's language, and of the others where that is safe. English
   "by" is a function word, Norwegian "by" is a city.
4. The snowball stem of the text's language, folded to a, o and a.
5. Character 4-grams of the folded word between the edge marks ^ and $, marked with ~. They carry
   compounds and typing errors: with two typing errors a question, MRR@10 on NorQuAD (train) is 0.64
   with stems alone and 0.79 with them.
Stems of abbreviations (`fou`) are added where their long form stands.

A question's weights (`query_weights`) give a word's grams 3/sqrt(count) each, since a long word has
many: MRR@10 on NorQuAD (train) rises from 0.866 to 0.873.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain
from math import sqrt

import Stemmer  # type: ignore[import-not-found]

from corpus.language import Language, data_text, detect_language, function_words, read_rows

GRAM_MARK = "~"
_GRAM_SIZE = 4
_GRAM_WEIGHT = 3.0
# Raise it with any change that makes other terms of the same text: indexes are then made anew.
_RULES_VERSION = "1"
_DATA = (
    "function_words.tsv",
    "nynorsk.tsv",
    "spellings.tsv",
    "word_parts.tsv",
    "abbreviations.tsv",
)

_WORD = re.compile(
    r"(?<!\d)\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+(?![\d.,]*\d)"  # 16 000
    r"|\d+[.,]\d{1,2}(?![\d.,]*\d)"  # 3,5
    r"|\b[^\W\d_]&[^\W\d_]\b"  # R&D
    r"|[^\W_]+"
)
_NUMBER_GAP = re.compile(r"[ .,\u00a0\u202f](?=\d{3})")
_SOFT_HYPHEN = str.maketrans("", "", "\u00ad\u200b")
# Accents go before stemming (komité, komiteen); typed digraphs become the letters they stand for.
_SPELLINGS = (("é", "e"), ("è", "e"), ("ê", "e"), ("ae", "æ"), ("oe", "ø"), ("aa", "å"))
_FOLD = str.maketrans({"æ": "a", "ä": "a", "ø": "o", "ö": "o", "å": "a", "ü": "u"})
_LONGEST_WORD = 40

_NYNORSK_INFLECTIONS = (
    "arane", "ane", "ene", "ar", "er", "en", "et", "a", "e", "s", "t",
)  # fmt: skip
_DOCTORS = re.compile(
    r"^(?:fast|tann|over|kommune|barne|bydels|øye|øre|hjerte|sykehus|spesialist|dyre)?leg"
)
_NYNORSK_ENDINGS = (
    (re.compile(r"(?<=...)leg(?=$|e$|t$|are$|ast$|aste$)"), "lig"),
    (re.compile(r"(?<=...)leik(?=$|en$|ar$|ane$)"), "lighet"),
    (re.compile(r"(?<=....)ing(?:a)$"), "ingen"),
    (re.compile(r"(?<=....)ingar$"), "inger"),
    (re.compile(r"(?<=....)ingane$"), "ingene"),
    (re.compile(r"(?<=....)arane$"), "erne"),
    (re.compile(r"(?<=....)arar$"), "ere"),
    (re.compile(r"(?<=....)ande$"), "ende"),
)


def analyse(text: str, language: Language | None = None) -> list[str]:
    """The terms of `text` in reading order, a word's stem before its 4-grams, repeats kept.

    `language` (detected when None) decides stop words and stemmer only; the 4-grams of a word are
    the same in each language. Empty when the text has none but function words.
    """
    language = language or detect_language(text)
    by_word = [_terms_of_word(word, language) for word in _content_words(text, language)]
    return [*chain.from_iterable(by_word), *_abbreviations_of([terms[0] for terms in by_word])]


def query_weights(
    question: str, language: Language | None = None, *, fillers: bool = True
) -> dict[str, float]:
    """The terms of a question with their weights: stems 1, a word's grams 3/sqrt(their count).

    A word that is said twice weighs once. Without `fillers`, "planen", "dokumentet", "fortell" and
    the like, which belong to the asking, are left out unless nothing else is left. In order of the
    question; empty for a question of function words only.
    """
    language = language or detect_language(question)
    words = list(dict.fromkeys(_content_words(question, language)))
    if not fillers:
        words = [word for word in words if word not in _fillers()] or words
    weights: dict[str, float] = defaultdict(float)
    for word in words:
        stem, *grams = _terms_of_word(word, language)
        weights[stem] += 1.0
        for gram in grams:
            weights[gram] += _GRAM_WEIGHT / sqrt(len(grams))
    for abbreviation in _abbreviations_of([_terms_of_word(word, language)[0] for word in words]):
        weights[abbreviation] += 1.0
    return dict(weights)


def informative_words(text: str) -> list[str]:
    """What a question is about: its words in order, once each, spelt as in the index.

    Without function words, question words and fillers ("står", "planen", "tell"); when nothing else
    is left, the fillers stay. Not stemmed: "Korleis vert høgskulen styrt?" gives høgskolen, styrt.
    """
    words = list(dict.fromkeys(_content_words(text, detect_language(text))))
    return [word for word in words if word not in _fillers()] or words


def stems(text: str, language: Language | None = None) -> list[str]:
    """The folded stems of the content words of `text`, in order, repeats kept, without 4-grams."""
    language = language or detect_language(text)
    return [_terms_of_word(word, language)[0] for word in _content_words(text, language)]


def stemmed_words(
    text: str, language: Language, *, function_words_too: bool
) -> list[tuple[str, str]]:
    """The words of `text`, each with its folded stem, in order, for matching whole phrases."""
    if function_words_too:
        words = [_one_spelling(word) for word in split_words(text)]
        words = words if language == "en" else [_bokmaal(word) for word in words]
    else:
        words = _content_words(text, language)
    return [(word, _terms_of_word(word, language)[0]) for word in words]


def is_question_word(word: str) -> bool:
    """Whether `word` asks in Norwegian or English: hvem, korleis, which."""
    return _one_spelling(word.lower()) in _question_words()


def is_gram(term: str) -> bool:
    """Whether a term of `analyse` is a 4-gram and not a stem."""
    return term.startswith(GRAM_MARK)


def split_words(text: str) -> list[str]:
    """The lower-case words and numbers of `text` as they stand, function words included."""
    plain = unicodedata.normalize("NFC", text).translate(_SOFT_HYPHEN).lower()
    return [
        _NUMBER_GAP.sub("", word) if word[0].isdigit() and len(word) > 4 else word.replace(",", ".")
        for word in _WORD.findall(plain)
    ]


@cache
def analysis_fingerprint() -> str:
    """A short hash of rules and word lists: indexes of another fingerprint hold other terms."""
    digest = hashlib.sha256(_RULES_VERSION.encode())
    for name in _DATA:
        digest.update(data_text(name).encode("utf-8"))
    return digest.hexdigest()[:16]


def _content_words(text: str, language: Language) -> list[str]:
    return [word for one in split_words(text) if (word := _content_word(one, language))]


@lru_cache(maxsize=200_000)
def _content_word(word: str, language: Language) -> str:
    """A word in the spelling that is indexed; empty for a function word."""
    stop = _stop_words(language)
    spelt = _one_spelling(word)
    if spelt not in stop and language != "en":
        spelt = _bokmaal(spelt)
    return "" if spelt in stop else spelt


@lru_cache(maxsize=200_000)
def _terms_of_word(word: str, language: Language) -> tuple[str, ...]:
    """Stem, then 4-grams; numbers have them too (MRR@10 on NorQuAD, train, 0.867 to 0.872)."""
    stem = _stemmer("english" if language == "en" else "norwegian").stemWord(word)
    if len(word) > _LONGEST_WORD:
        return (stem.translate(_FOLD),)
    edged = f"^{word.translate(_FOLD)}$"
    count = max(1, len(edged) - _GRAM_SIZE + 1)
    grams = (GRAM_MARK + edged[start : start + _GRAM_SIZE] for start in range(count))
    return (stem.translate(_FOLD), *grams)


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


def _one_spelling(word: str) -> str:
    for typed, letter in _SPELLINGS:
        word = word.replace(typed, letter)
    return word


@lru_cache(maxsize=200_000)
def _bokmaal(word: str) -> str:
    """The bokmål form of a nynorsk word, the chosen spelling of a variant, or the word itself."""
    pairs = _pairs()
    if word in pairs:
        return pairs[word]
    if word in _bokmaal_forms():
        return word
    for ending in _NYNORSK_INFLECTIONS:
        form = word.removesuffix(ending)
        # The ending goes, as in stemming; short words and "kvart" begin too many other words.
        if form != word and len(form) > 4 and form in pairs and form not in _stop_words("nn"):
            return pairs[form]
    for part, replacement, place in _word_parts():
        word = _replace_part(word, part, replacement, place)
    if _DOCTORS.match(word):
        return word
    for pattern, ending in _NYNORSK_ENDINGS:
        changed = pattern.sub(ending, word)
        if changed != word:
            return changed
    return word


def _replace_part(word: str, part: str, replacement: str, place: str) -> str:
    if len(word) <= len(part) + 1:
        return word
    if place == "start":
        return replacement + word[len(part) :] if word.startswith(part) else word
    if place == "end":
        return word[: -len(part)] + replacement if word.endswith(part) else word
    return word.replace(part, replacement)


@cache
def _pairs() -> Mapping[str, str]:
    """Nynorsk and variant spellings to the form that is indexed, at most two steps."""
    direct = {
        _one_spelling(row[0]): _one_spelling(row[1])
        for name in ("nynorsk.tsv", "spellings.tsv")
        for row in read_rows(name)
    }
    return {form: direct.get(target, target) for form, target in direct.items()}


@cache
def _bokmaal_forms() -> frozenset[str]:
    return frozenset(_pairs().values())


@cache
def _word_parts() -> tuple[tuple[str, str, str], ...]:
    rows = sorted(read_rows("word_parts.tsv"), key=lambda row: (-len(row[0]), row[0]))
    return tuple((part, replacement, place) for part, replacement, place in rows)


def _abbreviations_of(stems_in_order: list[str]) -> list[str]:
    """The abbreviations that stand in the text as such or in full, as terms, once each.

    Several abbreviations of one name (BNP, GDP) all lead to the first one.
    """
    short, long = _abbreviations()
    found = {short[stem] for stem in stems_in_order if short.get(stem, stem) != stem}
    for start, stem in enumerate(stems_in_order):
        for phrase, abbreviation in long.get(stem, ()):
            if tuple(stems_in_order[start : start + len(phrase)]) == phrase:
                found.add(abbreviation)
    return sorted(found)


@cache
def _abbreviations() -> tuple[dict[str, str], dict[str, list[tuple[tuple[str, ...], str]]]]:
    """Abbreviation to the chosen one; first stem of a long form to all its stems and its short."""
    first: dict[str, str] = {}
    short: dict[str, str] = {}
    long: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for abbreviation, name in read_rows("abbreviations.tsv"):
        chosen = short.setdefault(abbreviation, first.setdefault(name, abbreviation))
        languages: Iterable[Language] = ("nb", "en")
        for language in languages:
            phrase = tuple(stems(name, language))
            if phrase and (phrase, chosen) not in long[phrase[0]]:
                long[phrase[0]].append((phrase, chosen))
    return short, dict(long)


@cache
def _stop_words(language: Language) -> frozenset[str]:
    """The function words to drop from a text of `language`, in the one spelling."""
    kinds = ("stop", "question")
    norwegian, english = function_words(["nb", "nn"], kinds), function_words(["en"], kinds)
    if language == "en":
        return frozenset(map(_one_spelling, english | (norwegian - _ENGLISH_CONTENT)))
    return frozenset(map(_one_spelling, norwegian | (english - _NORWEGIAN_CONTENT)))


# Function words of one language that mean something in the other.
_NORWEGIAN_CONTENT = frozenset(
    {"by", "all", "let", "do", "will", "may", "her", "own", "few", "most"}
)
_ENGLISH_CONTENT = frozenset({"men", "sin", "man", "her", "under", "get", "kvar"})


@cache
def _question_words() -> frozenset[str]:
    return frozenset(map(_one_spelling, function_words(["nb", "nn", "en"], ["question"])))


@cache
def _fillers() -> frozenset[str]:
    return frozenset(
        _bokmaal(_one_spelling(word)) for word in function_words(["nb", "nn", "en"], ["filler"])
    )
