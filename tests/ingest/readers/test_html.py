from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import UnreadableError
from corpus.manifest import ReaderOptions
from ingest.readers import read
from ingest.source import ElementKind, SourceElement

DATA = Path(__file__).parents[2] / "data" / "readers"
HEADING, PARAGRAPH, ITEM = ElementKind.HEADING, ElementKind.PARAGRAPH, ElementKind.LIST_ITEM
CAPTION = ElementKind.CAPTION


def element(kind: ElementKind, text: str, **more: int | str) -> SourceElement:
    return SourceElement(kind=kind, text=text, **more)  # type: ignore[arg-type]


def elements(html: str) -> tuple[SourceElement, ...]:
    return read(f"<!doctype html><main>{html}</main>".encode(), "x.html").pages[0].elements


def shown(html: str) -> list[str]:
    return [e.text for e in elements(html)]


def test_a_municipal_page_gives_its_content_and_nothing_around_it() -> None:
    document = read(DATA / "page.html")
    assert document.title == "Forskning, utvikling og innovasjon"
    assert [page.number for page in document.pages] == [None]
    assert document.pages[0].elements == (
        element(HEADING, "Forskning, utvikling og innovasjon", level=1),
        element(
            PARAGRAPH,
            "Bystyret vedtok i\xa0august 2014 kommunens første strategi for forskning. "
            "Utslipp av CO2 skal ned.",
        ),
        element(HEADING, "Generelle føringer", level=2),
        element(PARAGRAPH, "Løs tekst uten avsnitt står her."),
        element(PARAGRAPH, "Ny tekst etter dobbelt linjeskift."),
        element(PARAGRAPH, "Kommunen vil stille følgende krav:"),
        element(ITEM, "Det skal finnes en navngitt prosjekteier.", level=1),
        element(ITEM, "Data kan kun brukes til:", level=1),
        element(ITEM, "formålet i prosjektbeskrivelsen", level=2, mark="1."),
        element(ITEM, "etterprøving", level=2, mark="2."),
        element(ITEM, "Første avsnitt i punktet. Andre avsnitt i punktet.", level=1),
        element(HEADING, "Meråpenhet", level=3),
        element(PARAGRAPH, "Kommunen praktiserer meråpenhet."),
        element(HEADING, "Tiltak", level=3),
        element(CAPTION, "Tabell 1: Tiltak i perioden"),
        SourceElement(
            kind=ElementKind.TABLE,
            rows=(
                ("Mål", "Tiltak", "Frist og ansvar", ""),
                ("1. Åpenhet", "Publisere datasett", "2012", "Rådmannen"),
                (None, "Holde\nfolkemøter", "Årlig", "Bystyret"),
            ),
        ),
        element(CAPTION, "Saupstad skole"),
        element(PARAGRAPH, "Ramme uten tabellinnhold."),
        element(PARAGRAPH, "Frist"),
        element(ITEM, "1. mai", level=1),
        element(
            ElementKind.FOOTNOTE,
            "Universitets- og høgskolekommunen.",
            mark="1",
        ),
        element(PARAGRAPH, "Sist oppdatert: 01.09.2021"),
    )


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "utf-8", None])
def test_norwegian_letters_survive_whatever_the_page_declares(declared: str | None) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}</head><main><p>Økt næring på sjøen – blå</p></main></html>"
    encoding = "utf-8" if declared == "utf-8" else "cp1252"
    document = read(page.encode(encoding), "x.html")
    assert document.pages[0].elements == (element(PARAGRAPH, "Økt næring på sjøen – blå"),)
    assert document.warnings == ()


def test_the_charset_of_the_header_goes_before_the_page_s_own() -> None:
    page = '<html><meta charset="utf-8"><body><main><p>blå</p></main></body></html>'
    document = read(page.encode("cp1252"), "x.html", ReaderOptions(encoding="iso-8859-1"))
    assert document.pages[0].elements[0].text == "blå"


