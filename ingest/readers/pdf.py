"""PDF: pages with lines in reading order, and ruled tables as tables.

pdfplumber (MIT, built on pdfminer.six) gives words with places and tables from the lines drawn
around their cells, with no model and no download. Weighed against it: docling reads tables without
lines too, but fetches its models on first use, and nothing here may need the network; PyMuPDF is
AGPL, which this MIT project cannot pass on. Words in a table's cells are not repeated in the lines.

A page without any letters that shows a picture or many drawn shapes is a scan: it is read by OCR,
or the document is refused with the pages named. So is a page whose font names no characters.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from corpus.errors import NeedsOcrError, UnreadableError
from corpus.manifest import ReaderOptions, ScannedPages
from ingest.readers import ocr
from ingest.readers.page_layout import Box, PlacedLine, join_lines, lines_in_reading_order
from ingest.readers.pdf_tables import WORD_SETTINGS, ReadTable, continue_table, read_tables
from ingest.readers.txt import lines_element, page_number
from ingest.source import ElementKind, SourceDocument, SourceElement, SourcePage

_BROKEN = (
    PdfminerException,
    MalformedPDFException,
    PSException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pdfminer raises on damaged files; it checks little of what it unpacks."""

_SHAPES_OF_DRAWN_TEXT = 150
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_MAX_UNMAPPED_SHARE = 0.3
_TITLE_OF_A_TOOL = re.compile(
    r"^(Microsoft|PowerPoint|untitled|uten navn)|\.\w{3,5}$", re.IGNORECASE
)


@dataclass(slots=True, kw_only=True)
class _ReadPage:
    lines: list[PlacedLine] = field(default_factory=list)
    tables: list[ReadTable] = field(default_factory=list)
    is_scan: bool = False
    is_mostly_picture: bool = False
    unmapped_glyphs: int = 0


def read(content: bytes, name: str, options: ReaderOptions) -> SourceDocument:
    """The pages, numbered from `first_page`; a page's number is its place in the file, no label.

    Raises:
        UnreadableError: the file is encrypted or damaged.
        NeedsOcrError: some pages are scans, tesseract is missing and the options do not skip them.
    """
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            pages: list[_ReadPage] = []
            for page in pdf.pages:
                pages.append(_read_page(page, _last_table(pages[-1]) if pages else None))
            title = _title(pdf.metadata)
    except _BROKEN as exc:
        raise _unreadable(exc, name) from exc
    if not pages:
        raise UnreadableError(f"{name}: the PDF has no pages; save or fetch it again")
    for before, after in pairwise(pages):
        last, first = _last_table(before), _first_table(after)
        if last is not None and first is not None:
            continue_table(last, first)
    elements = [_elements(page) for page in pages]
    warnings = _warnings(pages, options, name)
    scans = [index for index, page in enumerate(pages) if page.is_scan]
    if scans:
        warnings += _read_scans(content, scans, elements, options, name)
    return SourceDocument(
        pages=tuple(
            SourcePage(number=page_number(options, index), elements=found)
            for index, found in enumerate(elements)
        ),
        title=title,
        warnings=tuple(warnings),
    )


def _unreadable(exc: BaseException, name: str) -> UnreadableError:
    cause: object = exc.args[0] if exc.args else exc
    if isinstance(cause, PDFPasswordIncorrect | PDFTextExtractionNotAllowed):
        return UnreadableError(f"{name}: the PDF asks for a password; save a copy without one")
    detail = str(cause) or type(cause).__name__
    return UnreadableError(
        f"{name}: the PDF is damaged ({detail.splitlines()[0][:120]}); fetch or save it again"
    )


def _read_page(page: Page, table_before: ReadTable | None) -> _ReadPage:
    single = page.dedupe_chars() if _draws_letters_twice(page) else page
    text = "".join(str(char["text"]) for char in single.chars)
    unmapped = len(_UNMAPPED.findall(text))
    letters = len(re.sub(r"\s", "", _UNMAPPED.sub("", text)))
    if _is_scan(page, letters, unmapped):
        page.close()
        return _ReadPage(is_scan=True)
    tables = read_tables(single, table_before)
    boxes = [
        _box(word)
        for word in single.extract_words(**WORD_SETTINGS)
        if not any(table.holds(word) for table in tables)
    ]
    boxes += [_table_box(number, table) for number, table in enumerate(tables)]
    found = _ReadPage(
        lines=lines_in_reading_order(boxes),
        tables=tables,
        is_mostly_picture=letters < 60 and _picture_share(page) > 0.8,
        unmapped_glyphs=unmapped,
    )
    page.close()  # else pdfplumber keeps every character of every page
    return found


