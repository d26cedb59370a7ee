"""Parts of the corpus written anew as DOCX and HTML, for comparing what the readers make of them.

A part is the blocks of a document below some headings, as they come out of its text file. Written
out they say in their format's own words what the text file only shows: this is a heading, this a
list, these are the cells of one row.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import docx

from corpus.records import Block, BlockKind, Document
from ingest.discovery import Found, discover
from ingest.parsing import Parsed, parse

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"
# Document, and the opening words of the headings whose blocks make the part.
PARTS = {
    "fou-side": ("",),
    "samfunnsdel": ("Hovedmål 1",),
    "naeringsplan": ("Mål og strategier",),
}
FIGURE = "Nettverksorganisasjon for det videre arbeidet"  # a figure whose labels are loose words
LEFT_OUT = (BlockKind.FURNITURE, BlockKind.CAPTION)


class WordCounter:
    """Counts words instead of tokens: the tests need no model."""

    def count(self, text: str) -> int:
        return len(text.split())


def parsed(found: Found) -> Parsed:
    return parse(found, WordCounter(), 160, "key")


def from_text(name: str) -> Parsed:
    """The document as its text file gives it."""
    return parsed(discover([str(CORPUS / f"{name}.txt")])[0])


def is_in_part(section: Sequence[str], openings: Sequence[str]) -> bool:
    inside = any(title.startswith(opening) for title in section for opening in openings)
    return inside and FIGURE not in section


def part_of(document: Document) -> list[Block]:
    """The part's blocks in order, with the headings above them."""
    openings = PARTS[document.info.id]
    inside = [b for b in document.blocks if is_in_part((*b.section, *own_title(b)), openings)]
    above = {title for block in inside for title in block.section}
    return [
        block
        for block in document.blocks
        if block.kind not in LEFT_OUT and (block in inside or above.intersection(own_title(block)))
    ]


def own_title(block: Block) -> tuple[str, ...]:
    return (block.text,) if block.kind is BlockKind.HEADING else ()


Grid = list[list[tuple[str, int] | None]]  # cells as (text, rows spanned); None below a merged one


def grid_of(rows: Sequence[Block]) -> tuple[list[str], Grid]:
    """Column titles and cells of a table; names of one column share a cell, one a line."""
    columns: list[str] = []
    for row in rows:
        titles = dict.fromkeys(cell.column for cell in row.cells)
        columns = max(columns, list(titles), key=len)
    texts: list[dict[str, tuple[int, str]]] = []
    for row in rows:
        found: dict[str, tuple[int, str]] = {}
        for cell in row.cells:
            start, text = found.get(cell.column, (cell.start, ""))
            found[cell.column] = (start, f"{text}\n{cell.text}" if text else cell.text)
        texts.append(found)
    grid: Grid = []
    for number, found in enumerate(texts):
        line: list[tuple[str, int] | None] = []
        for column in columns:
            here = found.get(column)
            above = texts[number - 1].get(column) if number else None
            if here is not None and here == above:
                line.append(None)
                continue
            below = 1
            while (
                here and number + below < len(texts) and texts[number + below].get(column) == here
            ):
                below += 1
            line.append((here[1] if here else "", below))
        grid.append(line)
    return columns, grid


def runs_of(blocks: Sequence[Block]) -> Iterator[tuple[BlockKind, list[Block]]]:
    """Adjoining blocks of one kind; the rows of two tables are parted by section."""
    for (kind, _), run in groupby(blocks, key=lambda block: (block.kind, block.section)):
        yield kind, list(run)


def without_bullet(block: Block) -> str:
    return block.text.removeprefix(block.mark or "•").strip()


def as_html(blocks: Sequence[Block], title: str) -> str:
    """A web page with a menu and a footer around the part."""
    body: list[str] = []
    for kind, run in runs_of(blocks):
        if kind is BlockKind.HEADING:
            body += [f"<h{b.level}>{escape(b.text)}</h{b.level}>" for b in run]
        elif kind is BlockKind.LIST_ITEM:
            name = "ol" if run[0].mark else "ul"
            items = "".join(f"<li>{escape(without_bullet(b))}</li>" for b in run)
            body.append(f"<{name}>{items}</{name}>")
        elif kind is BlockKind.TABLE_ROW:
            body.append(_html_table(run))
        else:
            body += [f"<p>{escape(b.text)}</p>" for b in run]
    return (
        f"<!doctype html><html lang='no'><head><title>{escape(title)}</title></head><body>"
        "<nav><ul><li><a href='/'>Forsiden</a></li><li><a href='/om'>Om oss</a></li></ul></nav>"
        f"<main>{''.join(body)}</main><footer><p>Ansvarlig redaktør</p></footer></body></html>"
    )


def _html_table(rows: Sequence[Block]) -> str:
    columns, grid = grid_of(rows)
    lines = ["<tr>" + "".join(f"<th>{escape(column)}</th>" for column in columns) + "</tr>"]
    for line in grid:
        cells = (
            f"<td rowspan='{cell[1]}'>{escape(cell[0]).replace(chr(10), '<br>')}</td>"
            for cell in line
            if cell is not None
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def as_docx(blocks: Sequence[Block], title: str) -> bytes:
    """A Word file of the part, in Word's own styles."""
    document = docx.Document()
    document.core_properties.title = title
    for kind, run in runs_of(blocks):
        if kind is BlockKind.TABLE_ROW:
            _docx_table(document, run)
            continue
        for block in run:
            if kind is BlockKind.HEADING:
                document.add_heading(block.text, block.level or 1)
            elif kind is BlockKind.LIST_ITEM and not block.mark:
                document.add_paragraph(without_bullet(block), style="List Bullet")
            else:
                document.add_paragraph(block.text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _docx_table(document: docx.Document, rows: Sequence[Block]) -> None:
    columns, grid = grid_of(rows)
    table = document.add_table(rows=1 + len(grid), cols=len(columns))
    for x, column in enumerate(columns):
        table.cell(0, x).text = column
    for y, line in enumerate(grid, start=1):
        for x, cell in enumerate(line):
            if cell is None:
                continue
            if cell[1] > 1:
                table.cell(y, x).merge(table.cell(y + cell[1] - 1, x))
            table.cell(y, x).text = cell[0]
