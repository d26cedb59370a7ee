"""Where the pages of a flat text begin, and which numbers they bear.

A text layer without form feeds may still show its pages: each begins with one extra blank. Cells
of tables and indented lines begin with a blank too, so every such line is a candidate with a
weight, and the printed folios (numbers alone on a line) decide. First the folios: the longest
chain of lone numbers that rises as fast as breaks are to be had between them. Then the breaks:
between two folios n and m exactly m - n of them, the weightiest (dynamic programming with the
page's length as a second measure); outside the chain, all that are more likely than not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.errors import SettingsError
from corpus.records import Repair

PAGE_BREAKS = ("auto", "space", "form-feed", "none")
_FOLIO = re.compile(r"^(?:side\s+|[-–]\s*)?(\d{1,4})(?:\s*(?:av|of|/)\s*\d{1,4}|\s*[-–])?$", re.I)
_BULLET_OR_DASH = re.compile(r"^\s*[•¶·▪●◦o*–-]\s")
_LIKELY = 3.0
_POSSIBLE = 1.0
_UNLIKELY = -3.0
_MOST_LINES_ON_A_PAGE = 75
# A document's own first page is seldom beyond this number (cover, contents, preface before it).
_MOST_PAGES_BEFORE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedPage:
    """The lines of one page. `folios` are the indices of lines that print the page's number."""

    number: int | None
    lines: tuple[str, ...]
    folios: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """Pages in order, and what was read off the text to find them."""

    pages: tuple[NumberedPage, ...]
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class _Break:
    line: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Folio:
    line: int
    number: int


def paginate(lines: Sequence[str], *, page_break: str, first_page: int | None) -> Pagination:
    """Split raw lines (leading blanks kept) into numbered pages.

    `page_break` is one of PAGE_BREAKS; "auto" takes form feeds where there are any, else blanks
    where the text begins with one, else the text is one page without a number. `first_page` None
    means: as the folios say, else 1; pages below 1 get no number. Folios outvote a `first_page`
    that contradicts them; the repairs then say so.

    Raises:
        SettingsError: `page_break` is unknown.
    """
    if page_break not in PAGE_BREAKS:
        raise SettingsError(f"page break {page_break!r} is unknown: write {', '.join(PAGE_BREAKS)}")
    if page_break == "auto":
        page_break = _mark_in_use(lines)
    if page_break == "none":
        return Pagination(pages=(NumberedPage(number=None, lines=tuple(lines)),), repairs=())
    if page_break == "form-feed":
        return _by_form_feed(lines, first_page)
    return _by_blank(lines, first_page)


def is_folio(line: str) -> int | None:
    """The page number that `line` consists of ("12", "Side 12 av 40", "- 12 -"), else None."""
    match = _FOLIO.match(line.strip())
    return int(match.group(1)) if match else None


def _mark_in_use(lines: Sequence[str]) -> str:
    if any("\f" in line for line in lines):
        return "form-feed"
    first = next((line for line in lines if line.strip()), "")
    # The first page bears the mark like all others; a list indented further down proves nothing.
    return "space" if re.match(r" \S", first) else "none"


def _by_form_feed(lines: Sequence[str], first_page: int | None) -> Pagination:
    pages: list[list[str]] = [[]]
    for line in lines:
        head, *tails = line.split("\f")
        if head or not tails:
            pages[-1].append(head)
        pages.extend([tail] if tail else [] for tail in tails)
    while len(pages) > 1 and not any(line.strip() for line in pages[-1]):
        pages.pop()
    starts = [0]
    flat: list[str] = []
    for page in pages:
        flat.extend(page)
        starts.append(len(flat))
    del starts[-1]
    folios = _folio_chain(flat, [_Break(start, _LIKELY) for start in starts])
    return _number(flat, starts, folios, first_page)


def _by_blank(lines: Sequence[str], first_page: int | None) -> Pagination:
    breaks = _candidates(lines)
    folios = _folio_chain(lines, breaks)
    anchors = [
        folio for i, folio in enumerate(folios) if i == 0 or folio.number != folios[i - 1].number
    ]
    starts = [0]
    for left, right in pairwise(anchors):
        inside = [b for b in breaks if left.line < b.line <= right.line]
        starts.extend(_choose(lines, inside, right.number - left.number, left.line, right.line))
    outside = [b.line for b in breaks if b.weight > 0]
    if anchors:
        first, last = anchors[0].line, anchors[-1].line
        outside = [line for line in outside if not first < line <= last]
        if _opens_page(anchors[1:], starts):
            outside.append(first - 1)
    return _number(lines, sorted({*starts, *outside}), folios, first_page)


def _opens_page(anchors: Sequence[_Folio], starts: Sequence[int]) -> bool:
    """Whether most folios were found to be a page's first line, by the count of breaks."""
    return sum(anchor.line - 1 in starts for anchor in anchors) * 2 > len(anchors)


def _candidates(lines: Sequence[str]) -> list[_Break]:
    """Every line that may open a page, with a weight: above 0 it is more likely than not."""
    found = []
    for i, line in enumerate(lines):
        if i == 0:
            continue
        if not line.strip():
            if line and i + 1 < len(lines) and is_folio(lines[i + 1]) is not None:
                found.append(_Break(i, -_POSSIBLE))
            continue
        indent = len(line) - len(line.lstrip(" "))
        if indent not in (1, 2, 3) or not any(before.strip() for before in lines[:i]):
            continue
        # A page's first line follows the last line of the page before; cells follow an empty line.
        weight = _LIKELY if lines[i - 1].strip() else _UNLIKELY
        if indent > 1:
            weight -= _POSSIBLE
        if _is_indented_list(lines, i):
            weight = _UNLIKELY
        found.append(_Break(i, weight))
    return found


