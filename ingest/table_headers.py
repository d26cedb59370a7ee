"""Which lines are the header of a flattened table, and what kind of text its columns hold.

A header is recognised by its words alone: lines that consist of nothing but column titles, at
least two of them. A title may be hyphenated over lines ("Samarbeids-" / "partner").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.source import Line, LineRole


class ColumnRole(StrEnum):
    """What the cells of a column are, which decides how likely a piece of text is one of them."""

    NUMBER = "number"
    STRATEGY = "strategy"
    MEASURE = "measure"
    INDICATOR = "indicator"
    RESPONSIBLE = "responsible"
    PARTNER = "partner"
    WHEN = "when"
    NAME = "name"
    DESCRIPTION = "description"
    TEXT = "text"


TITLES: dict[ColumnRole, tuple[str, ...]] = {
    ColumnRole.NUMBER: ("nr", "nr.", "nummer", "no."),
    ColumnRole.STRATEGY: ("strategi", "strategier", "delmål", "strategy"),
    ColumnRole.MEASURE: ("tiltak", "aktivitet", "aktiviteter", "measure", "measures", "action"),
    ColumnRole.INDICATOR: ("indikator", "indikatorer", "resultatmål", "indicator", "indicators"),
    ColumnRole.RESPONSIBLE: ("ansvarlig", "ansvarlige", "ansvar", "hovedansvar", "responsible"),
    ColumnRole.PARTNER: (
        "samarbeidspartner",
        "samarbeidspartnere",
        "samarbeidspart",
        "partner",
        "partnere",
        "partners",
    ),
    ColumnRole.WHEN: ("når", "frist", "tidsfrist", "tidspunkt", "tidsrom", "periode", "deadline"),
    ColumnRole.NAME: (
        "metode",
        "metode/arbeidsform",
        "arbeidsform",
        "virkemiddel",
        "område",
        "tema",
    ),
    ColumnRole.DESCRIPTION: ("beskrivelse", "forklaring", "kommentar", "merknad", "description"),
    ColumnRole.TEXT: ("rødt", "gult", "grønt", "rød", "gul", "grønn", "status", "kostnad"),
}
_ROLE_OF = {title: role for role, titles in TITLES.items() for title in titles}
_BROKEN_TITLE = re.compile(r"^[A-ZÆØÅ][a-zæøå]+-$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Column titles as printed (wrapped ones joined), their roles, and the lines they stand on."""

    start_line: int
    end_line: int
    columns: tuple[str, ...]
    roles: tuple[ColumnRole, ...]


def role_of_title(title: str) -> ColumnRole:
    """The role of a column by its title; TEXT for a title that is not known."""
    return _ROLE_OF.get(" ".join(title.lower().split()), ColumnRole.TEXT)


def find_header(lines: Sequence[tuple[int | None, Line]], start: int) -> Header | None:
    """The header that opens on line `start`, or None.

    The header may go on over blank lines of the same page as long as only titles follow.
    """
    titles = _titles_of(lines[start][1], "")
    if titles is None or len([title for title in titles if not title.endswith("-")]) < 2:
        return None
    end = start + 1
    for index in range(start + 1, len(lines)):
        page, line = lines[index]
        if page != lines[start][0]:
            break
        if line.role is LineRole.BLANK or not line.text.strip():
            continue
        broken = titles[-1] if titles[-1].endswith("-") else ""
        more = _titles_of(line, broken[:-1])
        if more is None:
            break
        titles = [*(titles[:-1] if broken else titles), *more]
        end = index + 1
    return _header(start, end, titles)


def _header(start: int, end: int, titles: list[str]) -> Header | None:
    roles = tuple(role_of_title(title) for title in titles)
    if len(set(titles)) < len(titles) or len(titles) < 2 or titles[-1].endswith("-"):
        return None
    return Header(start_line=start, end_line=end, columns=tuple(titles), roles=roles)


def _titles_of(line: Line, broken: str) -> list[str] | None:
    """The titles a line consists of, its first completing `broken`; None if it holds other text."""
    words = line.text.split() if line.role is LineRole.BODY else []
    if not words:
        return None
    titles = [broken + words[0], *words[1:]]
    known = [title.lower() in _ROLE_OF for title in titles]
    if not all(known[:-1]) or not (known[-1] or _opens_title(titles[-1])):
        return None
    return titles


def _opens_title(word: str) -> bool:
    return bool(_BROKEN_TITLE.match(word)) and any(
        title.startswith(word[:-1].lower()) for title in _ROLE_OF
    )
