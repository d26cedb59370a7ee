"""Tables whose columns a text file still shows: tabs, or blanks that line the cells up.

`Tiltak<tab>Ansvarlig<tab>Frist` and the layout mode of PDF extractors keep what flattened tables
have lost. A header is a line of at least two titles that are known as such, parted by tabs or by
two blanks or more; each line below that falls into as many cells is a row. A line with fewer cells
goes on with the cells it stands under, and a blank line is passed over if rows go on below it.
Fewer than two rows are left as lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.source import ElementKind, SourceElement
from ingest.table_headers import ColumnRole, role_of_title

_CELL = re.compile(r"\S+(?: \S+)*")
_FEWEST_ROWS = 2
_SLACK = 2  # characters that a cell may begin left of its title


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    text: str


def take_tables(lines: Sequence[str]) -> list[str | SourceElement]:
    """`lines`, with a table element in place of the lines of each table."""
    parts: list[str | SourceElement] = []
    position = 0
    while position < len(lines):
        end, table = _table(lines, position)
        parts.append(lines[position] if table is None else table)
        position = end
    return parts


def _table(lines: Sequence[str], start: int) -> tuple[int, SourceElement | None]:
    titles = _cells(lines[start])
    if not _is_header([cell.text for cell in titles]):
        return start + 1, None
    by_tab = "\t" in lines[start].strip()
    rows: list[list[str]] = []
    end = start + 1
    for position in range(start + 1, len(lines)):
        line = lines[position]
        if not line.strip():
            continue
        row = _row(line, titles, by_tab=by_tab)
        if row is not None:
            rows.append(row)
        elif rows and lines[position - 1].strip() and _goes_on(line, titles, by_tab=by_tab):
            _add(rows[-1], line, titles)
        else:
            break
        end = position + 1
    if len(rows) < _FEWEST_ROWS:
        return start + 1, None
    header = tuple(cell.text for cell in titles)
    table = (header, *(tuple(row) for row in rows))
    return end, SourceElement(kind=ElementKind.TABLE, rows=table)


def _cells(line: str) -> list[_Cell]:
    if "\t" in line.strip():
        cells, start = [], 0
        for text in line.rstrip("\n").split("\t"):
            cells.append(_Cell(start, " ".join(text.split())))
            start += len(text) + 1
        while cells and not cells[-1].text:
            cells.pop()
        return cells
    return [_Cell(match.start(), match.group()) for match in _CELL.finditer(line)]


def _is_header(titles: Sequence[str]) -> bool:
    known = [title for title in titles if role_of_title(title) is not ColumnRole.TEXT]
    return len(known) >= 2 and all(titles) and len(set(titles)) == len(titles)


def _row(line: str, titles: Sequence[_Cell], *, by_tab: bool) -> list[str] | None:
    """The cells of a line that is a row of its own; None for another line."""
    if by_tab != ("\t" in line.strip()):
        return None
    cells = _cells(line)
    if by_tab:
        texts = [cell.text for cell in cells]
        fits = 2 <= len(texts) <= len(titles)
        return texts + [""] * (len(titles) - len(texts)) if fits else None
    at = [_column(cell, titles) for cell in cells]
    return [cell.text for cell in cells] if at == list(range(len(titles))) else None


def _goes_on(line: str, titles: Sequence[_Cell], *, by_tab: bool) -> bool:
    """Whether every cell of a line stands under a title, and not the whole line under the first."""
    if by_tab or "\t" in line:
        return False
    cells = _cells(line)
    under = [any(abs(cell.start - t.start) <= _SLACK for t in titles) for cell in cells]
    room = titles[1].start - titles[0].start
    return all(under) and (cells[0].start > titles[0].start or len(cells[0].text) < room)


def _add(row: list[str], line: str, titles: Sequence[_Cell]) -> None:
    for cell in _cells(line):
        column = _column(cell, titles)
        row[column] = f"{row[column]}\n{cell.text}" if row[column] else cell.text


def _column(cell: _Cell, titles: Sequence[_Cell]) -> int:
    return max(
        (n for n, title in enumerate(titles) if title.start - _SLACK <= cell.start), default=0
    )
