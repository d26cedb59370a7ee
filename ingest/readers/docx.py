"""DOCX: headings, paragraphs, list items, tables and footnotes as Word marks them.

python-docx opens the package and knows styles and parts; the body is walked here, because its own
iteration leaves out content controls, text inserted with tracking, text boxes, printed list numbers
and footnotes. Left out on purpose: deleted text, comments, running heads, the table of contents
(Word makes it from the headings). Pages are numbered only where Word has stored where they began
(`lastRenderedPageBreak`); a file that Word has not laid out has no page numbers to tell.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import XMLSyntaxError, _Element  # type: ignore[import-untyped]

from corpus.errors import UnreadableError
from corpus.manifest import ReaderOptions
from ingest.readers.docx_numbering import Numbering
from ingest.readers.txt import page_number
from ingest.source import ElementKind, SourceDocument, SourceElement, SourcePage

_MAX_UNPACKED_BYTES = 1_000_000_000
_MAX_XML_BYTES = 200_000_000  # of text and structure: a thousand pages have about ten
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    PackageNotFoundError,
    XMLSyntaxError,
    KeyError,
    ValueError,
    AttributeError,
)
"""What zipfile, lxml and python-docx raise on damaged packages; the last three on missing parts."""
_WRAPPERS = frozenset(
    qn(tag)
    for tag in (
        "w:sdt",
        "w:sdtContent",
        "w:ins",
        "w:moveTo",
        "w:smartTag",
        "w:customXml",
        "w:hyperlink",
    )
)
_DROPPED = frozenset(
    [
        qn("w:del"),
        qn("w:moveFrom"),
        qn("w:pict"),
        qn("w:drawing"),
        qn("w:object"),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
    ]
)
_NOTE_PARTS = {
    qn("w:footnoteReference"): (RELATIONSHIP_TYPE.FOOTNOTES, qn("w:footnote")),
    qn("w:endnoteReference"): (RELATIONSHIP_TYPE.ENDNOTES, qn("w:endnote")),
}
_HEADING_STYLE = re.compile(r"^(?:heading|overskrift) ?([1-9])$", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"^(?:title|tittel)$", re.IGNORECASE)
_CAPTION_STYLE = re.compile(r"^(?:caption|bildetekst)$", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"^(?:toc|innh|inh) ?[1-9]$|^table of figures$", re.IGNORECASE)
_LIST_STYLE = re.compile(
    r"^(?:list (?:bullet|number|paragraph)|punktliste|nummerert liste|punktmerket liste)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Walk:
    """Where the walk has come to: the page, and the elements of every page so far."""

    document: Document
    numbering: Numbering
    notes: dict[str, dict[str, _Element]]
    page: int = 0
    pages: list[list[SourceElement]] = field(default_factory=lambda: [[]])
    note_count: int = 0
    pending_notes: list[SourceElement] = field(default_factory=list)

    def add(self, element: SourceElement) -> None:
        self.pages[-1].append(element)

    def turn_page(self) -> None:
        self.add_notes()
        self.page += 1
        self.pages.append([])

    def add_notes(self) -> None:
        self.pages[-1] += self.pending_notes
        self.pending_notes.clear()


def read(content: bytes, name: str, options: ReaderOptions) -> SourceDocument:
    """The document's elements; footnotes stand after the paragraph or table that refers to them.

    Pages are numbered from `first_page` if the file tells where they begin; else there is one page
    without a number.

    Raises:
        UnreadableError: the package is damaged or unpacks to more than 1 GB.
    """
    try:
        walk = _walked(content, name)
    except _BROKEN as exc:
        raise UnreadableError(
            f"{name}: the Word file is damaged ({exc}); open it in Word and save it anew"
        ) from exc
    has_pages = walk.page > 0
    pages = tuple(
        SourcePage(
            number=page_number(options, index) if has_pages else None, elements=tuple(elements)
        )
        for index, elements in enumerate(walk.pages)
    )
    title = " ".join((walk.document.core_properties.title or "").split())
    return SourceDocument(pages=pages, title=title or None)


def _walked(content: bytes, name: str) -> _Walk:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        size = sum(entry.file_size for entry in entries)
        xml = sum(
            entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels"))
        )
    if size > _MAX_UNPACKED_BYTES:
        raise UnreadableError(f"{name}: unpacks to {size // 1_000_000} MB; remove its pictures")
    if xml > _MAX_XML_BYTES:
        raise UnreadableError(f"{name}: unpacks to {xml // 1_000_000} MB of text; split it")
    document = docx.Document(io.BytesIO(content))
    walk = _Walk(document, Numbering(document), _notes(document))
    for block in _blocks(document.element.body):
        if block.tag == qn("w:p"):
            _read_paragraph(block, walk)
        else:
            _read_table(block, walk)
        walk.add_notes()
    return walk


def _notes(document: Document) -> dict[str, dict[str, _Element]]:
    """For each tag that refers to a note: the notes' elements by id."""
    found: dict[str, dict[str, _Element]] = {}
    parts = {
        rel.reltype: rel.target_part for rel in document.part.rels.values() if not rel.is_external
    }
    for reference, (relation, tag) in _NOTE_PARTS.items():
        part = parts.get(relation)
        root = parse_xml(part.blob) if part is not None else ()
        found[reference] = {str(note.get(qn("w:id"))): note for note in root if note.tag == tag}
    return found


