"""HTML tables as rows of text, with cells that span rows or columns set out on the grid.

Source: https://html.spec.whatwg.org/multipage/tables.html#forming-a-table, without its error cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bs4 import Tag

_MAX_SPAN = 1000  # the standard's own bound


def is_layout(table: Tag) -> bool:
    """Whether a table only places things: one column, tables or headings inside, or said so."""
    if table.get("role") in ("presentation", "none"):
        return True
    if table.find(["table", "h1", "h2", "h3", "h4", "h5", "h6"]) is not None:
        return True
    return max((len(list(_cells(row))) for row in _rows(table)), default=0) <= 1


def span_rows(table: Tag, text_of: Callable[[Tag], str]) -> tuple[tuple[str | None, ...], ...]:
    """The rows, all of one length: None under a cell merged downwards, "" beside a wide one."""
    grid: dict[tuple[int, int], str | None] = {}
    rows = list(_rows(table))
    for y, row in enumerate(rows):
        x = 0
        for cell in _cells(row):
            while (y, x) in grid:
                x += 1
            width = _span(cell, "colspan")
            height = _span(cell, "rowspan") or len(rows) - y  # 0: down to the last row
            for down in range(min(height, len(rows) - y)):
                for right in range(max(width, 1)):
                    grid[y + down, x + right] = None if down else ""
            grid[y, x] = text_of(cell)
            x += max(width, 1)
    columns = max((x for _, x in grid), default=-1) + 1
    return tuple(tuple(grid.get((y, x), "") for x in range(columns)) for y in range(len(rows)))


def _rows(table: Tag) -> Iterator[Tag]:
    """Rows in the order shown: `tfoot` may be written before `tbody` and is shown last."""
    parts = table.find_all(["thead", "tbody", "tfoot", "tr"], recursive=False)
    rank = {"thead": 0, "tfoot": 2}
    for part in sorted(parts, key=lambda tag: rank.get(tag.name, 1)):
        yield from [part] if part.name == "tr" else part.find_all("tr", recursive=False)


def _cells(row: Tag) -> Iterator[Tag]:
    yield from row.find_all(["td", "th"], recursive=False)


def _span(cell: Tag, attribute: str) -> int:
    value = str(cell.get(attribute, "1"))
    return min(int(value), _MAX_SPAN) if re.fullmatch(r"\d{1,6}", value) else 1