def test_without_a_main_the_content_is_found_among_menus() -> None:
    menu = "".join(f"<li><a href='/{n}'>Menyvalg nummer {n}</a></li>" for n in range(30))
    prose = "<p>Kommunen skal øke næringslivets bruk av forskning og bygge møteplasser.</p>" * 6
    page = (
        f"<html><title>Plan - Byen</title><body><div class='a'><ul>{menu}</ul></div>"
        f"<div class='b'><div class='c'><h2>Næringsplan</h2>{prose}</div></div>"
        "<footer>Kontakt oss på telefon</footer></body></html>"
    )
    document = read(page.encode(), "x.html")
    found = [e.text for e in document.pages[0].elements]
    assert found[0] == "Næringsplan"
    assert len(found) == 7
    assert document.title == "Plan - Byen"


def test_a_page_without_text_is_refused_with_what_to_do() -> None:
    page = "<!doctype html><body><div id='root'></div><script>draw()</script></body>"
    with pytest.raises(UnreadableError, match=r"app.html: .* print it to PDF from there"):
        read(page.encode(), "app.html")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div>En <b>to</b><p>Tre</p>fire</div>", ["En to", "Tre", "fire"]),
        ("<a href='/x'><h3>Kort</h3><p>Tekst</p></a>", ["Kort", "Tekst"]),
        ("<p>m<sup>2</sup> og CO<sub>2</sub></p>", ["m2 og CO2"]),
        ("<p>delt<wbr>ord</p>", ["deltord"]),
        ("<p>en<br>to</p>", ["en to"]),
        ("<h2>Mål<span class='sr-only'> åpnes i ny fane</span></h2>", ["Mål"]),
        ("<p>x</p><!-- skjult -->", ["x"]),
        ("<ul><li><h3>Kort</h3><p>Tekst</p></li></ul>", ["Kort", "Tekst"]),
        ("<ul><li>a<ul><li>b</li></ul>etter</li></ul>", ["a", "b", "etter"]),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", ["a", "b"]),
        ("<button aria-controls='p'>Vis</button><div id='p' hidden>Panel</div>", ["Panel"]),
        ("<div hidden>Borte</div><p>x</p>", ["x"]),
        ("<pre>en\n  to</pre>", ["en\n  to"]),
        (
            "<table><tr><td>Bare én kolonne</td></tr><tr><td>to</td></tr></table>",
            ["Bare én kolonne", "to"],
        ),
        ("<form><p>Hele siden i et skjema</p><input value='x'></form>", ["Hele siden i et skjema"]),
        ("<p>Se <a href='#punkt'>punkt 2</a></p>", ["Se punkt 2"]),
    ],
)
def test_markup_becomes_the_text_a_reader_sees(html: str, expected: list[str]) -> None:
    assert shown(html) == expected


def test_numbered_lists_carry_their_numbers() -> None:
    found = elements("<ol start='3' type='a'><li>x<li value='7'>y<li>z</ol>")
    assert [e.mark for e in found] == ["c.", "g.", "h."]


def test_cells_that_span_rows_and_columns_stand_in_the_right_column() -> None:
    (table,) = elements(
        "<table><tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><td>b1</td><td>b2</td></tr>"
        "<tfoot><tr><td>f</td><td>f1</td></tr></tfoot>"
        "<tbody><tr><td rowspan=0>x</td><td>1</td><td>2</td></tr></tbody></table>"
    )
    assert table.rows == (
        ("A", "B", ""),
        (None, "b1", "b2"),
        ("x", "1", "2"),
        (None, "f", "f1"),
    )


def test_an_aside_of_mere_links_is_left_out_and_one_with_text_is_kept() -> None:
    links = "<aside><h3>Relaterte saker</h3><ul><li><a href='y'>Sykkelbyen</a></li></ul></aside>"
    assert shown(f"<p>Planen er vedtatt.</p>{links}") == ["Planen er vedtatt."]
    fact = "<aside><h3>Fakta</h3><p>Byen har <a href='z'>200 000</a> innbyggere.</p></aside>"
    assert shown(f"<p>Planen er vedtatt.</p>{fact}")[1:] == [
        "Fakta",
        "Byen har 200 000 innbyggere.",
    ]
