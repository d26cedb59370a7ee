"""Sentences, words and quotes: everything that must know where in a text something stands.

Every function returns spans of the text it was given, so that what is found can be quoted verbatim.
In stored text a line break always ends a sentence (wrapped lines were joined when it was written);
within a line a sentence ends at `.`, `!` or `?` before a capital or a figure, unless the full stop
belongs to an abbreviation, an initial, an ordinal or a date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """A text made comparable; its character i comes from `[starts[i], ends[i])` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


_ABBREVIATIONS = frozenset(
    [
        "adm",
        "alm",
        "ang",
        "approx",
        "apr",
        "aug",
        "avd",
        "avg",
        "bl",
        "ca",
        "cand",
        "cf",
        "dept",
        "des",
        "dir",
        "dr",
        "dvs",
        "eks",
        "ekskl",
        "ev",
        "evt",
        "feb",
        "fhv",
        "fig",
        "fr",
        "gj",
        "gjsn",
        "hhv",
        "hr",
        "hhv",
        "iflg",
        "ifm",
        "ift",
        "inc",
        "inkl",
        "inst",
        "jan",
        "jf",
        "jfr",
        "jr",
        "jul",
        "jun",
        "kap",
        "kgl",
        "kl",
        "komm",
        "lic",
        "ltd",
        "maks",
        "mar",
        "mht",
        "mill",
        "mnd",
        "moh",
        "mr",
        "mrd",
        "mrs",
        "ms",
        "mv",
        "nov",
        "nr",
        "obs",
        "off",
        "okt",
        "osv",
        "pga",
        "pgf",
        "pkt",
        "pl",
        "pr",
        "prof",
        "pst",
        "ref",
        "resp",
        "rf",
        "sekr",
        "sep",
        "sept",
        "sml",
        "sr",
        "st",
        "stk",
        "stud",
        "tab",
        "tlf",
        "tr",
        "utg",
        "vedk",
        "vedr",
        "vol",
        "vs",
        "årg",
        "etc",
        "mfl",
        "ol",
        "kr",
        "meld",
        "prop",
        "innst",
        "sep",
        "a",
        "d",
        "e",
        "f",
        "m",
        "n",
        "p",
        "s",
        "t",
        "u",
    ]
)
# These also stand last in a sentence, so a capital after them opens the next one.
_MAY_END = frozenset(
    [
        "etc",
        "mfl",
        "mill",
        "mrd",
        "mv",
        "ol",
        "osv",
        "pst",
        "stk",
        "kr",
        "m.m",
        "m.v",
        "m.fl",
        "o.l",
        "e.l",
        "o.a",
        "u.å",
        "d.d",
    ]
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,4}\.)+[^\W\d_]{1,4}")
_LIST_MARK = re.compile(
    r"\s*(?:[•‣◦▪●·*¶§–—-]\s+|\(?\d{1,2}[.):]\s+|\(?[a-zæøå][.)]\s+|\(?[ivx]{2,5}[.)]\s+)(?=\S)"
)
_DATE_AFTER = re.compile(
    r"(?:jan|feb|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|des|dec)[a-z]*\b", re.IGNORECASE
)
_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)")
_OPENING = "\"'«“”„‘(["
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/&][^\W_]+)*")


def normalise(text: str) -> str:
    """`text` in NFC with every run of blanks as one space and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def with_context(context: str, readable: str) -> str:
    """What is counted, embedded and indexed of a passage: its context on a line above it."""
    return f"{context}\n{readable}" if context else readable


def split_words(text: str) -> list[tuple[int, int]]:
    """Spans of the words and numbers; a hyphen, comma or dot inside a word belongs to it."""
    return [match.span() for match in _WORD.finditer(text)]


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in order, without blanks at their ends and without list marks.

    Lines without a letter or figure give no span; an empty text gives none.
    """
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        spans.extend(_sentences_of_line(text, line.start(), line.end()))
    return spans


def _sentences_of_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    mark = _LIST_MARK.match(text, start, end)
    if mark and not _DATE_AFTER.match(text, mark.end(), end):
        start = mark.end()
    for match in _END.finditer(text, start, end):
        if _ends_sentence(text, start, match.start(), match.end(), end):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    start += len(sentence) - len(sentence.lstrip())
    end -= len(sentence) - len(sentence.rstrip())
    if any(character.isalnum() for character in text[start:end]):
        yield start, end


