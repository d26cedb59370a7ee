"""Rows of flattened tables, rebuilt from the lines of a text layer.

`rebuild_tables` finds headers, gathers the lines below each up to where the table ends (a note, a
numbered heading, a caption, a run of long lines, another header), cuts them into cells
(`ingest.table_search`) and makes rows of the cells. It searches twice: names that the first pass
found in the columns for actors help the second. A row that prints no strategy, or no partner while
the row above has one, stands beside a cell that was merged over both; such a cell is shared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

from corpus.deadlines import DASH
from corpus.names import fold
from ingest.source import Line, LineRole
from ingest.table_cells import (
    MERGED,
    FlatCell,
    FlatRow,
    FlatTable,
    Piece,
    cell_lines,
)
from ingest.table_entries import group_names
from ingest.table_headers import ColumnRole, Header, find_header, role_of_title
from ingest.table_models import ROW_NUMBER, CellModel
from ingest.table_search import Fragment, Placed, place

__all__ = ["FlatCell", "FlatRow", "FlatTable", "Piece", "rebuild_tables"]

_NOTE = re.compile(r"^\(?[*#†]{1,3}\)?\s*\S|^(?:Kilde|Merknad|Note|Source)\s*:", re.IGNORECASE)
_CAPTION = re.compile(r"^(?:Tabell|Figur|Table|Figure)\s+\d+", re.IGNORECASE)
_GOAL_HEADING = re.compile(r"^\d{1,2}\.?\s+[A-ZÆØÅ]")
_SECTION_HEADING = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+[A-ZÆØÅ]")
_URL = re.compile(r"^(?:https?://|www\.)\S+$")
_LONG_LINE = 85
_DOUBT_MARGIN = 1.0
_SHARED_ROLES = (ColumnRole.NUMBER, ColumnRole.STRATEGY)


def rebuild_tables(lines: Sequence[tuple[int | None, Line]]) -> tuple[FlatTable, ...]:
    """The flattened tables among `lines`, in order; each line is given with its page number.

    A table whose header is not made of known column titles is not found.
    """
    tables: list[FlatTable] = []
    position = 0
    while position < len(lines):
        header = find_header(lines, position)
        if header is None:
            position += 1
            continue
        table = _table(lines, header)
        if table is not None:
            tables.append(table)
        position = max(header.end_line, table.end_line if table else 0)
    return tuple(tables)


def _table(lines: Sequence[tuple[int | None, Line]], header: Header) -> FlatTable | None:
    fragments = _fragments(lines, header)
    placed = place(fragments, CellModel(roles=header.roles))
    seen = _names_seen(placed, header.roles)
    widths = _widths(placed, len(header.roles))
    placed = place(fragments, CellModel(roles=header.roles, seen=seen, widths=widths))
    gathered = _trim(_rows(placed, header))
    if not gathered or _is_guesswork(gathered, header):
        return None
    rows = _share_cells(gathered, header, lines)
    rows = _part_names(rows, lines, dict(zip(header.columns, widths, strict=True)))
    last = max(piece.line for row in rows for cell in row.cells for piece in cell.pieces)
    return FlatTable(
        start_line=header.start_line,
        header_end=header.end_line,
        end_line=last + 1,
        columns=header.columns,
        rows=rows,
    )


def _fragments(lines: Sequence[tuple[int | None, Line]], header: Header) -> list[Fragment]:
    """The fragments of the table under `header`, up to the one that is no part of it."""
    fragments: list[Fragment] = []
    run: list[tuple[int, str]] = []
    soft = True
    after_header = False
    position = header.end_line
    if position < len(lines) and lines[position][1].text.strip():
        after_header = True

    def close() -> None:
        nonlocal run, soft
        if run:
            artefact = after_header and len(fragments) == 1 and len(fragments[0].rows) == 1
            fragments.append(Fragment(rows=tuple(run), soft=soft, after_header=artefact))
            run, soft = [], True

    while position < len(lines):
        page, line = lines[position]
        text = line.text.rstrip()
        if not text.strip():
            close()
            soft = soft and bool(line.text)
        elif line.role is LineRole.BODY and not _URL.match(text.strip()):
            new_page = bool(run) and page != lines[run[-1][0]][0]
            opens = not run or new_page or _opens_row(text, header)
            if opens:
                close()
                soft = soft and not new_page
                repeated = find_header(lines, position)
                if repeated is not None and repeated.columns == header.columns:
                    position = repeated.end_line
                    continue
                if repeated is not None or _ends_table(lines, position, header):
                    break
            run.append((position, text))
        position += 1
    close()
    return fragments


def _opens_row(text: str, header: Header) -> bool:
    return header.roles[0] is ColumnRole.NUMBER and bool(ROW_NUMBER.match(text.split()[0]))


def _ends_table(lines: Sequence[tuple[int | None, Line]], position: int, header: Header) -> bool:
    text = lines[position][1].text.strip()
    numbered = header.roles[0] is ColumnRole.NUMBER
    heading = _GOAL_HEADING if numbered else _SECTION_HEADING
    if _NOTE.match(text) or _CAPTION.match(text) or heading.match(text):
        return True
    return _prose_follows(lines, position)


def _prose_follows(lines: Sequence[tuple[int | None, Line]], position: int) -> bool:
    """Whether a paragraph of full-width lines begins here (or after a heading of one line)."""
    widths: list[int] = []
    page = lines[position][0]
    for other, line in lines[position : position + 12]:
        if line.role is LineRole.BODY and line.text.strip():
            if other != page:
                break
            widths.append(len(line.text.strip()))
    long = [width > _LONG_LINE for width in widths]
    return long[:3] == [True] * 3 or (len(long) > 3 and not long[0] and long[1:4] == [True] * 3)


def _names_seen(
    placed: Sequence[Placed], roles: Sequence[ColumnRole]
) -> dict[ColumnRole, frozenset[str]]:
    """Folded texts that stand as whole cells of the actor columns more than once."""
    counts: dict[ColumnRole, Counter[str]] = {}
    for entry in placed:
        for column, texts in zip(entry.reading.columns, _part_texts(entry), strict=True):
            role = roles[column]
            if role in (ColumnRole.RESPONSIBLE, ColumnRole.PARTNER):
                counts.setdefault(role, Counter())[fold(" ".join(texts))] += 1
    return {
        role: frozenset(name for name, count in counter.items() if count > 1)
        for role, counter in counts.items()
    }


def _widths(placed: Sequence[Placed], columns: int) -> tuple[float, ...]:
    """How long the lines of each column get, one in ten left out as misplaced."""
    lengths: list[list[int]] = [[] for _ in range(columns)]
    for entry in placed:
        for column, texts in zip(entry.reading.columns, _part_texts(entry), strict=True):
            lengths[column].extend(len(text) for text in texts)
    return tuple(
        sorted(found)[int(0.9 * (len(found) - 1))] + 4.0 if len(found) > 5 else inf
        for found in lengths
    )


def _part_texts(entry: Placed) -> list[list[str]]:
    first, *rest = entry.fragment.texts
    bounds = [0, *entry.reading.cuts, len(first)]
    parts = [[first[a:b].strip()] for a, b in pairwise(bounds)]
    parts[-1].extend(rest)
    return parts


def _part_pieces(entry: Placed) -> list[list[Piece]]:
    (line, first), *rest = entry.fragment.rows
    bounds = [0, *entry.reading.cuts, len(first)]
    parts = [[_piece(line, first, a, b)] for a, b in pairwise(bounds)]
    parts[-1].extend(_piece(number, text, 0, len(text)) for number, text in rest)
    return parts


def _piece(line: int, text: str, start: int, end: int) -> Piece:
    part = text[start:end]
    return Piece(line, start + len(part) - len(part.lstrip()), start + len(part.rstrip()))


class _OpenRow:
    """A row while its cells are gathered: pieces and doubts by column."""

    def __init__(self) -> None:
        self.pieces: dict[int, list[Piece]] = {}
        self.doubts: dict[int, str] = {}

    def cells(self, columns: Sequence[str]) -> tuple[FlatCell, ...]:
        return tuple(
            FlatCell(
                column=columns[column],
                pieces=tuple(self.pieces[column]),
                doubt=self.doubts.get(column),
            )
            for column in sorted(self.pieces)
        )


def _rows(placed: Sequence[Placed], header: Header) -> list[FlatRow]:
    rows: list[_OpenRow] = []
    for entry in placed:
        reading = entry.reading
        if reading.new_row:
            rows.append(_OpenRow())
        for column, pieces in zip(reading.columns, _part_pieces(entry), strict=True):
            rows[-1].pieces.setdefault(column, []).extend(pieces)
            if entry.margin < _DOUBT_MARGIN:
                rows[-1].doubts[column] = (
                    f"the text may belong to another column than {header.columns[column]}"
                )
    return [FlatRow(cells=row.cells(header.columns)) for row in rows]


def _trim(rows: list[FlatRow]) -> list[FlatRow]:
    """Without trailing rows of one cell, which are headings or lines that follow the table."""
    while len(rows) > 1 and len(rows[-1].cells) == 1 and rows[-1].cells[0].doubt:
        rows = rows[:-1]
    return rows


def _is_guesswork(rows: list[FlatRow], header: Header) -> bool:
    """Whether most rows are doubtful, as in tables of short words whose empty cells left no trace.

    A value under the wrong title (a green light shown as red) is worse than no table.
    """
    doubtful = sum(any(cell.doubt for cell in row.cells) for row in rows)
    return ColumnRole.TEXT in header.roles and doubtful * 2 > len(rows)


def _share_cells(
    rows: list[FlatRow], header: Header, lines: Sequence[tuple[int | None, Line]]
) -> tuple[FlatRow, ...]:
    """Rows that open after their first column take over merged cells from the row above."""
    shared: list[FlatRow] = []
    first = header.columns[0]
    for index, row in enumerate(rows):
        if index == 0 or any(cell.column == first for cell in row.cells):
            shared.append(row)
            continue
        dashed = any(_is_dash(cell, lines) for cell in row.cells)
        shared, taken = _take_over(shared, row, header, dashed=dashed)
        shared.append(taken)
    return tuple(shared)


def _part_names(
    rows: Sequence[FlatRow], lines: Sequence[tuple[int | None, Line]], widths: Mapping[str, float]
) -> tuple[FlatRow, ...]:
    """Rows whose cells of names are cut into one cell a name.

    Names that are clear by themselves help to join those that are not ("Trondheims", "Regionen").
    """
    phrases = "\n".join(line.text for _, line in lines)

    def groups_of(cell: FlatCell, seen: Collection[str]) -> list[list[int]]:
        texts = list(cell_lines(cell, lines))
        return group_names(texts, widths[cell.column], phrases, seen)

    name_cells = {cell for row in rows for cell in row.cells if _holds_names(cell)}
    counts = Counter(
        fold(" ".join(list(cell_lines(cell, lines))[i] for i in group))
        for cell in name_cells
        for group in groups_of(cell, ())
    )
    seen = {name for name, count in counts.items() if count > 1}

    def parted(cell: FlatCell) -> list[FlatCell]:
        if not _holds_names(cell):
            return [cell]
        groups = groups_of(cell, seen)
        return [replace(cell, pieces=tuple(cell.pieces[i] for i in group)) for group in groups]

    return tuple(
        replace(row, cells=tuple(name for cell in row.cells for name in parted(cell)))
        for row in rows
    )


def _holds_names(cell: FlatCell) -> bool:
    return role_of_title(cell.column) in (ColumnRole.RESPONSIBLE, ColumnRole.PARTNER)


def _take_over(
    above: list[FlatRow], row: FlatRow, header: Header, *, dashed: bool
) -> tuple[list[FlatRow], FlatRow]:
    have = {cell.column for cell in row.cells}
    merged: dict[str, FlatCell] = {}
    for cell in above[-1].cells:
        role = role_of_title(cell.column)
        if cell.column not in have and _is_merged(role, row, dashed=dashed):
            doubt = cell.doubt
            if role is ColumnRole.PARTNER:
                doubt = MERGED
            merged[cell.column] = FlatCell(
                column=cell.column, pieces=cell.pieces, spans_rows=True, doubt=doubt
            )
    rows = [
        FlatRow(
            cells=tuple(_merged_like(cell, merged) for cell in other.cells),
            continued_from=other.continued_from,
        )
        for other in above
    ]
    order = {column: number for number, column in enumerate(header.columns)}
    cells = sorted([*row.cells, *merged.values()], key=lambda cell: order[cell.column])
    return rows, FlatRow(cells=tuple(cells), continued_from=len(above) - 1)


def _merged_like(cell: FlatCell, merged: dict[str, FlatCell]) -> FlatCell:
    shared = merged.get(cell.column)
    return shared if shared is not None and shared.pieces == cell.pieces else cell


def _is_dash(cell: FlatCell, lines: Sequence[tuple[int | None, Line]]) -> bool:
    return all(DASH.match(text) for text in cell_lines(cell, lines))


def _is_merged(role: ColumnRole, row: FlatRow, *, dashed: bool) -> bool:
    """Whether a cell that `row` lacks was merged with the one above.

    Partners are not, where the row prints dashes: then an empty cell is one that says nothing.
    """
    roles = {role_of_title(cell.column) for cell in row.cells}
    if role in _SHARED_ROLES:
        return True
    if role is ColumnRole.MEASURE:
        return ColumnRole.MEASURE not in roles
    return role is ColumnRole.PARTNER and ColumnRole.RESPONSIBLE in roles and not dashed
