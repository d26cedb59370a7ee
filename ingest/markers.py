"""What a line opens with: a bullet, a list number, a heading's number, a run-in label.

Reading one line can only say what a mark looks like. Whether "1. Mestring" heads a section or opens
a list is decided later, by what stands between it and "2."
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class MarkKind(StrEnum):
    """The sort of mark; figures and letters must stand in sequence, bullets need not."""

    BULLET = "bullet"
    DASH = "dash"
    NUMBER = "number"
    LETTER = "letter"
    ROMAN = "roman"
    DECIMAL = "decimal"
    CHAPTER = "chapter"
    WORD = "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark at the head of a line.

    `number` is (3, 2) for "3.2"; empty for bullets. `family` tells sequences apart ("1." from "1)"
    from "Vedlegg 1:"). `length` counts the characters before the text proper.
    """

    kind: MarkKind
    text: str
    number: tuple[int, ...]
    family: str
    length: int

    @property
    def heads_section(self) -> bool:
        """Whether the form alone ("3.2 …", "Vedlegg 1: …") is that of a heading."""
        return self.kind in (MarkKind.DECIMAL, MarkKind.CHAPTER, MarkKind.WORD)


_MONTH = (
    r"(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    r"january|february|march|may|june|july|october|december)\b"
)
_BULLET = re.compile(r"([•‣◦▪●·∙¶])\s*(?=\S)")
_DASH = re.compile(r"([-–—*])\s+(?=\S)")
_NUMBER = re.compile(rf"(?i:(\d{{1,2}})([.):])\s+(?!{_MONTH})(?=\S))")
_LETTER = re.compile(r"\(?([a-zæøå])([.)])\s+(?=\S)")
_ROMAN = re.compile(r"\(?([ivx]{1,5})([.)])\s+(?=\S)")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})([.:])?\s+(?=[\"'«“A-ZÆØÅ\d])")
_CHAPTER = re.compile(r"(\d{1,2})\s+(?=[A-ZÆØÅ])")
_WORD = re.compile(
    r"([A-ZÆØÅ][a-zæøå]*mål|Mål|Vedlegg|VEDLEGG|Kapittel|KAPITTEL|Del|DEL|Tema|Bilag|Strategi|"
    r"[A-ZÆØÅ][a-zæøå]*område|Fase|Appendix|Annex|Chapter|Part|Goal)"
    r"\s+(\d{1,2}(?:\.\d{1,2})?)\s*(?:[:.–-]\s*|$)"
)
_WORD_WITHOUT_SIGN = re.compile(
    r"(Kapittel|KAPITTEL|Chapter|Vedlegg|VEDLEGG|Appendix|Annex)\s+(\d{1,2})\s+(?=[A-ZÆØÅ])"
)
_LABEL = re.compile(r"([A-ZÆØÅ][^:.!?]{1,48}):\s+(?=\S)")
_ROMAN_VALUES = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
}


def read_mark(text: str) -> Mark | None:
    """The mark that `text` opens with, None for plain text."""
    for kind, pattern in (
        (MarkKind.WORD, _WORD),
        (MarkKind.WORD, _WORD_WITHOUT_SIGN),
        (MarkKind.DECIMAL, _DECIMAL),
        (MarkKind.NUMBER, _NUMBER),
        (MarkKind.CHAPTER, _CHAPTER),
        (MarkKind.BULLET, _BULLET),
        (MarkKind.DASH, _DASH),
        (MarkKind.ROMAN, _ROMAN),
        (MarkKind.LETTER, _LETTER),
    ):
        match = pattern.match(text)
        if match:
            mark = _made(kind, match)
            if mark is not None:
                return mark
    return None


def _made(kind: MarkKind, match: re.Match[str]) -> Mark | None:
    groups = match.groups()
    number: tuple[int, ...] = ()
    family = kind.value
    if kind is MarkKind.WORD:
        number = tuple(map(int, groups[1].split(".")))
        family = groups[0].casefold()
    elif kind in (MarkKind.DECIMAL, MarkKind.CHAPTER, MarkKind.NUMBER):
        number = tuple(map(int, groups[0].split(".")))
        family = kind.value + (groups[1] if kind is MarkKind.NUMBER else "")
    elif kind is MarkKind.LETTER:
        number = ("abcdefghijklmnopqrstuvwxyzæøå".index(groups[0]) + 1,)
        family = kind.value + groups[1]
    elif kind is MarkKind.ROMAN:
        if groups[0] not in _ROMAN_VALUES:
            return None
        number = (_ROMAN_VALUES[groups[0]],)
        family = kind.value + groups[1]
    return Mark(
        kind=kind, text=match.group().strip(), number=number, family=family, length=match.end()
    )


def names_its_successor(text: str, mark: Mark) -> bool:
    """Whether the next number follows in the running text: "1) folkehelse og 2) tjenester"."""
    if mark.kind is not MarkKind.NUMBER:
        return False
    close = re.escape(mark.family[-1])
    return re.search(rf"\s{mark.number[0] + 1}{close}\s", text) is not None


def read_label(text: str) -> str | None:
    """The run-in label of "Indikator: Andelen …"; None without one."""
    match = _LABEL.match(text)
    return match.group(1) if match else None
