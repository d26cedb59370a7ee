"""Whole dates as Norwegian and English documents write them.

Only forms that name day, month and year, and only days of the calendar: "april 2021" is no date
here. A date of digits alone is read day first, as both Norwegian and British English write it.
`dateparser` is not used: it completes "april 2021" with today's day, and we must not guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan",
            "februar february feb",
            "mars march mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_FORMS = (
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?,?\s+(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,\s+(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?![\d.]*\d)"
    ),
    re.compile(r"(?<![\d/])(?P<day>\d{1,2})/(?P<month>\d{1,2})[-/ ](?P<year>\d{4})(?![\d/])"),
    re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d-])"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date and where it stands in the text."""

    day: date
    start: int
    end: int


def find_dates(text: str) -> list[FoundDate]:
    """Every whole date in `text`, in its order."""
    return sorted(_found(text), key=lambda found: found.start)


def _found(text: str) -> Iterator[FoundDate]:
    for form in _FORMS:
        for match in form.finditer(text):
            month = match["month"].lower()
            number = _MONTHS[month] if month in _MONTHS else int(month)
            try:
                day = date(int(match["year"]), number, int(match["day"]))
            except ValueError:
                continue
            yield FoundDate(day=day, start=match.start(), end=match.end())
