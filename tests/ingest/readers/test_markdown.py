from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.source import ElementKind, SourceElement

DATA = Path(__file__).parents[2] / "data" / "readers"
HEADING, PARAGRAPH, ITEM = ElementKind.HEADING, ElementKind.PARAGRAPH, ElementKind.LIST_ITEM


def element(kind: ElementKind, text: str, **more: int | str) -> SourceElement:
    return SourceElement(kind=kind, text=text, **more)  # type: ignore[arg-type]


def elements(markdown: str) -> tuple[SourceElement, ...]:
    return read(markdown.encode(), "x.md").pages[0].elements


def test_every_kind_of_element_is_read_as_markdown_marks_it() -> None:
    document = read(DATA / "plan.md")
    assert document.title == "Handlingsplan for åpne data"
    assert [page.number for page in document.pages] == [None]
    assert document.pages[0].elements == (
        element(HEADING, "Handlingsplan", level=1),
        element(
            PARAGRAPH, "Kommunen vil øke bruken av åpne data i hele byen, og følge norsk lisens."
        ),
        element(HEADING, "1.1 Mål {ikke attributt}", level=2),
        element(ITEM, "Åpne datasett", level=1, mark="1."),
        element(ITEM, "kart", level=2),
        element(ITEM, "måledata", level=2),
        element(PARAGRAPH, "Flere ord om åpne datasett."),
        element(ITEM, "Ny liste", level=1, mark="2)"),
        SourceElement(
            kind=ElementKind.TABLE,
            rows=(
                ("Tiltak", "Ansvarlig", "Frist"),
                ("Publisere kart", "Rådmannen", "2012"),
                ("Holde kurs", "", "Årlig"),
            ),
        ),
        element(ElementKind.LINES, "kode [^1]\n  beholdes"),
        element(PARAGRAPH, "Avsnitt i HTML."),
        element(HEADING, "Undertittel", level=2),
        element(PARAGRAPH, "Sitat fra vedtaket."),
        element(ElementKind.FOOTNOTE, "Data som alle kan bruke, se portalen.", mark="1"),
        element(ElementKind.FOOTNOTE, "https://example.org", mark="note"),
    )


def test_the_only_top_heading_is_the_title_and_two_are_none() -> None:
    assert read(b"# Plan\n\ntekst", "x.md").title == "Plan"
    assert read(b"# En\n\n# To", "x.md").title is None


def test_text_between_two_rules_is_no_front_matter_and_is_kept() -> None:
    assert [e.text for e in elements("---\nBare tekst.\n\n---\n\nMer.")] == ["Bare tekst.", "Mer."]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Blå\\\nbær  \nsyltetøy", ["Blå bær syltetøy"]),
        ("![bilde](x.png) Tekst", ["Tekst"]),
        ("Se [planen](https://x.no) <br> nå", ["Se planen nå"]),
        ("- [x](y)\n\n  andre avsnitt", ["x", "andre avsnitt"]),
        ("    kode\n", ["kode"]),
        ("- > sitat i punkt", ["sitat i punkt"]),
    ],
)
def test_markup_becomes_the_text_a_reader_sees(markdown: str, expected: list[str]) -> None:
    assert [" ".join(e.text.split()) for e in elements(markdown)] == expected


def test_windows_files_are_read_with_their_letters() -> None:
    (found,) = read("Økt næring på sjøen\r\ni år".encode("cp1252"), "x.md").pages[0].elements
    assert found == element(PARAGRAPH, "Økt næring på sjøen i år")
