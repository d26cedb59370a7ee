"""A quote in its surroundings, as HTML that keeps the document's paragraphs, lists and tables.

The blocks of a document cover its text without gaps or overlaps. Those within reach of the quote
are shown; running text is cut at words, table rows and headings are shown whole. Every character of
the quote lands inside a <mark>; furniture (folios, "back to top") shows only if it is quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.ui.markup import escape
from assistant.ui.texts import Interface, say
from corpus.records import Block, BlockKind, Cell, Document

AROUND = 400
WHOLE = (BlockKind.TABLE_ROW, BlockKind.HEADING)
CLASSES = {
    BlockKind.HEADING: "st-heading",
    BlockKind.CAPTION: "st-caption",
    BlockKind.FOOTNOTE: "st-footnote",
    BlockKind.FURNITURE: "st-furniture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is shown [start, end) and what is marked [first, last) of a document's text."""

    text: str
    start: int
    end: int
    first: int
    last: int

    def marked(self, start: int, end: int) -> str:
        """HTML of text[start:end] with the quote's share of it in a <mark>."""
        first, last = max(start, self.first), min(end, self.last)
        if first >= last:
            return escape(self.text[start:end])
        return (
            escape(self.text[start:first])
            + f"<mark>{escape(self.text[first:last])}</mark>"
            + escape(self.text[last:end])
        )


def excerpt_html(
    document: Document, start: int, end: int, language: Interface, around: int = AROUND
) -> str:
    """HTML of the quote [start, end) with about `around` characters on each side."""
    text = document.text
    window = Window(
        text=text,
        start=_word_start(text, max(0, start - around)),
        end=_word_end(text, min(len(text), end + around)),
        first=start,
        last=end,
    )
    shown = [block for block in document.blocks if _is_shown(block, window)]
    parts: list[str] = []
    page: int | None = None
    for kind, run in groupby(shown, key=_run_key):
        blocks = list(run)
        if blocks[0].page != page and blocks[0].page is not None:
            page = blocks[0].page
            label = escape(say("page_break", language, page=page))
            parts.append(f'<p class="st-page"><span>{label}</span></p>')
        parts.append(_run_html(kind[0], blocks, window))
    return "".join(parts)


def _is_shown(block: Block, window: Window) -> bool:
    if block.kind is BlockKind.FURNITURE:
        return block.start < window.last and block.end > window.first
    return block.start < window.end and block.end > window.start


def _run_key(block: Block) -> tuple[BlockKind, int | None, tuple[str, ...]]:
    """Blocks of one key in a row are one list or one table."""
    return block.kind, block.page, _columns(block)


def _columns(block: Block) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.column for cell in block.cells))


def _run_html(kind: BlockKind, blocks: Sequence[Block], window: Window) -> str:
    if kind is BlockKind.LIST_ITEM:
        items = "".join(f"<li>{_text(block, window)}</li>" for block in blocks)
        return f"<ul>{items}</ul>"
    if kind is BlockKind.TABLE_ROW and blocks[0].cells:
        return _table(blocks, window)
    name = CLASSES.get(kind, "")
    attribute = f' class="{name}"' if name else ""
    return "".join(f"<p{attribute}>{_text(block, window)}</p>" for block in blocks)


def _text(block: Block, window: Window) -> str:
    if block.kind in WHOLE:
        return window.marked(block.start, block.end)
    start, end = max(block.start, window.start), min(block.end, window.end)
    before = "… " if start > block.start else ""
    after = " …" if end < block.end else ""
    return before + window.marked(start, end) + after


def _table(blocks: Sequence[Block], window: Window) -> str:
    columns = _columns(blocks[0])
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    rows = "".join(f"<tr>{''.join(_cells(block, columns, window))}</tr>" for block in blocks)
    return (
        f'<div class="st-scroll"><table class="st-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(block: Block, columns: Sequence[str], window: Window) -> Iterator[str]:
    for column in columns:
        cells = [cell for cell in block.cells if cell.column == column]
        yield f"<td>{'<br>'.join(_cell(cell, window) for cell in cells)}</td>"


def _cell(cell: Cell, window: Window) -> str:
    # A cell that spans several rows stands before them; there its printed words are shown.
    marked = window.marked(cell.start, cell.end)
    return marked if "<mark>" in marked else escape(cell.text)


def _word_start(text: str, offset: int) -> int:
    while 0 < offset < len(text) and not text[offset - 1].isspace():
        offset -= 1
    return offset


def _word_end(text: str, offset: int) -> int:
    while offset < len(text) and not text[offset].isspace():
        offset += 1
    return offset