def _is_indented_list(lines: Sequence[str], i: int) -> bool:
    neighbours = [lines[k] for k in (i - 1, i + 1) if 0 <= k < len(lines)]
    return bool(_BULLET_OR_DASH.match(lines[i])) and any(
        re.match(r" \S", line) and _BULLET_OR_DASH.match(line) for line in neighbours
    )


def _folio_chain(lines: Sequence[str], breaks: Sequence[_Break]) -> list[_Folio]:
    """Lone numbers that can all be page numbers at once, at least two different ones or none."""
    lone = []
    for i, line in enumerate(lines):
        number = is_folio(line)
        before = sum(b.line <= i for b in breaks)
        if number and number <= before + _MOST_PAGES_BEFORE and _stands_alone(lines, i):
            lone.append(_Folio(i, number))
    best: list[tuple[float, int | None]] = []
    for k, folio in enumerate(lone):
        choices: list[tuple[float, int | None]] = [(1.0, None)]
        for j in range(k):
            gain = _link(lone[j], folio, breaks)
            if gain is not None:
                choices.append((best[j][0] + gain, j))
        best.append(max(choices, key=lambda choice: choice[0]))
    chain: list[_Folio] = []
    at: int | None = max(range(len(lone)), key=lambda k: best[k][0]) if lone else None
    while at is not None:
        chain.append(lone[at])
        at = best[at][1]
    chain.reverse()
    return chain if len({folio.number for folio in chain}) > 1 else []


def _link(left: _Folio, right: _Folio, breaks: Sequence[_Break]) -> float | None:
    """What it gains to have `right` follow `left` in the chain; None where it cannot."""
    step = right.number - left.number
    between = [b.weight for b in breaks if left.line < b.line <= right.line]
    likely = sum(weight > 0 for weight in between)
    if step < 0 or step > len(between):
        return None
    if step == 0:
        return 0.1 if not likely else None
    return 1.0 - 0.7 * max(0, likely - step)


def _stands_alone(lines: Sequence[str], i: int) -> bool:
    def is_free(k: int) -> bool:
        return not 0 <= k < len(lines) or not lines[k].strip() or lines[k].startswith(" ")

    return is_free(i - 1) or is_free(i + 1)


def _choose(
    lines: Sequence[str], breaks: Sequence[_Break], wanted: int, left: int, right: int
) -> list[int]:
    """The `wanted` lines in (left, right] that most likely open pages."""
    wanted = min(wanted, len(breaks))
    if wanted == len(breaks):
        return [b.line for b in breaks]
    stops = [left, *(b.line for b in breaks), right]
    # best[k][j]: the best score with j breaks taken, the last of them number k (1-based).
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, -1)}]
    for k, candidate in enumerate(breaks, start=1):
        row: dict[int, tuple[float, int]] = {}
        for p in range(k):
            cost = _length_cost(lines, stops[p], stops[k])
            for taken, (score, _) in best[p].items():
                total = score + candidate.weight - cost
                if taken < wanted and total > row.get(taken + 1, (float("-inf"), 0))[0]:
                    row[taken + 1] = (total, p)
        best.append(row)
    ends = [
        (best[k][wanted][0] - _length_cost(lines, stops[k], right), k)
        for k in range(1, len(breaks) + 1)
        if wanted in best[k]
    ]
    chosen: list[int] = []
    k, taken = (max(ends)[1], wanted) if ends else (0, 0)
    while k:
        chosen.append(stops[k])
        k, taken = best[k][taken][1], taken - 1
    return chosen[::-1]


def _length_cost(lines: Sequence[str], start: int, end: int) -> float:
    length = end - start
    return 1.0 if length < 3 else max(0.0, (length - _MOST_LINES_ON_A_PAGE) / 20)


def _number(
    lines: Sequence[str], starts: Sequence[int], folios: Sequence[_Folio], first_page: int | None
) -> Pagination:
    by_line = {folio.line: folio.number for folio in folios}
    ends = [*starts[1:], len(lines)]
    spans = [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if any(line.strip() for line in lines[start:end])
    ]
    printed = [
        next((by_line[i] for i in range(start, end) if i in by_line), None) for start, end in spans
    ]
    read_off = next((n - k for k, n in enumerate(printed) if n is not None), None)
    number = read_off if read_off is not None else first_page if first_page is not None else 1
    repairs = [_told(folios, number, first_page)] if folios else []
    pages = []
    for (start, end), folio in zip(spans, printed, strict=True):
        number = number if folio is None else folio
        at = tuple(i - start for i in range(start, end) if i in by_line)
        shown = number if number > 0 else None
        pages.append(NumberedPage(number=shown, lines=tuple(lines[start:end]), folios=at))
        number += 1
    return Pagination(pages=tuple(pages), repairs=tuple(repairs))


def _told(folios: Sequence[_Folio], first: int, asked: int | None) -> Repair:
    printed = ", ".join(str(n) for n in sorted({folio.number for folio in folios}))
    before = "first page unknown" if asked is None else f"first page {asked}"
    return Repair(
        name="page numbers",
        page=first,
        before=before,
        after=f"first page {first}, by the printed numbers {printed}",
    )
