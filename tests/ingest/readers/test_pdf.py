"""On PDFs made by `tests/data/readers/make.py`."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from PIL import Image

from corpus.errors import NeedsOcrError, UnreadableError
from corpus.manifest import ReaderOptions, ScannedPages
from ingest.readers import ocr, read
from ingest.readers.page_layout import Box, join_lines, lines_in_reading_order
from ingest.source import ElementKind, SourceDocument

DATA = Path(__file__).parents[2] / "data" / "readers"


def texts(document: SourceDocument) -> list[tuple[int | None, list[str]]]:
    return [(page.number, [e.text for e in page.elements]) for page in document.pages]


def test_pages_are_numbered_and_a_blank_page_keeps_its_number() -> None:
    document = read(DATA / "pages.pdf")
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.pages[2].elements == ()
    assert document.title == "Handlingsplan for Blåbærbyen"
    assert document.warnings == ()


def test_the_first_page_can_be_moved_and_pages_before_1_have_no_number() -> None:
    moved = read(DATA / "pages.pdf", options=ReaderOptions(first_page=4))
    assert [page.number for page in moved.pages] == [4, 5, 6]
    with_cover = read(DATA / "pages.pdf", options=ReaderOptions(first_page=0))
    assert [page.number for page in with_cover.pages] == [None, 1, 2]


def test_lines_stand_as_printed_with_blank_lines_between_paragraphs_and_marks_in_place() -> None:
    (page_text,) = texts(read(DATA / "pages.pdf"))[0][1]
    assert page_text == (
        "1 Bakgrunn\n\n"
        "Trondheim kommune skal være en pådriver for økt næringsutvikling. Byen har sterke\n"
        "kompetansemiljøer, og samarbeidet mellom næringsliv, forskning og offentlig forvaltning er"
        " et\n"
        "fortrinn som skal brukes. Åpenhet og tillit er grunnlaget for dette samarbeidet, og"
        " kommunen\n"
        "vil gå foran som krevende kunde.\n\n"
        "Regjeringens Perspektivmelding 20216 er som et ekko av den europeiske.\n\n"
        "4"
    )


def test_two_columns_are_read_one_after_the_other_between_lines_of_the_whole_width() -> None:
    (page_text,) = texts(read(DATA / "pages.pdf"))[1][1]
    lines = page_text.split("\n")
    assert lines[0] == "2 To spalter som står under en overskrift over hele siden"
    assert lines[2] == "Trondheim kommune skal være en pådriver"
    assert lines[9:11] == [
        "som krevende kunde.",
        "Universitetskommunen er en modell for",
    ]
    assert lines[19].startswith("Under spaltene følger en linje over hele bredden, og så en til: ")
    assert lines[-1] == "5"


def test_ruled_tables_are_rows_and_their_words_are_not_repeated_in_lines() -> None:
    first, second = read(DATA / "tables.pdf").pages
    assert [e.kind for e in first.elements] == [
        ElementKind.LINES,
        ElementKind.TABLE,
        ElementKind.LINES,
    ]
    assert first.elements[0].text == "Tiltak for å nå mål 1 står i tabellen."
    assert first.elements[1].rows == (
        ("Nr", "Strategi", "Tiltak", "Ansvarlig", "Når"),
        ("1.1", "Øke næringslivets bruk av\nforskning", "Etablere møteplass", "Rådmannen", "2012"),
        ("1.2", "Styrke nyskaping", "Utvide såkornfond", "NAT og STFK", "Årlig"),
    )
    assert first.elements[2].text == "Side 1"
    assert second.elements[1].text == "Kostnader i tusen kroner:"


def test_a_table_that_goes_on_at_the_next_page_keeps_its_header_even_with_one_row() -> None:
    first, second = read(DATA / "tables.pdf").pages
    goes_on = second.elements[0]
    assert goes_on.continued
    assert not first.elements[1].continued
    assert goes_on.rows == (
        ("Nr", "Strategi", "Tiltak", "Ansvarlig", "Når"),
        ("1.3", "Åpne data", "Publisere datasett", "IT-tjenesten", "2013"),
    )


def test_a_cell_merged_downwards_is_none_below_and_a_wide_one_is_empty_beside() -> None:
    merged = read(DATA / "tables.pdf").pages[1].elements[2]
    assert merged.rows == (
        ("Område", "Kostnad", ""),
        (None, "2011", "2012"),
        ("Drift", "100", "120"),
    )
    assert not merged.continued


def test_a_table_without_lines_is_read_row_by_row() -> None:
    last = read(DATA / "tables.pdf").pages[1].elements[-1]
    assert last.text.split("\n")[:3] == [
        "Ansvarlig Rådmannen",
        "Frist Innen utgangen av 2012",
        "Indikator Antall møter",
    ]


def test_a_scanned_page_without_tesseract_is_refused_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NeedsOcrError, match=r"scan.pdf: page 2 has no text.* tesseract-ocr-nor"):
        read(DATA / "scan.pdf")


def test_a_scanned_page_can_be_left_out_by_the_manifest_and_is_told() -> None:
    document = read(DATA / "scan.pdf", options=ReaderOptions(scanned_pages=ScannedPages.SKIP))
    assert texts(document) == [(1, ["Protokoll fra bystyrets møte"]), (2, [])]
    assert document.warnings == ("scan.pdf: page 2 has no text that can be read and was left out",)


@pytest.mark.skipif(not ocr.is_available(), reason="tesseract with `nor` is not installed")
def test_a_scanned_page_is_read_by_ocr_with_its_norwegian_letters_and_a_warning() -> None:
    document = read(DATA / "scan.pdf")
    (page_text,) = texts(document)[1][1]
    assert [line for line in page_text.split("\n") if line] == [
        "Møtet ble åpnet av ordføreren.",
        "Bystyret vedtok å øke støtten",
        "til forskning på helse.",
    ]
    assert document.warnings == ("scan.pdf: page 2 was read by OCR; check quotes against the page",)


def test_a_scan_of_many_pages_names_them_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    page = Image.new("1", (400, 500), 1)
    packed = io.BytesIO()
    page.save(packed, format="PDF", save_all=True, append_images=[page, page])
    with pytest.raises(NeedsOcrError, match="each of the pages 1-3 has no text"):
        read(packed.getvalue(), "skann.pdf")


def test_a_pdf_with_a_password_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableError, match="asks for a password; save a copy without one"):
        read(DATA / "encrypted.pdf")


@pytest.mark.parametrize("keep", [9, 200, 3000])
def test_a_cut_off_pdf_is_refused_or_read_but_never_breaks_the_ingest(keep: int) -> None:
    with pytest.raises(UnreadableError, match=r"kutt.pdf: the PDF (?:is damaged|has no pages)"):
        read((DATA / "pages.pdf").read_bytes()[:keep], "kutt.pdf")


@pytest.mark.parametrize("at", range(0, 20_000, 1500))
def test_a_damaged_pdf_gives_a_document_or_an_error_of_ours(at: int) -> None:
    content = bytearray((DATA / "tables.pdf").read_bytes())
    content[at : at + 200] = b"\xff" * 200
    with contextlib.suppress(UnreadableError, NeedsOcrError):
        assert read(bytes(content), "skadet.pdf").pages


def word(text: str, x: float, top: float, height: float = 10) -> Box:
    return Box(x0=x, top=top, x1=x + 5 * len(text), bottom=top + height, text=text)


def test_every_box_stands_in_the_lines_exactly_once() -> None:
    boxes = [word(f"w{x}-{y}", 60 * x, 12 * y + (x % 2)) for x in range(8) for y in range(12)]
    placed = " ".join(line.text for line in lines_in_reading_order(boxes)).split()
    assert sorted(placed) == sorted(box.text for box in boxes)


def test_a_next_column_starts_without_a_blank_line_and_a_wide_step_with_one() -> None:
    lines = lines_in_reading_order([word("en", 0, 0), word("to", 0, 12), word("tre", 0, 36)])
    assert join_lines(lines) == "en\nto\n\ntre"


def test_a_raised_mark_touches_its_word() -> None:
    lines = lines_in_reading_order([word("2021", 0, 10), word("6", 20.5, 8, 6), word("er", 30, 10)])
    assert [line.text for line in lines] == ["20216 er"]


def columns() -> list[Box]:
    """Two columns of six full lines each; the right one is set a little lower."""
    left = [word("venstre" + str(n), 0, 12 * n) for n in range(6)]
    return left + [word("kolonne" + str(n), 60, 12 * n + 3) for n in range(6)]


def test_a_heading_below_two_columns_stays_with_what_it_heads() -> None:
    heading = word("Neste", 0, 95, 14)
    full_width = word("x" * 20, 0, 115)
    lines = [line.text for line in lines_in_reading_order([*columns(), heading, full_width])]
    assert lines[5:7] == ["venstre5", "kolonne0"]
    assert lines[-2:] == ["Neste", "x" * 20]


def test_columns_at_the_foot_of_a_page_are_read_to_their_ends() -> None:
    longer = [word("venstre" + str(n), 0, 12 * n) for n in range(6, 9)]
    lines = [line.text for line in lines_in_reading_order([*columns(), *longer])]
    assert lines[8:10] == ["venstre8", "kolonne0"]


def pdf_of(drawing: str, fonts: str = "/Helvetica") -> bytes:
    """A PDF of one A4 page with `drawing` as its content, letters in WinAnsi."""
    stream = drawing.encode("cp1252")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont%s/Encoding/WinAnsiEncoding>>" % fonts.encode(),
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\n"
    return content + head + b"startxref\n%d\n%%%%EOF" % len(content)


def lines_of(drawing: str) -> list[str]:
    (element,) = read(pdf_of(drawing), "x.pdf").pages[0].elements
    return element.text.split("\n")


def test_bold_letters_drawn_twice_are_read_once() -> None:
    shown = (
        "BT /F 12 Tf 50 700 Td (Bl\xe5b\xe6r) Tj ET BT /F 12 Tf 50.3 700 Td (Bl\xe5b\xe6r) Tj ET"
    )
    assert lines_of(shown + " BT /F 12 Tf 50 680 Td (Bokkleie) Tj ET") == ["Blåbær", "Bokkleie"]


CELLS = "".join(
    f"BT /F 10 Tf {x} {y} Td ({text}) Tj ET "
    for x, y, text in (
        (55, 685, "Tiltak"), (155, 685, "Frist"), (55, 665, "Kurs"), (155, 665, "2012"),
        (55, 645, "M\xf8te"), (155, 645, "2013"),
    )
)  # fmt: skip


@pytest.mark.parametrize("open_side", ["none", "top", "bottom", "left", "right"])
def test_a_table_left_open_at_a_side_keeps_all_its_cells(open_side: str) -> None:
    level = {700: "top", 680: "", 660: "", 640: "bottom"}
    upright = {50: "left", 150: "", 250: "right"}
    rules = "".join(f"50 {y} m 250 {y} l S " for y, side in level.items() if side != open_side)
    rules += "".join(f"{x} 700 m {x} 640 l S " for x, side in upright.items() if side != open_side)
    (table,) = read(pdf_of(rules + CELLS), "x.pdf").pages[0].elements
    assert table.rows == (("Tiltak", "Frist"), ("Kurs", "2012"), ("Møte", "2013"))


def test_a_frame_around_text_is_no_table_and_its_text_is_kept() -> None:
    frame = "50 640 200 60 re S 50 675 m 250 675 l S "
    assert lines_of(frame + CELLS)[0] == "Tiltak Frist"


def test_a_font_that_names_no_characters_needs_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    content = pdf_of("BT /F 12 Tf 50 700 Td (\x01\x02\x03\x04) Tj ET")
    with pytest.raises(NeedsOcrError, match="page 1 has no text that can be read"):
        read(content, "x.pdf")
