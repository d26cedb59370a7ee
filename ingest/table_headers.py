"""Which lines are the header of a flattened table, and what kind of text its columns hold.

A header is recognised by its words alone: lines that consist of nothing but column titles, at
least two of them. A title may have several words ("Ansvarlig enhet") and be hyphenated over lines
("Samarbeids-" / "partner"). A title of a marked-up table need not be known: "Frist for
gjennomføring" has the role of its first word.
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
    ColumnRole.NUMBER: ("nr", "nr.", "nummer", "no.", "tiltaksnr", "tiltaksnr."),
    ColumnRole.STRATEGY: ("strategi", "strategier", "delmål", "strategy"),
    ColumnRole.MEASURE: (
        "tiltak",
        "aktivitet",
        "aktiviteter",
        "handling",
        "handlinger",
        "measure",
        "measures",
        "action",
        "actions",
    ),
    ColumnRole.INDICATOR: (
        "indikator",
        "indikatorer",
        "resultatmål",
        "resultatindikator",
        "måltall",
        "måleparameter",
        "indicator",
        "indicators",
    ),
    ColumnRole.RESPONSIBLE: (
        "ansvarlig",
        "ansvarlige",
        "ansvar",
        "hovedansvar",
        "hovedansvarlig",
        "ansvarlig enhet",
        "ansvarlig etat",
        "ansvarlig avdeling",
        "ansvarlig virksomhet",
        "ansvarlig aktør",
        "ansvarlig instans",
        "responsible",
    ),
    ColumnRole.PARTNER: (
        "samarbeidspartner",
        "samarbeidspartnere",
        "samarbeidspart",
        "samarbeidsparter",
        "samarbeid med",
        "medvirkende",
        "andre aktører",
        "øvrige aktører",
        "partner",
        "partnere",
        "partners",
    ),
    ColumnRole.WHEN: (
        "når",
        "frist",
        "tidsfrist",
        "tidspunkt",
        "tidsrom",
        "tidsramme",
        "tidsplan",
        "periode",
        "gjennomføres",
        "deadline",
    ),
    ColumnRole.NAME: (
        "metode",
        "metode/arbeidsform",
        "arbeidsform",
        "virkemiddel",
        "område",
        "tema",
    ),
    ColumnRole.DESCRIPTION: ("beskrivelse", "forklaring", "kommentar", "merknad", "description"),
    ColumnRole.TEXT: (
        "rødt",
        "gult",
        "grønt",
        "rød",
        "gul",
        "grønn",
        "status",
        "kostnad",
        "kostnader",
        "budsjett",
        "finansiering",
        "ressurser",
        "prioritet",
        "effekt",
    ),
}
_ROLE_OF = {title: role for role, titles in TITLES.items() for title in titles}
_LONGEST_HEADER = 40  # words
_MOST_WORDS_BY_FIRST = 4
_MOST_WORDS = max(len(title.split()) for title in _ROLE_OF)
_NOT_BY_FIRST_WORD = (ColumnRole.TEXT, ColumnRole.NAME, ColumnRole.DESCRIPTION)
_BROKEN_TITLE = re.compile(r"^[A-ZÆØÅ][a-zæøå]+-$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Column titles as printed (wrapped ones joined), their roles, and the lines they stand on."""

    start_line: int
    end_line: int
    columns: tuple[str, ...]
    roles: tuple[ColumnRole, ...]


def role_of_title(title: str) -> ColumnRole:
    """The role of a column by its title, or by the first word of one of at most four words.

    TEXT for a title that is not known.
    """
    words = title.lower().replace(":", " ").split()
    role = _ROLE_OF.get(" ".join(words))
    if role is None and 1 < len(words) <= _MOST_WORDS_BY_FIRST:
        role = _ROLE_OF.get(words[0].rstrip(",/"))
        role = None if role in _NOT_BY_FIRST_WORD else role
    return role or ColumnRole.TEXT


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
    if not 0 < len(words) <= _LONGEST_HEADER:
        return None
    titles = _as_titles([broken + words[0], *words[1:]])
    known = [title.lower() in _ROLE_OF for title in titles]
    if not all(known[:-1]) or not (known[-1] or _opens_title(titles[-1])):
        return None
    return titles


def _as_titles(words: list[str]) -> list[str]:
    """The words, those together that make one title: the longest title at each place."""
    titles = []
    while words:
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            title = " ".join(words[:count])
            if count == 1 or title.lower() in _ROLE_OF:
                titles.append(title)
                words = words[count:]
                break
    return titles


def _opens_title(word: str) -> bool:
    return bool(_BROKEN_TITLE.match(word)) and any(
        title.startswith(word[:-1].lower()) for title in _ROLE_OF
    )
