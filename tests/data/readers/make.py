"""Makes the PDF and DOCX files beside it; run by hand when one must change.

Needs fpdf2 (`pip install fpdf2`), which the tests themselves do not. The texts are ours or taken
from the documents in corpus/documents. Dates are fixed, so that a run changes nothing by itself.
"""

# ruff: noqa: E501 (the XML of Word is longer than our lines)

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from fpdf import FPDF
from fpdf.enums import AccessPermission
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONTS = Path("/usr/share/fonts/truetype/dejavu")
LEFT = (
    "Trondheim kommune skal være en pådriver for økt næringsutvikling. Byen har sterke "
    "kompetansemiljøer, og samarbeidet mellom næringsliv, forskning og offentlig forvaltning er "
    "et fortrinn som skal brukes. Åpenhet og tillit er grunnlaget for dette samarbeidet, og "
    "kommunen vil gå foran som krevende kunde."
)
RIGHT = (
    "Universitetskommunen er en modell for innovasjon og omstilling i offentlig sektor. Avtalen "
    "bygger videre på et langt samarbeid mellom Trondheim kommune og NTNU. Satsingsområdene "
    "ledes av prosjektledere i delte stillinger, slik at ny kunnskap kommer raskt til nytte i "
    "tjenestene til innbyggerne."
)
ROWS = (
    ("Nr", "Strategi", "Tiltak", "Ansvarlig", "Når"),
    ("1.1", "Øke næringslivets bruk av forskning", "Etablere møteplass", "Rådmannen", "2012"),
    ("1.2", "Styrke nyskaping", "Utvide såkornfond", "NAT og STFK", "Årlig"),
)


def blank(**options: object) -> FPDF:
    pdf = FPDF(format="A4", **options)
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    pdf.add_font("DejaVu", fname=FONTS / "DejaVuSans.ttf")
    pdf.add_font("DejaVu", style="B", fname=FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_font("DejaVu", size=11)
    pdf.set_auto_page_break(False)
    return pdf


def pages() -> None:
    """Three pages: prose with a raised mark, two columns under a heading, a blank page."""
    pdf = blank()
    pdf.set_title("Handlingsplan for Blåbærbyen")
    pdf.add_page()
    pdf.set_font("DejaVu", "B", 16)
    pdf.cell(0, 10, "1 Bakgrunn", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("DejaVu", "", 11)
    pdf.multi_cell(0, 6, LEFT, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)
    pdf.write(6, "Regjeringens Perspektivmelding 2021")
    pdf.set_font("DejaVu", "", 7)
    pdf.set_xy(pdf.get_x() - 2 * pdf.c_margin + 2 * pdf.c_margin, pdf.get_y() - 1.2)
    pdf.write(6, "6")
    pdf.set_font("DejaVu", "", 11)
    pdf.set_xy(pdf.get_x(), pdf.get_y() + 1.2)
    pdf.write(6, " er som et ekko av den europeiske.")
    pdf.set_xy(10, 280)
    pdf.cell(0, 6, "4", align="C")

    pdf.add_page()
    pdf.set_font("DejaVu", "B", 16)
    pdf.cell(0, 10, "2 To spalter som står under en overskrift over hele siden", new_x="LMARGIN")
    pdf.set_font("DejaVu", "", 11)
    pdf.set_xy(10, 30)
    pdf.multi_cell(88, 6, LEFT, align="L")
    pdf.set_xy(112, 33)
    pdf.multi_cell(88, 6, RIGHT, align="L")
    pdf.set_xy(10, 110)
    pdf.multi_cell(0, 6, "Under spaltene følger en linje over hele bredden, og så en til: " + RIGHT)
    pdf.set_xy(10, 280)
    pdf.cell(0, 6, "5", align="C")
    pdf.add_page()
    pdf.output(HERE / "pages.pdf")


def row(pdf: FPDF, cells: tuple[str, ...], y: float, height: float, bold: bool = False) -> float:
    widths = (14, 52, 52, 42, 24)
    x = 12.0
    pdf.set_font("DejaVu", "B" if bold else "", 10)
    for width, text in zip(widths, cells, strict=True):
        pdf.rect(x, y, width, height)
        pdf.set_xy(x, y + 1)
        pdf.multi_cell(width, 5, text, align="L")
        x += width
    return y + height


def tables() -> None:
    """A ruled table that goes on at the next page, a wide and a tall cell, an unruled table."""
    pdf = blank()
    pdf.add_page()
    pdf.set_xy(10, 10)
    pdf.multi_cell(0, 6, "Tiltak for å nå mål 1 står i tabellen.", new_x="LMARGIN", new_y="NEXT")
    y = row(pdf, ROWS[0], 20, 8, bold=True)
    y = row(pdf, ROWS[1], y, 14)
    row(pdf, ROWS[2], y, 14)
    pdf.set_font("DejaVu", "", 11)
    pdf.set_xy(10, 280)
    pdf.cell(0, 6, "Side 1", align="C")

    pdf.add_page()
    row(pdf, ("1.3", "Åpne data", "Publisere datasett", "IT-tjenesten", "2013"), 20, 8)
    pdf.set_font("DejaVu", "", 11)
    pdf.set_xy(10, 60)
    pdf.multi_cell(0, 6, "Kostnader i tusen kroner:")
    pdf.set_font("DejaVu", "", 10)
    for x, y, width, height, text in (
        (12, 70, 40, 16, "Område"),
        (52, 70, 80, 8, "Kostnad"),
        (52, 78, 40, 8, "2011"),
        (92, 78, 40, 8, "2012"),
        (12, 86, 40, 8, "Drift"),
        (52, 86, 40, 8, "100"),
        (92, 86, 40, 8, "120"),
    ):
        pdf.rect(x, y, width, height)
        pdf.set_xy(x, y + 1)
        pdf.cell(width, 5, text)
    pdf.set_font("DejaVu", "", 11)
    for number, (left, right) in enumerate(
        (
            ("Ansvarlig", "Rådmannen"),
            ("Frist", "Innen utgangen av 2012"),
            ("Indikator", "Antall møter"),
            ("Status", "Pågår"),
            ("Mål", "1.1"),
            ("Partner", "NTNU og SINTEF"),
        )
    ):
        pdf.text(14, 120 + 7 * number, left)
        pdf.text(90, 120 + 7 * number, right)
    pdf.output(HERE / "tables.pdf")


def scan() -> None:
    """Page 1 has text, page 2 is a picture of text."""
    picture = Image.new("L", (1000, 500), 255)
    font = ImageFont.truetype(FONTS / "DejaVuSans.ttf", 36)
    lines = (
        "Møtet ble åpnet av ordføreren.",
        "Bystyret vedtok å øke støtten",
        "til forskning på helse.",
    )
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((60, 60 + 80 * number), line, font=font, fill=0)
    pdf = blank()
    pdf.add_page()
    pdf.cell(0, 6, "Protokoll fra bystyrets møte")
    pdf.add_page()
    pdf.image(picture.point(lambda v: 255 if v > 127 else 0, "1"), x=10, y=10, w=190)
    pdf.output(HERE / "scan.pdf")


def encrypted() -> None:
    """A PDF that asks for a password."""
    pdf = blank()
    pdf.set_encryption("eier", "leser", permissions=AccessPermission.none())
    pdf.add_page()
    pdf.cell(0, 6, "Hemmelig")
    pdf.output(HERE / "encrypted.pdf")


NOTES = """<w:footnotes {ns}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> Meld. St. 14,
side 3.</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="9"><w:p><w:r><w:t>Vedtatt i bystyret.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def refer(paragraph: docx.text.paragraph.Paragraph, note: int) -> None:
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(note))
    paragraph.add_run()._r.append(reference)


def numbered(paragraph: docx.text.paragraph.Paragraph, list_id: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = list_id
    properties.get_or_add_ilvl().val = level


def add_lists(document: docx.Document) -> tuple[int, int]:
    """Two lists of one definition, "1." with "a)" below; the second starts anew."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate((("decimal", "%1."), ("lowerLetter", "%2)")))
    )
    definition = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'
    )
    root.insert(0, definition)
    for number, override in (
        (90, ""),
        (91, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
    ):
        root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="90"/>{override}</w:num>'
            )
        )
    return 90, 91


