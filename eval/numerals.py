"""Numbers as digits, however a sentence writes them: `elleve`, `tjueen`, `3 millioner`, `1 200`.

A fact counts as stated whether it is written in digits or in words, in bokmål, nynorsk or English.
`en`/`ei`/`et`/`one` stay words: as articles and pronouns they would match almost any sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

_ONES_NB = "null én to tre fire fem seks sju åtte ni ti elleve tolv tretten fjorten femten seksten"
_ONES_EN = "zero _ two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_TENS_NB = ("tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti")
_TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS_NB = ("en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni")
_UNITS_EN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SCALES = {
    "hundre": 100,
    "hundred": 100,
    "tusen": 1000,
    "thousand": 1000,
    **dict.fromkeys(("million", "millioner", "millionar", "millions", "mill"), 10**6),
    **dict.fromkeys(("milliard", "milliarder", "milliardar", "mrd"), 10**9),
}
_PERCENT = {"percent": "prosent", "pst": "prosent"}


def _small_numbers() -> dict[str, int]:
    ones = {word: n for n, word in enumerate(_ONES_NB.split())}
    ones |= {word: n for n, word in enumerate(_ONES_EN.split()) if word != "_"}
    ones |= {"syv": 7, "ett": 1, "sytten": 17, "atten": 18, "nitten": 19, "fifteen": 15}
    ones |= {"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "tyve": 20}
    ones |= {"tredve": 30}
    for place, (norwegian, english) in enumerate(zip(_TENS_NB, _TENS_EN, strict=True), start=2):
        ones |= {norwegian: place * 10, english: place * 10}
        for unit, word in enumerate(_UNITS_NB, start=1):
            ones[norwegian + word] = place * 10 + unit
            ones[f"{word}og{norwegian}"] = place * 10 + unit
        ones[norwegian + "syv"] = place * 10 + 7
    return ones


_NUMBERS = _small_numbers()
_ENGLISH_TENS = {word: n for n, word in enumerate(_TENS_EN, start=2)}
_ENGLISH_UNITS = {word: n for n, word in enumerate(_UNITS_EN, start=1)}
# One kind of separator throughout, a decimal part only behind the other: 1 200,5 and 1.200,50 are
# numbers, 1.200.5 is none.
_THOUSANDS = re.compile(
    r"(?<![\d.,])(?P<head>\d{1,3})(?P<gap>[ .,\u00a0\u2009\u202f])(?P<tail>\d{3}(?:(?P=gap)\d{3})*)"
    r"(?P<part>(?!(?P=gap))[.,]\d+)?(?!\d|[.,]\d)"
)
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")


def tokens(text: str) -> tuple[str, ...]:
    """Words and numbers of `text`, case folded, punctuation dropped, every number as digits.

    `1 200`, `1.200` and `1,200` are 1200, and `1 200,5` is 1200.5; a comma before fewer or more
    than three digits is a decimal comma; `%`, `pst` and `percent` are `prosent`.
    """
    text = _THOUSANDS.sub(_without_gaps, text)
    text = _DECIMAL.sub(".", text).replace("%", " prosent ").casefold()
    found = [_PERCENT.get(token, token) for token in _TOKEN.findall(text)]
    return tuple(_with_digits(found))


def _without_gaps(match: re.Match[str]) -> str:
    tail = match["tail"].replace(match["gap"], "")
    return match["head"] + tail + (match["part"] or "").replace(",", ".")


def _with_digits(found: Sequence[str]) -> list[str]:
    written: list[str] = []
    position = 0
    while position < len(found):
        value, used = _number_at(found, position)
        written.append(found[position] if value is None else _digits(value))
        position += used
    return written


def _number_at(found: Sequence[str], start: int) -> tuple[Decimal | None, int]:
    """The number that begins at `start` and how many tokens it takes; (None, 1) if none does."""
    value, used = _below_hundred(found, start)
    if value is None:
        if found[start] not in ("hundre", "hundred", "tusen"):
            return None, 1
        value, used = Decimal(1), 0
    total = Decimal(0)
    while start + used < len(found) and (scale := _SCALES.get(found[start + used])):
        total, value = (total, value) if value else (Decimal(0), total)
        value *= scale
        used += 1
        if scale >= 1000:
            total, value = total + value, Decimal(0)
        skip = 1 if found[start + used : start + used + 1] in (["og"], ["and"]) else 0
        more, more_used = _below_hundred(found, start + used + skip)
        if more is None:
            continue
        if more >= scale:
            break
        value += more
        used += skip + more_used
    return total + value, used


def _below_hundred(found: Sequence[str], at: int) -> tuple[Decimal | None, int]:
    """A number in digits (any size) or a word below hundred, and how many tokens it takes."""
    if at >= len(found):
        return None, 0
    token = found[at]
    if token[0].isdecimal():
        return Decimal(token), 1
    follower = found[at + 1] if at + 1 < len(found) else ""
    if token in _ENGLISH_TENS and follower in _ENGLISH_UNITS:
        return Decimal(_ENGLISH_TENS[token] * 10 + _ENGLISH_UNITS[follower]), 2
    number = _NUMBERS.get(token)
    return (None, 0) if number is None else (Decimal(number), 1)


def _digits(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
