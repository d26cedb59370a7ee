"""A repaired source taken apart: running text, tables, asides and marked-up pieces.

Flat lines run on across pages until a marked-up piece stops them. Lines of flattened tables go to
`ingest.tables`, tables of contents become furniture, footnotes and captions become asides, and what
is left is running text that knows how it was spaced. Positions order the parts among each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.names import fold
from corpus.records import BlockKind
from ingest.contents import contents_lines
from ingest.joining import join_lines
from ingest.layout import BodyLine
from ingest.serialise import Draft, DraftCell, Source
from ingest.source import ElementKind, Line, LineRole, RepairedSource, SourceElement
from ingest.table_cells import MERGED, FlatTable, Piece
from ingest.table_entries import group_names
from ingest.table_headers import ColumnRole, find_header, role_of_title
from ingest.tables import rebuild_tables

_ASIDES = {
    LineRole.FOOTNOTE: BlockKind.FOOTNOTE,
    LineRole.CAPTION: BlockKind.CAPTION,
    LineRole.FURNITURE: BlockKind.FURNITURE,
}
_ASIDE_ELEMENTS = {
    ElementKind.FOOTNOTE: BlockKind.FOOTNOTE,
    ElementKind.CAPTION: BlockKind.CAPTION,
}
_NUMBERED_CAPTION = re.compile(r"(?:Figur|Tabell|Bilde|Figure|Table)\s+\d")

# The longest line of a column with room for a word more: nothing says how wide the column is.
_ROOM_FOR_A_WORD = 6

Lines = Sequence[tuple[int | None, Line]]
Above = dict[int, tuple[DraftCell, ...]]  # by column, the cells of the row above


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A footnote, caption or piece of furniture that stands in the way of running text."""

    position: int
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBlock:
    """The rows of one table, its header first as furniture."""

    position: int
    rows: tuple[Draft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedUp:
    """A heading, paragraph or list item that the source itself marks as such."""

    position: int
    page: int | None
    element: SourceElement


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A source taken apart; `asides` are in order of position."""

    body: tuple[BodyLine, ...]
    asides: tuple[Aside, ...]
    tables: tuple[RowBlock, ...]
    marked_up: tuple[MarkedUp, ...]


def take_apart(repaired: RepairedSource) -> Parts:
    """The parts of `repaired`; each line and each marked-up piece is in exactly one."""
    gathered = _Gathered(_phrases(repaired))
    for run in _runs(repaired):
        if isinstance(run, MarkedUp):
            gathered.add_marked_up(replace(run, position=gathered.position))
            gathered.position += 1
        else:
            gathered.add_lines(run)
            gathered.position += len(run)
    return Parts(
        body=tuple(gathered.body),
        asides=tuple(sorted(gathered.asides, key=lambda aside: aside.position)),
        tables=tuple(gathered.tables),
        marked_up=tuple(gathered.marked_up),
    )


def _phrases(repaired: RepairedSource) -> str:
    """The document's text outside tables, in which a name wrapped in a cell may stand whole."""
    return "\n".join(entry.text for page in repaired.pages for entry in page.lines)


class _Gathered:
    def __init__(self, phrases: str) -> None:
        self.position = 0
        self.body: list[BodyLine] = []
        self.asides: list[Aside] = []
        self.tables: list[RowBlock] = []
        self.marked_up: list[MarkedUp] = []
        self._above: Above = {}
        self._phrases = phrases

    def add_marked_up(self, piece: MarkedUp) -> None:
        element = piece.element
        kind = _ASIDE_ELEMENTS.get(element.kind)
        if kind is not None:
            lines = ((piece.page, element.text),)
            self.asides.append(_aside(kind, lines, element.mark, piece.position))
        elif element.kind is ElementKind.TABLE:
            above = self._above if element.continued else {}
            self.tables.append(_marked_up_table(piece, above, self._phrases))
            self._above = above
        else:
            self.marked_up.append(piece)

    def add_lines(self, run: Lines) -> None:
        tables = rebuild_tables(run)
        in_table = {index for table in tables for index in range(table.start_line, table.end_line)}
        titles = _titles_alone(run, in_table)
        in_table |= {index for start, end in titles for index in range(start, end)}
        self.tables.extend(_title_lines(run[a:b], self.position + a) for a, b in titles)
        contents = contents_lines([line for _, line in run]) - in_table
        self.tables.extend(_flat_table(table, run, self.position) for table in tables)
        self.asides.extend(_asides(run, contents, self.position))
        self.asides.extend(_left_out(run, tables, self.position))
        last = self.body[-1] if self.body else None
        self.body.extend(_body_lines(run, in_table | contents, self.position, last))


def _runs(repaired: RepairedSource) -> Iterator[list[tuple[int | None, Line]] | MarkedUp]:
    """Flat lines as far as they go unbroken, across pages, and the marked-up pieces between."""
    run: list[tuple[int | None, Line]] = []
    for page in repaired.pages:
        for entry in page.lines:
            if isinstance(entry, Line):
                run.append((page.number, entry))
                continue
            if run:
                yield run
                run = []
            yield MarkedUp(position=0, page=page.number, element=entry)
    if run:
        yield run


def _body_lines(
    run: Lines, taken: set[int], offset: int, last: BodyLine | None
) -> Iterator[BodyLine]:
    """Running text; `last` is what stood before `run`, on the other side of a marked-up piece."""
    gap = 0
    interrupted, detached = False, last is not None
    page_before = () if last is None else (last.page,)
    for index, (page, line) in enumerate(run):
        if line.role is LineRole.BLANK:
            gap += 1
        elif index in taken:
            detached, gap = True, gap + 1
        elif line.role is not LineRole.BODY:
            interrupted = True
        else:
            yield BodyLine(
                text=line.text.strip(),
                page=page,
                gap=gap,
                opens_page=(page,) != page_before,
                interrupted=interrupted,
                detached=detached,
                position=offset + index,
            )
            gap, interrupted, detached, page_before = 0, False, False, (page,)


def _asides(run: Lines, contents: set[int], offset: int) -> Iterator[Aside]:
    """Footnotes, captions and furniture, each with the lines that it wraps onto."""
    lines: list[Source] = []
    kind: BlockKind | None = None
    mark: str | None = None
    start = 0
    for index, (page, line) in enumerate(run):
        found = BlockKind.FURNITURE if index in contents else _ASIDES.get(line.role)
        if lines and kind and not _wraps_onto(lines[-1][0] == page, kind, found, line):
            yield _aside(kind, lines, mark, offset + start)
            lines = []
        if found is not None:
            if not lines:
                kind, mark, start = found, line.mark, index
            lines.append((page, line.text.strip()))
    if lines and kind:
        yield _aside(kind, lines, mark, offset + start)


def _wraps_onto(same_page: bool, kind: BlockKind, found: BlockKind | None, line: Line) -> bool:
    if not same_page or found is not kind or kind is BlockKind.FURNITURE:
        return False
    if kind is BlockKind.FOOTNOTE:
        return line.mark is None
    return _NUMBERED_CAPTION.match(line.text) is None


def _aside(kind: BlockKind, lines: Sequence[Source], mark: str | None, position: int) -> Aside:
    return Aside(position=position, draft=Draft(kind=kind, lines=tuple(lines), mark=mark))


def _flat_table(table: FlatTable, run: Lines, offset: int) -> RowBlock:
    header = tuple(
        (page, line.text.strip())
        for page, line in run[table.start_line : table.header_end]
        if line.role is LineRole.BODY
    )
    drafts = [Draft(kind=BlockKind.FURNITURE, lines=header)] if header else []
    for row in table.rows:
        cells = tuple(
            DraftCell(
                column=cell.column,
                lines=tuple(
                    (run[piece.line][0], run[piece.line][1].text[piece.start : piece.end])
                    for piece in cell.pieces
                ),
                key=(offset, *cell.pieces),
                # The row that prints a merged cell has no doubt of it; those below tell it apart.
                doubt=None if cell.doubt == MERGED else cell.doubt,
            )
            for cell in row.cells
        )
        drafts.append(Draft(kind=BlockKind.TABLE_ROW, lines=(), cells=cells))
    return RowBlock(position=offset + table.start_line, rows=_closed_up(drafts))


def _titles_alone(run: Lines, in_table: set[int]) -> list[tuple[int, int]]:
    """Lines [start, end) of column titles whose table could not be rebuilt.

    They stand for themselves, lest the first row reads as if it went on with them.
    """
    found: list[tuple[int, int]] = []
    for index in range(len(run)):
        if index in in_table or (found and index < found[-1][1]):
            continue
        header = find_header(run, index)
        if header is not None:
            found.append((header.start_line, header.end_line))
    return found


def _title_lines(lines: Lines, position: int) -> RowBlock:
    printed = tuple((page, line.text.strip()) for page, line in lines if line.text.strip())
    return RowBlock(position=position, rows=(Draft(kind=BlockKind.PARAGRAPH, lines=printed),))


def _left_out(run: Lines, tables: Sequence[FlatTable], offset: int) -> Iterator[Aside]:
    """Text among a table's rows that no cell holds, to stand below the table."""
    for table in tables:
        taken: dict[int, set[Piece]] = {}
        for piece in (p for row in table.rows for cell in row.cells for p in cell.pieces):
            taken.setdefault(piece.line, set()).add(piece)
        repeated: set[int] = set()
        for index in range(table.header_end, table.end_line):
            page, line = run[index]
            header = find_header(run, index) if index not in repeated else None
            if header is not None and header.columns == table.columns:
                repeated.update(set(range(header.start_line, header.end_line)) - taken.keys())
            if index in repeated and line.text.strip():
                yield _aside(BlockKind.FURNITURE, [(page, line.text.strip())], None, offset + index)
                continue
            text = list(line.text if line.role is LineRole.BODY else "")
            for piece in taken.get(index, ()):
                text[piece.start : piece.end] = " " * (piece.end - piece.start)
            if rest := "".join(text).strip():
                yield _aside(BlockKind.PARAGRAPH, [(page, rest)], None, offset + index)


def _closed_up(rows: Sequence[Draft]) -> tuple[Draft, ...]:
    return tuple(replace(row, closes_up=index > 0) for index, row in enumerate(rows))


def _marked_up_table(piece: MarkedUp, above: Above, phrases: str) -> RowBlock:
    """The rows of a ruled table; a cell merged downwards is the cell `above`, which is updated."""
    header, *rows = piece.element.rows or ((),)
    columns = [join_lines((text or "").split("\n")) for text in header]
    drafts = []
    if any(columns) and not piece.element.continued:
        kind = BlockKind.FURNITURE if rows else BlockKind.TABLE_ROW
        lines = tuple((piece.page, text) for text in columns if text)
        drafts.append(Draft(kind=kind, lines=lines))
    entries = [_entries(rows, number, columns, phrases) for number in range(len(columns))]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text is not None:
                parts = entries[column](text) if column < len(columns) else [text.split("\n")]
                above[column] = tuple(
                    DraftCell(
                        column=columns[column] if column < len(columns) else "",
                        lines=tuple((piece.page, line) for line in part),
                        key=(piece.position, number, column, place),
                    )
                    for place, part in enumerate(parts)
                    if any(part)
                )
        cells = (cell for column in range(len(row)) for cell in above.get(column, ()))
        drafts.append(Draft(kind=BlockKind.TABLE_ROW, lines=(), cells=tuple(cells)))
    return RowBlock(position=piece.position, rows=_closed_up(drafts))


def _entries(
    rows: Sequence[Sequence[str | None]], column: int, columns: Sequence[str], phrases: str
) -> Callable[[str], list[list[str]]]:
    """How a cell of a column falls into cells of its own: names one by one, all else whole."""
    if role_of_title(columns[column]) not in (ColumnRole.RESPONSIBLE, ColumnRole.PARTNER):
        return lambda text: [text.split("\n")]
    texts = [row[column] or "" for row in rows if column < len(row)]
    lines = [line for text in texts for line in text.split("\n") if line]
    width = max(map(len, lines), default=0) + _ROOM_FOR_A_WORD
    counts = Counter(fold(line) for line in lines)
    seen = {name for name, count in counts.items() if count > 1}

    def parted(text: str) -> list[list[str]]:
        printed = [line for line in text.split("\n") if line]
        groups = group_names(printed, width, phrases, seen)
        return [[printed[i] for i in group] for group in groups]

    return parted
