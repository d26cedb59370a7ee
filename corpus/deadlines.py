"""Deadlines as printed in plans, and what they mean to a machine.

The grammar covers what Norwegian and English plans print in a column "Når" or "Frist": years, a
year with a season, month or quarter, spans, recurrences and "running". Anything else is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MONTHS = (
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    "jan|feb|apr|jun|jul|aug|sept|sep|okt|nov|des"
)
_SEASONS = "våren|vår|sommeren|sommer|høsten|høst|vinteren|vinter"
_YEAR = r"(?:19|20)\d{2}"
_RANGE = re.compile(
    rf"(?:fra\s+)?({_YEAR})\s*(?:[-–—/]|til(?:\s+og\s+med)?|t\.o\.m\.?)\s*({_YEAR}|\d{{2}})(?!\d)"
)
_DATE = re.compile(rf"\b(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?({_YEAR})\b")
_YEAR_ALONE = re.compile(rf"(?<!\d)({_YEAR})(?!\d)")
_RECURRING = {
    "yearly": r"årlig|årleg|hvert år|kvart år|yearly|annually",
    "monthly": r"månedlig|månadleg|hver måned|monthly",
    "weekly": r"ukentlig|hver uke|weekly",
    "quarterly": r"kvartalsvis|hvert kvartal|quarterly",
    "twice yearly": r"halvårlig|to ganger i året",
    "continuous": r"løpende|løpande|fortløpende|kontinuerlig|kontinuerleg|ongoing|continuous",
}
_FILLER = (
    rf"innen|før|fra|til|og|samt|etter|i|med|start|oppstart|ferdig|medio|primo|ultimo|tidlig|sent|"
    rf"slutten av|utgangen av|begynnelsen av|første|andre|tredje|fjerde|halvår|kvartal|"
    rf"q[1-4]|{_SEASONS}|{_MONTHS}|by|from|to|and|until|the end of"
)
_TOKEN = re.compile(
    rf"\s*(?:{'|'.join(_RECURRING.values())}|{_FILLER}|\d{{1,2}}\.\s?\d{{1,2}}\.\s?{_YEAR}"
    rf"|{_YEAR}(?:\s*[-–—/]\s*(?:{_YEAR}|\d{{2}}(?!\d)))?|\d{{1,2}}\.(?:\s?\d{{1,2}}\.)?|[-–—/,;.&+])(?![\wæøå])",
    re.IGNORECASE,
)
DASH = re.compile(r"^[-–—]{1,3}$")


def is_deadline(text: str) -> bool:
    """Whether the whole of `text` is a deadline ("Innen våren 2010"); a bare dash is none."""
    position = 0
    text = " ".join(text.split())
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return False
        position = token.end()
    return bool(machine_readable(text))


def machine_readable(text: str) -> tuple[str, ...]:
    """The meanings of a printed deadline, in the order they are printed, each once.

    "2012" is a year, "2010-2012" a span, "2010-06-30" a day; "yearly", "monthly", "quarterly",
    "weekly", "twice yearly" and "continuous" recur. A season or month is left at its year. Empty
    if `text` names no time.
    """
    rest = " ".join(text.split())
    found: dict[int, str] = {}
    for pattern, meaning in _MEANINGS:
        for match in pattern.finditer(rest):
            found[match.start()] = meaning(match)
        rest = pattern.sub(lambda match: " " * len(match.group()), rest)
    return tuple(dict.fromkeys(found[position] for position in sorted(found)))


def _iso_day(match: re.Match[str]) -> str:
    return f"{match.group(3)}-{int(match.group(2)):02}-{int(match.group(1)):02}"


def _span(match: re.Match[str]) -> str:
    first, last = match.group(1), match.group(2)
    return f"{first}-{last if len(last) == 4 else first[:2] + last}"


def _always(name: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: name


_MEANINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_DATE, _iso_day),
    (_RANGE, _span),
    (_YEAR_ALONE, lambda match: match.group(1)),
    *(
        (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), _always(name))
        for name, pattern in _RECURRING.items()
    ),
)
