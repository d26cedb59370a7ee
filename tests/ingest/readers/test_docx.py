"""On a Word file made by `tests/data/readers/make.py`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from corpus.errors import UnreadableError
from corpus.manifest import ReaderOptions
from ingest.readers import read
from ingest.readers.docx_numbering import roman
from ingest.source import ElementKind, SourceElement

DATA = Path(__file__).parents[2] / "data" / "readers"
HEADING, PARAGRAPH, ITEM = ElementKind.HEADING, ElementKind.PARAGRAPH, ElementKind.LIST_ITEM


def element(kind: ElementKind, text: str, **more: int | str) -> SourceElement:
    return SourceElement(kind=kind, text=text, **more)  # type: ignore[arg-type]


EXPECTED = (
    element(HEADING, "Handlingsplan for Blåbærbyen", level=1),
    element(HEADING, "1 Bakgrunn", level=1),
    element(PARAGRAPH, "Næringslivet øker sin bruk av forskning i hele Å-regionen."),
    element(ElementKind.FOOTNOTE, "Meld. St. 14, side 3.", mark="1"),
    element(ElementKind.FOOTNOTE, "Vedtatt i bystyret.", mark="2"),
    element(PARAGRAPH, "Kommunen vil gå foran."),
    element(ITEM, "Åpne møter", level=1, mark="1."),
    element(ITEM, "på rådhuset", level=2, mark="a)"),
    element(ITEM, "på nett", level=2, mark="b)"),
    element(ITEM, "Åpne data", level=1, mark="2."),
    element(ITEM, "Ny liste", level=1, mark="1."),
    element(ITEM, "Punkt uten nummer", level=1),
    element(HEADING, "Overskrift ved nivå", level=2),
    element(ElementKind.CAPTION, "Tabell 1: Tiltak"),
    SourceElement(
        kind=ElementKind.TABLE,
        rows=(
            ("Mål", "Tiltak", "Ansvarlig og frist", ""),
            ("1. Øke bruken", "Møteplass", "Rådmannen", "2012"),
            (None, "Såkornfond", "NAT", "Årlig"),
        ),
    ),
    element(PARAGRAPH, "Tekst i en ramme."),
    element(PARAGRAPH, "I en innholdskontroll."),
    element(PARAGRAPH, "Ved siden av en tekstboks."),
    element(PARAGRAPH, "I tekstboksen."),
)


def test_every_kind_of_element_is_read_as_word_marks_it() -> None:
    document = read(DATA / "plan.docx")
    assert document.title == "Handlingsplan for Blåbærbyen"
    assert [page.number for page in document.pages] == [None]
    assert document.pages[0].elements == EXPECTED


def test_pages_are_numbered_where_word_stored_their_beginnings() -> None:
    document = read(DATA / "plan-with-pages.docx", options=ReaderOptions(first_page=7))
    assert [page.number for page in document.pages] == [7, 8, 9]
    assert tuple(e for page in document.pages for e in page.elements) == EXPECTED
    assert [page.elements[0].text for page in document.pages] == [
        "Handlingsplan for Blåbærbyen",
        "Åpne møter",
        "Ved siden av en tekstboks.",
    ]


def test_a_table_over_two_pages_is_cut_there_and_keeps_its_header() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for number, text in enumerate(("Tiltak", "Frist", "Møteplass", "2012", "Kurs", "Årlig")):
        table.cell(number // 2, number % 2).text = text
    run = table.cell(2, 0).paragraphs[0].runs[0]._r
    run.insert(0, docx.oxml.OxmlElement("w:lastRenderedPageBreak"))
    packed = io.BytesIO()
    document.save(packed)
    first, second = read(packed.getvalue(), "tabell.docx").pages
    assert (first.number, second.number) == (1, 2)
    assert first.elements[0].rows == (("Tiltak", "Frist"), ("Møteplass", "2012"))
    assert second.elements[0].rows == (("Tiltak", "Frist"), ("Kurs", "Årlig"))
    assert second.elements[0].continued


def test_a_heading_has_the_number_that_word_prints_before_it() -> None:
    document = docx.Document()
    style = document.styles["Heading 1"].element
    properties = style.get_or_add_pPr().get_or_add_numPr()
    numbering = document.part.numbering_part.element
    decimal = next(
        number.get(docx.oxml.ns.qn("w:numId"))
        for number in numbering.num_lst
        for abstract in numbering.iter(docx.oxml.ns.qn("w:abstractNum"))
        if abstract.get(docx.oxml.ns.qn("w:abstractNumId")) == str(number.abstractNumId.val)
        and abstract[-1].find(docx.oxml.ns.qn("w:numFmt")).get(docx.oxml.ns.qn("w:val"))
        == "decimal"
    )
    properties.get_or_add_numId().val = int(decimal)
    document.add_heading("Bakgrunn", 1)
    document.add_heading("Mål", 1)
    packed = io.BytesIO()
    document.save(packed)
    found = read(packed.getvalue(), "x.docx").pages[0].elements
    assert [(e.kind, e.text) for e in found] == [(HEADING, "1. Bakgrunn"), (HEADING, "2. Mål")]


@pytest.mark.parametrize("damage", ["cut", "no-styles", "not-xml"])
def test_a_damaged_word_file_is_refused(damage: str) -> None:
    content = (DATA / "plan.docx").read_bytes()
    if damage == "cut":
        content = content[:-100]
    else:
        packed = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(packed, "w") as new,
        ):
            for name in old.namelist():
                if damage == "no-styles" and name == "[Content_Types].xml":
                    continue
                is_broken = damage == "not-xml" and name == "word/document.xml"
                new.writestr(name, b"<w:document" if is_broken else old.read(name))
        content = packed.getvalue()
    with pytest.raises(UnreadableError, match=r"plan.docx: .*damaged"):
        read(content, "plan.docx")


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "i"), (4, "iv"), (9, "ix"), (14, "xiv"), (1990, "mcmxc")]
)
def test_roman_numerals_are_as_word_prints_them(number: int, expected: str) -> None:
    assert roman(number) == expected