def _ends_sentence(text: str, start: int, stop: int, after: int, end: int) -> bool:
    """Whether the stop at [stop, after) closes the sentence that began at `start`."""
    following = text[after:end].lstrip().lstrip(_OPENING)
    if not following:
        return False
    if following[0].islower():
        return False
    if text[stop:after].strip("\"'»”’)]") != ".":
        return True
    word = (
        text[start:stop].rsplit(maxsplit=1)[-1].lstrip(_OPENING) if text[start:stop].strip() else ""
    )
    return not _keeps_its_stop(word, following, is_first=word == text[start:stop].strip())


def _keeps_its_stop(word: str, following: str, *, is_first: bool) -> bool:
    """Whether the full stop after `word` is part of it: abbreviation, initial, ordinal."""
    folded = word.casefold()
    if folded in _MAY_END:
        return not following[0].isupper()
    if word.isdecimal():
        return is_first and len(word) <= 2
    if len(word) == 1 and word.isupper():
        return True
    if _DOTTED.fullmatch(word) and max(map(len, word.split("."))) <= 3:
        return True
    return folded.rsplit("/", 1)[-1] in _ABBREVIATIONS


_SINGLE = dict.fromkeys("'’‘‛`´′\"“”„‟«»″", "'")
_DASH = dict.fromkeys("-‐‑‒–—―−", "-")
_SPELLED = {"…": "...", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}
_UNIFIED = _SINGLE | _DASH | _SPELLED
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_CLUSTER = re.compile(r"(\s+)|(\S[\u0300-\u036f]*)")


def normalise_for_match(text: str) -> MatchText:
    """`text` in NFC, blanks as one space, all quotation marks as `'` and all dashes as `-`.

    Letters keep their case. Soft hyphens and zero-width characters are left out.
    """
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        if match.group(1):
            plain = " "
        elif cluster in _INVISIBLE:
            continue
        else:
            composed = unicodedata.normalize("NFC", cluster)
            plain = _UNIFIED.get(composed, composed)
        characters.extend(plain)
        starts.extend([match.start()] * len(plain))
        ends.extend([match.end()] * len(plain))
    return MatchText(text="".join(characters), starts=tuple(starts), ends=tuple(ends))


class QuoteFinder:
    """Finds quotes in one text, which is normalised once."""

    def __init__(self, haystack: str) -> None:
        self._haystack = haystack

    @cached_property
    def _inside(self) -> MatchText:
        return normalise_for_match(self._haystack)

    @cached_property
    def _bare(self) -> MatchText:
        return _without_joints(self._inside)

    def find(self, needle: str) -> tuple[int, int] | None:
        """Where `needle` stands, as a span of the text; None when it does not.

        Blanks, quotation marks, dashes and Unicode forms may differ; if nothing is found so,
        hyphens and blanks may also be missing or added (words divided at line ends). Letters,
        figures and their case must agree, and a quote begins and ends at word edges. The first
        place wins.
        """
        wanted = normalise_for_match(needle)
        found = _find_at_word_edges(self._inside, wanted.text.strip())
        if found is not None:
            return _original(self._inside, found)
        bare = _without_joints(wanted)
        found = _find_at_word_edges(self._bare, bare.text, whole=self._haystack)
        return None if found is None else _original(self._bare, found)


def find_quote(haystack: str, needle: str) -> tuple[int, int] | None:
    """Where `needle` stands in `haystack`; see `QuoteFinder.find`, better for many needles."""
    return QuoteFinder(haystack).find(needle)


def _without_joints(text: MatchText) -> MatchText:
    kept = [index for index, character in enumerate(text.text) if character not in " -'"]
    return MatchText(
        text="".join(text.text[index] for index in kept),
        starts=tuple(text.starts[index] for index in kept),
        ends=tuple(text.ends[index] for index in kept),
    )


def _find_at_word_edges(
    inside: MatchText, wanted: str, *, whole: str | None = None
) -> tuple[int, int] | None:
    if not any(character.isalnum() for character in wanted):
        return None
    position = inside.text.find(wanted)
    while position >= 0:
        end = position + len(wanted)
        edges = _at_edges(inside, position, end, whole)
        if edges:
            return position, end
        position = inside.text.find(wanted, position + 1)
    return None


def _at_edges(inside: MatchText, start: int, end: int, whole: str | None) -> bool:
    if whole is None:
        before = inside.text[start - 1 : start]
        after = inside.text[end : end + 1]
    else:
        before = whole[max(0, inside.starts[start] - 1) : inside.starts[start]]
        after = whole[inside.ends[end - 1] : inside.ends[end - 1] + 1]
    opens = not (before.isalnum() and inside.text[start].isalnum())
    return opens and not (after.isalnum() and inside.text[end - 1].isalnum())


def _original(inside: MatchText, found: tuple[int, int]) -> tuple[int, int]:
    return inside.starts[found[0]], inside.ends[found[1] - 1]
