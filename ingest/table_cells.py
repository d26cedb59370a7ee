"""The nouns of rebuilt tables: which characters of which lines make which cell of which row.

Lines are counted in the sequence that was given to `ingest.tables.rebuild_tables`; character ranges
are half-open within a line's text and never hold the blanks at its ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.source import Line

MERGED = "printed in a row above only; taken as merged over this row"


class Piece(NamedTuple):
    """The characters [start, end) of line number `line`."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatCell:
    """One cell. A cell with `spans_rows` is shared: every row it belongs to holds an equal cell.

    `doubt` says in words why the column or the row of the cell may be wrong; None when it is sure.
    """

    column: str
    pieces: tuple[Piece, ...]
    spans_rows: bool = False
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatRow:
    """One row; cells in the table's column order, empty cells left out.

    A column of names (responsible, partners) has one cell a name, all with the same `column`.

    `continued_from` is the index of the row above whose shared cells this one takes over (its
    first cells are empty in print); None for a row that opens with a cell of the first column.
    """

    cells: tuple[FlatCell, ...]
    continued_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """The table on lines [start_line, end_line), the header on [start_line, header_end).

    A character lies in one cell only, though that cell may be shared by rows. BODY lines between
    `header_end` and `end_line` that lie in no cell are foreign to the table (a repeated header, a
    stray address). `columns` holds header texts,
    wrapped ones joined.
    """

    start_line: int
    header_end: int
    end_line: int
    columns: tuple[str, ...]
    rows: tuple[FlatRow, ...]


def cell_lines(cell: FlatCell, lines: Sequence[tuple[int | None, Line]]) -> Iterator[str]:
    """The text of each piece of `cell`, in reading order."""
    for piece in cell.pieces:
        yield lines[piece.line][1].text[piece.start : piece.end]