def _draws_letters_twice(page: Page) -> bool:
    """Whether bold is faked by a second copy a little apart, on some words at least.

    Looked for on a grid, because `dedupe_chars` is slow (13 of 33 s when profiled on
    47 dense pages). Near the grid's lines copies are missed; a word's other letters tell.
    """
    places = Counter(
        (char["text"], round(char["x0"] / 2), round(char["top"] / 2))
        for char in page.chars
        if not str(char["text"]).isspace()
    )
    return places.total() - len(places) >= 3


def _is_scan(page: Page, letters: int, unmapped: int) -> bool:
    if unmapped > _MAX_UNMAPPED_SHARE * (letters + unmapped):
        return True
    shapes: int = len(page.curves) + len(page.lines)
    return letters == 0 and (_picture_share(page) > 0.1 or shapes > _SHAPES_OF_DRAWN_TEXT)


def _picture_share(page: Page) -> float:
    area = sum(abs(p["x1"] - p["x0"]) * abs(p["bottom"] - p["top"]) for p in page.images)
    return float(area / (page.width * page.height))


def _box(word: dict[str, Any]) -> Box:
    return Box(
        x0=word["x0"], top=word["top"], x1=word["x1"], bottom=word["bottom"], text=word["text"]
    )


def _table_box(number: int, table: ReadTable) -> Box:
    x0, top, x1, bottom = table.bbox
    return Box(x0=x0, top=top, x1=x1, bottom=bottom, table=number)


_MAX_FURNITURE_LINES = 3
"""A running title and a page number may stand between a table and its continuation."""


def _last_table(page: _ReadPage) -> ReadTable | None:
    tail = [line.table for line in page.lines[-_MAX_FURNITURE_LINES - 1 :]]
    number = next((number for number in reversed(tail) if number is not None), None)
    return None if number is None else page.tables[number]


def _first_table(page: _ReadPage) -> ReadTable | None:
    head = [line.table for line in page.lines[: _MAX_FURNITURE_LINES + 1]]
    number = next((number for number in head if number is not None), None)
    return None if number is None else page.tables[number]


def _elements(page: _ReadPage) -> tuple[SourceElement, ...]:
    found: list[SourceElement] = []
    for table, lines in groupby(page.lines, key=lambda line: line.table):
        if table is None:
            found += lines_element(join_lines(list(lines)))
        else:
            read = page.tables[table]
            found.append(
                SourceElement(kind=ElementKind.TABLE, rows=read.rows, continued=read.continued)
            )
    return tuple(found)


def _warnings(pages: Sequence[_ReadPage], options: ReaderOptions, name: str) -> list[str]:
    pictures = [index for index, page in enumerate(pages) if page.is_mostly_picture]
    unmapped = [index for index, page in enumerate(pages) if page.unmapped_glyphs]
    warnings = []
    if pictures:
        warnings.append(
            f"{name}: {_pages(pictures, options)} shows a picture with hardly any text; if it is a "
            "scan, run it through OCR first"
        )
    if unmapped:
        warnings.append(
            f"{name}: {_pages(unmapped, options)} has letters that its font does not name, shown "
            "as (cid:…)"
        )
    return warnings


def _read_scans(
    content: bytes,
    scans: Sequence[int],
    elements: list[tuple[SourceElement, ...]],
    options: ReaderOptions,
    name: str,
) -> list[str]:
    if options.scanned_pages is ScannedPages.SKIP:
        return [f"{name}: {_pages(scans, options)} has no text that can be read and was left out"]
    if not ocr.is_available():
        raise NeedsOcrError(
            f"{name}: {_pages(scans, options)} has no text that can be read (a scan?); "
            f"{ocr.INSTALL_ADVICE}, or leave such pages out: write `scanned_pages: skip` in the "
            "`reader` block of its manifest entry"
        )
    for index, text in zip(scans, ocr.read_pages(content, scans, name), strict=True):
        elements[index] = lines_element(text)
    return [f"{name}: {_pages(scans, options)} was read by OCR; check quotes against the page"]


def _pages(indexes: Sequence[int], options: ReaderOptions) -> str:
    """Pages as citations number them: "page 3", "each of the pages 1-3, 7"."""
    first = 1 if options.first_page is None else options.first_page
    numbers = [first + index for index in indexes]
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"page {shown}" if len(numbers) == 1 else f"each of the pages {shown}"


def _title(metadata: dict[str, Any]) -> str | None:
    title = metadata.get("Title")
    if not isinstance(title, str) or not title.strip() or _TITLE_OF_A_TOOL.search(title.strip()):
        return None
    return " ".join(title.split())
