"""Ruled tables of a PDF page: cells from the lines drawn around them, and their text.

pdfplumber finds a cell where four lines meet. Two things are added. Tables are often left open at a
side, most of all where a page cuts them: so each table found is looked at again with lines along
the ends of its own rules. And a table that goes on at the next page gets the header it began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.page import Page
from pdfplumber.table import Table

WORD_SETTINGS = {"x_tolerance_ratio": 0.15, "y_tolerance": 3, "keep_blank_chars": False}
_EDGE_TOLERANCE = 4.0
_TOUCHING = 3.0

Bbox = tuple[float, float, float, float]  # x0, top, x1, bottom


@dataclass(slots=True, kw_only=True)
class ReadTable:
    """A table's text, the places of its cells, and the left edges of its columns."""

    rows: tuple[tuple[str | None, ...], ...]
    bbox: Bbox
    cells: tuple[Bbox, ...]
    edges: tuple[float, ...]
    first_row_is_bold: bool
    continued: bool = False

    def holds(self, word: dict[str, Any]) -> bool:
        """Whether a word stands in one of the cells, and so in the rows."""
        return any(_is_in(cell, word) for cell in self.cells)


def read_tables(page: Page, table_before: ReadTable | None) -> list[ReadTable]:
    """The page's ruled tables from the top; frames around text and grids of charts are none.

    A single row counts when it can be the last of `table_before`, which ended the page before.
    """
    found: list[Table] = []
    for table in page.find_tables():
        closed = _closed(page, table)
        if not any(_overlap(closed.bbox, other.bbox) for other in found):
            found.append(closed)
    return [_read_table(table) for table in found if _is_table(table, table_before)]


def continue_table(last: ReadTable, first: ReadTable) -> None:
    """Give `first` the header of `last`, the table at the end of the page before, if it goes on.

    It goes on if its columns stand at the same places, unless both first rows are bold: then it has
    a header of its own. A header that is printed anew at each page needs no repeating.
    """
    if not _same_edges(last.edges, first.edges) or first.rows[0] == last.rows[0]:
        return
    if last.first_row_is_bold and first.first_row_is_bold:
        return
    first.rows = (last.rows[0], *first.rows)
    first.first_row_is_bold = last.first_row_is_bold
    first.continued = True


def _closed(page: Page, table: Table) -> Table:
    """The table with lines along the ends of its rules, where it was open."""
    x0, top, x1, bottom = _reach(page.edges, table.bbox)
    left, upper, right, lower = page.bbox
    region = page.crop(
        (max(left, x0 - 1), max(upper, top - 1), min(right, x1 + 1), min(lower, bottom + 1))
    )
    closed = region.find_tables(
        {"explicit_vertical_lines": [x0, x1], "explicit_horizontal_lines": [top, bottom]}
    )
    return max(closed, key=lambda found: len(found.cells), default=table)


def _reach(edges: Iterable[dict[str, Any]], bbox: Bbox) -> Bbox:
    """How far the rules that touch the table go."""
    x0, top, x1, bottom = bbox
    near = [
        edge
        for edge in edges
        if edge["x0"] <= x1 + _TOUCHING
        and edge["x1"] >= x0 - _TOUCHING
        and edge["top"] <= bottom + _TOUCHING
        and edge["bottom"] >= top - _TOUCHING
    ]
    upright = [edge for edge in near if edge["orientation"] == "v"]
    level = [edge for edge in near if edge["orientation"] == "h"]
    return (
        min([x0, *(float(edge["x0"]) for edge in level)]),
        min([top, *(float(edge["top"]) for edge in upright)]),
        max([x1, *(float(edge["x1"]) for edge in level)]),
        max([bottom, *(float(edge["bottom"]) for edge in upright)]),
    )


def _overlap(one: Bbox, other: Bbox) -> bool:
    """Whether two tables share ground: both reached over the same rules."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > _TOUCHING and high > _TOUCHING


def _is_table(table: Table, table_before: ReadTable | None) -> bool:
    rows = [[bool((cell or "").strip()) for cell in row] for row in table.extract()]
    goes_on = table_before is not None and _same_edges(_edges(table), table_before.edges)
    filled_rows = sum(any(row) for row in rows)
    filled_columns = sum(any(column) for column in zip(*rows, strict=True))
    share = sum(map(sum, rows)) / (len(rows) * len(rows[0]))
    return filled_rows >= (1 if goes_on else 2) and filled_columns >= 2 and share >= 0.25


def _edges(table: Table) -> tuple[float, ...]:
    return tuple(sorted({round(float(cell[0]), 1) for cell in table.cells}))


def _same_edges(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= _EDGE_TOLERANCE for a, b in zip(one, other, strict=True)
    )


def _read_table(table: Table) -> ReadTable:
    texts = table.extract(**WORD_SETTINGS)
    rows = [
        [_cell_text(table, texts, row, column) for column in range(len(texts[row]))]
        for row in range(len(texts))
    ]
    fonts = [
        str(char["fontname"])
        for char in table.page.chars
        if _is_in(table.rows[0].bbox, char) and not str(char["text"]).isspace()
    ]
    return ReadTable(
        rows=tuple(tuple(row) for row in rows if any(cell != "" for cell in row)),
        bbox=table.bbox,
        cells=tuple(table.cells),
        edges=_edges(table),
        first_row_is_bold=bool(fonts) and all("bold" in font.lower() for font in fonts),
    )


def _cell_text(
    table: Table, texts: Sequence[Sequence[str | None]], row: int, column: int
) -> str | None:
    """The cell's text as printed, line by line.

    None under a cell merged downwards, "" beside a wide one.
    """
    text = texts[row][column]
    if text is not None:
        return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    cells = [cell for cell in table.rows[row].cells if cell is not None]
    top = min(cell[1] for cell in cells)
    lefts = sorted({cell[0] for cell in table.cells})
    x, y = lefts[column] + 1, top + 1
    above = any(c[0] <= x <= c[2] and c[1] < top - 1 and y <= c[3] for c in table.cells)
    return None if above else ""


def _is_in(bbox: Bbox, word: dict[str, Any]) -> bool:
    x = float(word["x0"] + word["x1"]) / 2
    y = float(word["top"] + word["bottom"]) / 2
    return bbox[0] <= x < bbox[2] and bbox[1] <= y < bbox[3]
