"""Drafts of blocks to the stored text, with spans and pages.

The stored text is what a person would type from the page: one line a paragraph, a blank line
between blocks, a single line break between the items of a list, the rows of a table and the cells
of a row. Words divided at a line end are closed by `ingest.joining.join_lines`, here only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import Block, BlockKind, Cell, PageSpan
from ingest.joining import join_lines

Source = tuple[int | None, str]  # a printed line and the page it stands on


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCell:
    """A cell to be. Equal `key`s are one shared cell, which is written with the first row."""

    column: str
    lines: tuple[Source, ...]
    key: tuple[object, ...]
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A block to be. `closes_up` puts it on the next line instead of after a blank one.

    `prefix` is written before the lines: the bullet that a marked-up list only implies.
    """

    kind: BlockKind
    lines: tuple[Source, ...]
    section: tuple[str, ...] = ()
    level: int | None = None
    lead_in: str | None = None
    mark: str | None = None
    cells: tuple[DraftCell, ...] = ()
    closes_up: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The stored text with its blocks and pages."""

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...]


class _Writer:
    def __init__(self, words: Counter[str] | None) -> None:
        self.words = words
        self.parts: list[str] = []
        self.length = 0
        self.pages: list[PageSpan] = []
        self.cells: dict[tuple[object, ...], tuple[int, int]] = {}

    def write(self, text: str, page: int | None) -> None:
        if not text:
            return
        self.parts.append(text)
        start, self.length = self.length, self.length + len(text)
        if self.pages and self.pages[-1].number == page:
            start = self.pages.pop().start
        self.pages.append(PageSpan(start=start, end=self.length, number=page))

    def separate(self, blanks: str) -> None:
        if self.pages:
            self.write(blanks, self.pages[-1].number)

    def write_lines(self, lines: Sequence[Source]) -> None:
        for page, text in joined_by_page(lines, self.words):
            self.write(text, page)

    def write_cells(self, cells: Sequence[DraftCell], start: int) -> None:
        for cell in cells:
            if cell.key in self.cells:
                continue
            if self.length > start:
                self.separate("\n")
            begins = self.length
            self.write_lines(cell.lines)
            self.cells[cell.key] = (begins, self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    draft: Draft
    start: int
    end: int
    page: int | None


def joined_by_page(lines: Sequence[Source], words: Counter[str] | None) -> list[Source]:
    """Wrapped `lines` as one line, cut where the page changes; the parts are to be set end to end.

    The blank (or the joined word's head) between two pages belongs to the earlier page.
    """
    pages: list[list[Source]] = []
    for line in lines:
        if pages and pages[-1][0][0] == line[0]:
            pages[-1].append(line)
        else:
            pages.append([line])
    whole = join_lines([text for _, text in lines], words)
    parts: list[Source] = []
    for group in reversed(pages[1:]):
        cut = len(whole) - len(join_lines([text for _, text in group], words))
        parts.append((group[0][0], whole[cut:]))
        whole = whole[:cut]
    if pages:
        parts.append((pages[0][0][0], whole))
    return [part for part in reversed(parts) if part[1]]


def serialise(drafts: Sequence[Draft], words: Counter[str] | None = None) -> Written:
    """Write `drafts` in order; a draft that has no text of its own gives no block.

    `words` are the document's (`ingest.joining.count_words`), the evidence for divided words.
    """
    writer = _Writer(words)
    placed: list[_Placed] = []
    for draft in drafts:
        new_cells = [cell for cell in draft.cells if cell.key not in writer.cells]
        lines = [*draft.lines, *(line for cell in new_cells for line in cell.lines)]
        if not any(text.strip() for _, text in lines):
            continue
        writer.separate("\n" if draft.closes_up else "\n\n")
        start = writer.length
        page = lines[0][0]
        writer.write(draft.prefix, page)
        writer.write_lines(draft.lines)
        writer.write_cells(new_cells, start)
        placed.append(_Placed(draft=draft, start=start, end=writer.length, page=page))
    text = "".join(writer.parts)
    return Written(
        text=text,
        blocks=tuple(_block(place, text, writer.cells) for place in placed),
        pages=tuple(writer.pages),
    )


def _block(place: _Placed, text: str, written: dict[tuple[object, ...], tuple[int, int]]) -> Block:
    draft = place.draft
    return Block(
        kind=draft.kind,
        start=place.start,
        end=place.end,
        text=text[place.start : place.end],
        section=draft.section,
        page=place.page,
        level=draft.level,
        lead_in=draft.lead_in,
        cells=tuple(
            Cell(column=cell.column, start=start, end=end, text=text[start:end], doubt=cell.doubt)
            for cell in draft.cells
            for start, end in [written[cell.key]]
        ),
        mark=draft.mark,
    )