def word() -> None:
    """Headings, lists, a table with merged cells, footnotes, tracked changes, a text box, pages."""
    document = docx.Document()
    document.core_properties.title = "Handlingsplan for Blåbærbyen"
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1)
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        NOTES.format(ns=nsdecls("w")).encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.add_heading("Handlingsplan for Blåbærbyen", 0)
    document.add_heading("1 Bakgrunn", 1)
    paragraph = document.add_paragraph("Næringslivet øker sin bruk av forskning")
    refer(paragraph, 5)
    paragraph.add_run(" i hele Å-regionen.")
    refer(paragraph, 9)
    changed = document.add_paragraph("Kommunen ")
    changed._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>vil</w:t></w:r></w:ins>')
    )
    changed._p.append(
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="2" w:author="x"><w:r><w:delText>bør</w:delText></w:r></w:del>'
        )
    )
    changed.add_run(" gå foran.")
    first, second = add_lists(document)
    for list_id, level, text in (
        (first, 0, "Åpne møter"),
        (first, 1, "på rådhuset"),
        (first, 1, "på nett"),
        (first, 0, "Åpne data"),
        (second, 0, "Ny liste"),
    ):
        numbered(document.add_paragraph(text), list_id, level)
    document.add_paragraph("Punkt uten nummer", style="List Bullet")
    outlined = document.add_paragraph("Overskrift ved nivå")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    document.add_paragraph("Tabell 1: Tiltak", style="Caption")
    table = document.add_table(rows=3, cols=4)
    texts = (
        ("Mål", "Tiltak", "Ansvarlig og frist", ""),
        ("1. Øke bruken", "Møteplass", "Rådmannen", "2012"),
        ("", "Såkornfond", "NAT", "Årlig"),
    )
    for y, row in enumerate(texts):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(0, 2).merge(table.cell(0, 3))
    table.cell(1, 0).merge(table.cell(2, 0))
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "Tekst i en ramme."
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>I en innholdskontroll.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    document.element.body.insert(-1, control)
    boxed = document.add_paragraph("Ved siden av en tekstboks.")
    boxed._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            "<mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent><w:p><w:r><w:t>I tekstboksen."
            "</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r>"
            "<w:t>I tekstboksen.</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    document.save(HERE / "plan.docx")
    for place in (document.paragraphs[4], document.paragraphs[-1]):
        place.runs[0]._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))
    document.save(HERE / "plan-with-pages.docx")


if __name__ == "__main__":
    word()
    pages()
    tables()
    scan()
    encrypted()
