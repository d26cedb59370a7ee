"""Makes the PDF files beside it from parts of the corpus; run by hand when one must change.

    python -m tests.data.formats.make

Needs fpdf2 (`pip install fpdf2`), which the tests themselves do not. `samfunnsdel.pdf` prints the
lines of the text file page by page; in `naeringsplan.pdf` the goal tables have rules and merged
cells; `fou-side.pdf` is the web page printed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from fpdf import FPDF

from corpus.records import Block, BlockKind
from ingest.source import Line
from tests.ingest.formats import from_text, grid_of, part_of, runs_of
from tests.ingest.structures import corpus_source

HERE = Path(__file__).parent
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
LINE = 5.0
WIDTHS = {"Nr": 10, "Strategi": 56, "Tiltak": 60, "Indikator": 48, "Ansvarlig": 38, "Når": 18}
OTHER_WIDTH = 42
HEADER = 7.0


def blank(**options: str) -> FPDF:
    pdf = FPDF(format="A4", **options)
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    pdf.add_font("DejaVu", fname=FONT)
    pdf.set_font("DejaVu", size=8)
    pdf.set_auto_page_break(False)
    return pdf


def lines(pdf: FPDF, texts: Sequence[str]) -> None:
    """Lines down the page; an empty one is a gap."""
    for text in texts:
        if text:
            pdf.text(pdf.l_margin, pdf.get_y() + LINE, text)
        pdf.set_y(pdf.get_y() + LINE)


def as_printed(name: str, pages: range) -> None:
    """The lines of some pages, each where its text file has it."""
    pdf = blank()
    for page in corpus_source(name).pages:
        if page.number in pages:
            pdf.add_page()
            texts = [entry.text for entry in page.lines if isinstance(entry, Line)]
            lines(pdf, texts)
    pdf.output(HERE / f"{name}.pdf")


def paragraph(pdf: FPDF, block: Block, width: int) -> None:
    """A block on one page; a heading has room for some lines below it."""
    texts = [*textwrap.wrap(block.text, width, break_on_hyphens=False), ""]
    below = 8 if block.kind is BlockKind.HEADING else 0
    if pdf.get_y() + (len(texts) + below) * LINE > pdf.h - 10:
        pdf.add_page()
    lines(pdf, texts)


def with_tables(name: str) -> None:
    """The part set anew on wide pages, its tables with rules and merged cells."""
    pdf = blank(orientation="landscape")
    pdf.add_page()
    for kind, run in runs_of(part_of(from_text(name).document)):
        if kind is BlockKind.TABLE_ROW:
            table(pdf, run)
            continue
        for block in run:
            paragraph(pdf, block, 130)
    pdf.output(HERE / f"{name}.pdf")


def table(pdf: FPDF, rows: Sequence[Block]) -> None:
    """A ruled table; rows that share a cell stay on one page."""
    columns, grid = grid_of(rows)
    widths = [WIDTHS.get(column, OTHER_WIDTH) for column in columns]
    texts = [
        [None if cell is None else cell_lines(pdf, cell[0], width) for cell, width in pairs]
        for pairs in (zip(line, widths, strict=True) for line in grid)
    ]
    heights = [2 + LINE * max(len(t or ()) for t in line) for line in texts]
    groups = [n for n, line in enumerate(grid) if None not in line]
    for first, end in pairwise([*groups, len(grid)]):
        room = pdf.h - 8 - pdf.get_y() - (HEADER if first == 0 else 0)
        if sum(heights[first:end]) > room:
            pdf.add_page()
        if first == 0:
            draw(pdf, [[column] for column in columns], widths, [HEADER] * len(columns))
            pdf.set_y(pdf.get_y() + HEADER)
        for number in range(first, end):
            spans = [
                0.0 if cell is None else sum(heights[number : number + cell[1]])
                for cell in grid[number]
            ]
            draw(pdf, texts[number], widths, spans)
            pdf.set_y(pdf.get_y() + heights[number])
    pdf.set_y(pdf.get_y() + 2 * LINE)


def cell_lines(pdf: FPDF, text: str, width: int) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        found += pdf.multi_cell(width - 1, LINE, line, align="L", dry_run=True, output="LINES")
    return found


def draw(
    pdf: FPDF,
    cells: Sequence[Sequence[str] | None],
    widths: Sequence[float],
    heights: Sequence[float],
) -> None:
    x, y = pdf.l_margin, pdf.get_y()
    for texts, width, height in zip(cells, widths, heights, strict=True):
        if texts is not None:
            pdf.rect(x, y, width, height)
            for number, text in enumerate(texts):
                pdf.text(x + 1, y + 4 + LINE * number, text)
        x += width


def web_page(name: str) -> None:
    pdf = blank()
    pdf.add_page()
    for block in part_of(from_text(name).document):
        paragraph(pdf, block, 95)
    pdf.output(HERE / f"{name}.pdf")


if __name__ == "__main__":
    as_printed("samfunnsdel", range(6, 10))
    with_tables("naeringsplan")
    web_page("fou-side")