def _blocks(parent: _Element) -> Iterator[_Element]:
    """Paragraphs and tables in order, those in content controls included."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in _WRAPPERS and not _is_contents(child):
            yield from _blocks(child)


def _is_contents(control: _Element) -> bool:
    gallery = control.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and gallery.get(qn("w:val")) == "Table of Contents"


def _read_paragraph(paragraph: _Element, walk: _Walk) -> None:
    before, after = _breaks(paragraph)
    for _ in range(before):
        walk.turn_page()
    style = _style_name(paragraph, walk.document)
    text = _text(paragraph, walk)
    if text and not _CONTENTS_STYLE.match(style):
        walk.add(_element(paragraph, style, text, walk))
    for box in _text_boxes(paragraph):
        for inner in _blocks(box):
            if inner.tag == qn("w:p"):
                _read_paragraph(inner, walk)
            else:
                _read_table(inner, walk)
    for _ in range(after):
        walk.turn_page()


def _element(paragraph: _Element, style: str, text: str, walk: _Walk) -> SourceElement:
    label = walk.numbering.label_of(paragraph)
    level = _heading_level(paragraph, style, walk.document)
    if level is not None:
        numbered = f"{label.text} {text}" if label is not None and label.text else text
        return SourceElement(kind=ElementKind.HEADING, text=numbered, level=level)
    if _CAPTION_STYLE.match(style):
        return SourceElement(kind=ElementKind.CAPTION, text=text)
    if label is not None or _LIST_STYLE.match(style):
        return SourceElement(
            kind=ElementKind.LIST_ITEM,
            text=text,
            level=1 + (label.level if label is not None else 0),
            mark=label.text if label is not None else None,
        )
    return SourceElement(kind=ElementKind.PARAGRAPH, text=text)


def _heading_level(paragraph: _Element, style: str, document: Document) -> int | None:
    """From the style's name, else the outline level of the paragraph or of a style it builds on."""
    if _TITLE_STYLE.match(style):
        return 1
    named = _HEADING_STYLE.match(style)
    if named:
        return int(named[1])
    outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    for element in _style_chain(paragraph, document):
        if outline is not None:
            break
        outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        based = _HEADING_STYLE.match(_name_of(element))
        if based:
            return int(based[1])
    level = int(outline.get(qn("w:val"), "9")) if outline is not None else 9
    return level + 1 if level < 9 else None  # level 9 is Word's "body text"


def _style_chain(paragraph: _Element, document: Document) -> Iterator[_Element]:
    reference = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    styles = {style.get(qn("w:styleId")): style for style in document.styles.element}
    seen = set()
    while reference is not None and reference.get(qn("w:val")) not in seen:
        seen.add(reference.get(qn("w:val")))
        style = styles.get(reference.get(qn("w:val")))
        if style is None:
            return
        yield style
        reference = style.find(qn("w:basedOn"))


def _style_name(paragraph: _Element, document: Document) -> str:
    style = next(_style_chain(paragraph, document), None)
    return "" if style is None else _name_of(style)


def _name_of(style: _Element) -> str:
    name = style.find(qn("w:name"))
    return "" if name is None else str(name.get(qn("w:val"), ""))


def _text(element: _Element, walk: _Walk) -> str:
    """The visible text on one line; notes referred to wait to be added after it."""
    return " ".join("".join(_pieces(element, walk)).split(" ")).strip("\t\n ").replace("\n", " ")


def _pieces(element: _Element, walk: _Walk) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in (qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:ptab")):
            if child.getparent().tag != qn("w:tabs"):
                yield "\n" if child.tag in (qn("w:br"), qn("w:cr")) else " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "\u2011"
        elif child.tag in _NOTE_PARTS:
            _refer(child, walk)
        elif child.tag not in _DROPPED:
            yield from _pieces(child, walk)


def _refer(reference: _Element, walk: _Walk) -> None:
    note = walk.notes[reference.tag].get(str(reference.get(qn("w:id"))))
    if note is None:
        return
    walk.note_count += 1
    mark = str(walk.note_count)
    text = " ".join(filter(None, (_text(paragraph, walk) for paragraph in note.iter(qn("w:p")))))
    if text:
        walk.pending_notes.append(SourceElement(kind=ElementKind.FOOTNOTE, text=text, mark=mark))


def _text_boxes(paragraph: _Element) -> list[_Element]:
    """The paragraph's text boxes, each once: Word stores a second copy for older programs."""
    copies = set()
    for fallback in paragraph.iter(
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
    ):
        copies |= set(fallback.iter(qn("w:txbxContent")))
    boxes = [box for box in paragraph.iter(qn("w:txbxContent")) if box not in copies]
    inner = {deep for box in boxes for deep in box.iter(qn("w:txbxContent")) if deep is not box}
    return [box for box in boxes if box not in inner]


def _breaks(paragraph: _Element) -> tuple[int, int]:
    """How many stored page breaks stand before the paragraph's first letter, and how many after."""
    before = after = 0
    seen_text = False
    for element in paragraph.iter(qn("w:t"), qn("w:lastRenderedPageBreak")):
        if element.tag == qn("w:t"):
            seen_text = seen_text or bool((element.text or "").strip())
        elif seen_text:
            after += 1
        else:
            before += 1
    return (before, after) if seen_text else (before + after, 0)


def _read_table(table: _Element, walk: _Walk) -> None:
    """A table as rows, cut where a page begins; a table of one cell is a frame around its text."""
    rows = [row for row in _rows(table)]
    if max((len(_cells(row)) for row in rows), default=0) <= 1:
        for row in rows:
            for cell in _cells(row):
                for block in _blocks(cell):
                    if block.tag == qn("w:p"):
                        _read_paragraph(block, walk)
                    else:
                        _read_table(block, walk)
        return
    header: tuple[str | None, ...] | None = None
    gathered: list[tuple[str | None, ...]] = []
    is_continued = False
    for row in rows:
        if any(True for _ in row.iter(qn("w:lastRenderedPageBreak"))):
            _flush(gathered, is_continued, walk)
            walk.turn_page()
            gathered = [header] if header else []
            is_continued = bool(header)
        cells = _row_texts(row, walk)
        header = header or cells
        gathered.append(cells)
    _flush(gathered, is_continued, walk)


def _flush(rows: list[tuple[str | None, ...]], is_continued: bool, walk: _Walk) -> None:
    if not any(cell for row in rows for cell in row):
        return
    width = max(len(row) for row in rows)
    even = tuple((*row, *[""] * (width - len(row))) for row in rows)
    walk.add(SourceElement(kind=ElementKind.TABLE, rows=even, continued=is_continued))


def _rows(table: _Element) -> Iterator[_Element]:
    for child in table:
        if child.tag == qn("w:tr"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _rows(child)


def _cells(row: _Element) -> list[_Element]:
    found: list[_Element] = []
    for child in row:
        if child.tag == qn("w:tc"):
            found.append(child)
        elif child.tag in _WRAPPERS:
            found += _cells(child)
    return found


def _row_texts(row: _Element, walk: _Walk) -> tuple[str | None, ...]:
    """A text for each column of the grid: None under a cell merged downwards, "" beside a wide."""
    texts: list[str | None] = [""] * _number(row, "w:trPr/w:gridBefore", 0)
    for cell in _cells(row):
        merge = _find(cell, "w:tcPr/w:vMerge")
        goes_on = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
        texts.append(None if goes_on else _cell_text(cell, walk))
        filler = None if goes_on else ""
        texts += [filler] * (_number(cell, "w:tcPr/w:gridSpan", 1) - 1)
    return (*texts, *[""] * _number(row, "w:trPr/w:gridAfter", 0))


def _cell_text(cell: _Element, walk: _Walk) -> str:
    """A cell's text, a line for each paragraph or forced line."""
    lines = (
        " ".join(line.split())
        for paragraph in cell.iter(qn("w:p"))
        for line in "".join(_pieces(paragraph, walk)).split("\n")
    )
    return "\n".join(filter(None, lines))


def _find(element: _Element, path: str) -> _Element | None:
    return element.find("/".join(qn(step) for step in path.split("/")))


def _number(element: _Element, path: str, default: int) -> int:
    found = _find(element, path)
    return default if found is None else int(found.get(qn("w:val"), str(default)))
