import os
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Block, BlockKind, Document
from ingest.source import ElementKind, Line, RepairedPage, RepairedSource, SourceElement
from ingest.structure import build_document
from tests.ingest.structures import (
    DOCUMENTS,
    INFO,
    build,
    corpus_document,
    corpus_source,
    source_of,
    typed,
)

GOLDEN = Path(__file__).parents[1] / "data" / "structure"

document_of = cache(corpus_document)
repaired_of = cache(corpus_source)


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in document.blocks]


def of_kind(document: Document, kind: BlockKind) -> list[Block]:
    return [block for block in document.blocks if block.kind is kind]


def outline(document: Document) -> str:
    """Each heading as "page | level, indented | text"."""
    return "".join(
        f"{'-' if block.page is None else block.page:>3} {'  ' * (block.level or 0)}{block.text}\n"
        for block in of_kind(document, BlockKind.HEADING)
    )


def characters(text: str) -> Counter[str]:
    """Everything but blanks and hyphens, which line ends may lose."""
    return Counter(sign for sign in text if not sign.isspace() and sign != "-")


def source_text(source: RepairedSource) -> str:
    return "".join(line.text for page in source.pages for line in page.lines)


def check_spans(document: Document) -> None:
    text = document.text
    assert all(text[block.start : block.end] == block.text for block in document.blocks)
    cells = [cell for block in document.blocks for cell in block.cells]
    assert all(text[cell.start : cell.end] == cell.text for cell in cells)
    assert all(left.end < right.start for left, right in pairwise(document.blocks))
    assert not "".join(
        text[left.end : right.start] for left, right in pairwise(document.blocks)
    ).strip()
    assert all(left.end == right.start for left, right in pairwise(document.pages))
    if text:
        assert (document.pages[0].start, document.pages[-1].end) == (0, len(text))
    assert all(block.page == document.page_at(block.start) for block in document.blocks)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_outline_is_the_one_a_reader_would_write(name: str) -> None:
    path = GOLDEN / f"{name}.outline.txt"
    found = outline(document_of(name))
    if os.environ.get("STIFINNER_RENEW_GOLDENS") == "structure":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_character_of_a_document_is_lost_or_doubled(name: str) -> None:
    found = characters(document_of(name).text)
    assert found == characters(source_text(repaired_of(name)))
    check_spans(document_of(name))


PIECES = st.sampled_from(
    [
        "",
        "",
        "1. Mestring",
        "2. Samhandling",
        "1.1: I 2020 er byen god å bo i",
        "Hovedmål 1: Byen er stor",
        "Lokale behov:",
        "Kommunen vil",
        "• bidra til at barn og unge lærer",
        "- sikre tilgang på relevant kunnskap",
        "a. Delmål: best i landet.",
        "SINTEF",
        "Kommunen skal legge til rette for et godt liv i en bærekraftig by, da er det forsknings-",
        "institusjonene som avgjør. Det gjelder både store og små kommuner i hele regionen.",
        "og resten av setningen kommer her.",
        "^1 https://www.ssb.no/",
        "^fortsatt note",
        "~Figur 1: Et kart",
        "%12",
        "Nr Strategi Tiltak Indikator Ansvarlig Samarbeidspartner Når",
        "1.2 Byen skal",
        "Innhold",
        "Innledning ............ 4",
        "22. januar er dagen",
    ]
)


@settings(deadline=None)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=14), min_size=1, max_size=3))
def test_whatever_the_lines_are_every_character_stands_in_one_block(
    pages: list[list[str]],
) -> None:
    source = source_of(*("\n".join(page) for page in pages))
    document = build_document(INFO, source)
    check_spans(document)
    assert characters(document.text) == characters(source_text(source))


def test_wrapped_lines_become_one_line_even_over_a_page_break() -> None:
    document = build(
        """
        Kommunen vil arbeide for at velferd og livskvalitet skal omfatte alle, og for å
        bedre gjennomføringen

        ~ Saupstad skole
        ^ 1 https://www.ssb.no/
        """,
        """
        av hele grunnopplæringen. Barn og unge skal få praksisnær opplæring i hele byen og
        i alle bydeler.
        """,
    )
    paragraph, caption, footnote = document.blocks
    assert "gjennomføringen av hele grunnopplæringen" in paragraph.text
    assert (caption.kind, footnote.kind) == (BlockKind.CAPTION, BlockKind.FOOTNOTE)
    assert footnote.mark == "1"
    assert document.page_at(document.text.index("av hele")) == 2
    assert document.page_at(document.text.index("gjennomføringen")) == 1
    assert document.page_at(document.text.index("Saupstad")) == 1


def test_a_list_item_runs_on_after_the_blank_line_inside_it() -> None:
    document = build(
        """
        Kommunen vil
        • bidra til at barn og unge lærer seg å lære
        • øke barn og unges læring gjennom møtet med allsidig

        kompetanse, kulturelle aktiviteter og opplæring tilpasset deres
        forutsetninger

        • samarbeide med Trondheims teknologimiljøer om utvikling og

        bruk av ny teknologi

        Folkevalgte og ansatte plikter å overholde lover, forskrifter og
        reglementer.
        """
    )
    assert [block.kind for block in document.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.PARAGRAPH,
    ]
    assert document.blocks[2].text.endswith(
        "allsidig kompetanse, kulturelle aktiviteter og opplæring tilpasset deres forutsetninger"
    )
    assert {block.lead_in for block in document.blocks[1:4]} == {"Kommunen vil"}
    assert document.text.startswith(
        "Kommunen vil\n\n• bidra til at barn og unge lærer seg å lære\n• øke"
    )


def test_numbers_with_text_between_head_sections_and_numbers_in_a_row_are_a_list() -> None:
    document = build(
        """
        Strategiske hovedgrep

        Bystyret vedtok en planstrategi som definerte hovedutfordringene for byen. Den gjelder:

        1. Sysselsettingsvekst: vekst i sysselsetting for regionen.
        2. Inntekt: gjennomsnittlig inntekt pr skatteyter.

        1. Mestring

        En av kommunens hovedoppgaver er å legge forholdene til rette for innbyggerne sine.

        2. Samhandling

        Kommunene står overfor store utfordringer på grunn av den demografiske utviklingen.
        """
    )
    assert [(block.level, block.text) for block in of_kind(document, BlockKind.HEADING)] == [
        (1, "Strategiske hovedgrep"),
        (2, "1. Mestring"),
        (2, "2. Samhandling"),
    ]
    items = of_kind(document, BlockKind.LIST_ITEM)
    assert [item.mark for item in items] == ["1.", "2."]
    assert {item.lead_in for item in items} == {"Den gjelder:"}
    assert document.blocks[-1].section == ("Strategiske hovedgrep", "2. Samhandling")


def test_a_promised_list_is_led_in_below_each_of_its_headings() -> None:
    document = build(
        """
        Forventninger til samarbeidspartnere

        Ut over at de inngår i planen forventes det følgende av en del aktører i regionen:

        SINTEF

        • Delta i organisasjonen.
        """,
        """
        • Måle aktiviteten sin.

        NTNU

        • Tilby entreprenørskap.

        Oppfølging

        Planen følges opp hvert år av alle kommunene i regionen og av fylkeskommunen.
        """,
    )
    assert [(block.level, block.text) for block in of_kind(document, BlockKind.HEADING)] == [
        (1, "Forventninger til samarbeidspartnere"),
        (2, "SINTEF"),
        (2, "NTNU"),
        (1, "Oppfølging"),
    ]
    items = of_kind(document, BlockKind.LIST_ITEM)
    opener = "Ut over at de inngår i planen forventes det følgende av en del aktører i regionen:"
    assert [(item.section[-1], item.lead_in, item.page) for item in items] == [
        ("SINTEF", opener, 1),
        ("SINTEF", opener, 2),
        ("NTNU", opener, 2),
    ]


def test_nested_items_know_their_depth() -> None:
    document = build(
        """
        Dette er målene:

        1. Kobling av forskning og næringsliv
        a. Delmål: best i landet.
        b. Delmål: flest bedrifter.
        2. Næringsfremmende kommuner
        a. Delmål: de beste politikerne.
        """
    )
    items = of_kind(document, BlockKind.LIST_ITEM)
    assert [(item.level, item.mark) for item in items] == [
        (1, "1."),
        (2, "a."),
        (2, "b."),
        (1, "2."),
        (2, "a."),
    ]


def test_lines_without_bullets_after_a_promise_are_items() -> None:
    document = build(
        """
        Vi har kategorisert forslagene i 3 hovedområder:

        Kunnskapsbygging som omhandler rekruttering og ulike former for
        kunnskapsbygging

        Innovasjon som omhandler testing og utprøving m.m.

        Samhandling som omhandler nye former for samarbeid
        """
    )
    assert [block.lead_in for block in of_kind(document, BlockKind.LIST_ITEM)] == [
        "Vi har kategorisert forslagene i 3 hovedområder:"
    ] * 3


def test_run_in_labels_that_recur_are_paragraphs_not_headings() -> None:
    document = build(
        """
        Oppsummering

        Lokale næringsaktører: Infiniwell, NTNU TTO, HUNT

        Fagmiljø: SINTEF Digital, avdeling Helse, og NTNU med fakultet for medisin og helse.

        Lokale næringsaktører: Nordiq, Mode Sensors

        Fagmiljø: SINTEF Digital, avdeling Teknologiledelse, og NTNU Samfunnsforskning i byen.
        """
    )
    assert [block.kind for block in document.blocks] == [
        BlockKind.HEADING,
        *[BlockKind.PARAGRAPH] * 4,
    ]


def test_a_table_of_contents_is_furniture() -> None:
    document = build(
        """
        Innhold
        1 Bakgrunn 4
        2 Drivere 5
        2.1 Europeiske drivere 5
        3 Metode 17
        """,
        """
        1 Bakgrunn

        Kommunen har sammen med andre pekt på helse som et område med stort potensial.
        """,
    )
    assert [block.text for block in of_kind(document, BlockKind.HEADING)] == ["1 Bakgrunn"]
    assert len(of_kind(document, BlockKind.FURNITURE)) == 5


def test_rows_of_a_flattened_table_have_cells_and_shared_cells_are_written_once() -> None:
    document = document_of("naeringsplan")
    rows = of_kind(document, BlockKind.TABLE_ROW)
    incubators = next(row for row in rows if "inkubatorene" in row.text)
    strategy = next(cell for cell in incubators.cells if cell.column == "Strategi")
    assert strategy.text == (
        "Trondheimsregionen skal være stedet hvor flest ansatte ved høgskole og universitet "
        "starter egne bedrifter."
    )
    assert strategy.start < incubators.start
    assert document.text.count(strategy.text) == 1


def element(kind: ElementKind, text: str = "", **fields: object) -> SourceElement:
    return SourceElement(kind=kind, text=text, **fields)  # type: ignore[arg-type]


def test_marked_up_pieces_are_believed_and_read_like_flat_text() -> None:
    marked_up = typed(
        element(ElementKind.HEADING, "Meråpenhet", level=2),
        element(ElementKind.PARAGRAPH, "Kommunen vil legge følgende til grunn:"),
        element(ElementKind.LIST_ITEM, "Alt materiale skal være fritt tilgjengelig.", level=1),
        element(ElementKind.LIST_ITEM, "Kommunen skal fritt kunne dele det.", level=1),
        element(ElementKind.FOOTNOTE, "Se avtalen.", mark="1"),
        element(ElementKind.PARAGRAPH, "Dette er ikke til hinder for at andre utnytter det."),
    )
    flat = build(
        """
        Meråpenhet

        Kommunen vil legge følgende til grunn:

        • Alt materiale skal være fritt tilgjengelig.
        • Kommunen skal fritt kunne dele det.

        ^ Se avtalen.
        Dette er ikke til hinder for at andre utnytter det.
        """,
        first=None,
    )
    document = build_document(INFO, marked_up)
    assert document.text == flat.text
    assert [(b.kind, b.section, b.lead_in) for b in document.blocks] == [
        (b.kind, b.section, b.lead_in) for b in flat.blocks
    ]
    assert document.blocks[0].level == 2
    check_spans(document)


def test_a_cell_merged_downwards_is_shared_by_its_rows() -> None:
    rows = (
        ("Nr", "Strategi", "Tiltak"),
        ("1.1", "Best praksis", "Måle"),
        (None, None, "Lære"),
        ("1.2", "Flere bedrifter", ""),
    )
    document = build_document(INFO, typed(element(ElementKind.TABLE, rows=rows)))
    header, first, second, third = document.blocks
    assert (header.kind, header.text) == (BlockKind.FURNITURE, "Nr Strategi Tiltak")
    assert first.text == "1.1\nBest praksis\nMåle"
    assert [(cell.column, cell.text) for cell in second.cells] == [
        ("Nr", "1.1"),
        ("Strategi", "Best praksis"),
        ("Tiltak", "Lære"),
    ]
    assert second.text == "Lære"
    assert third.text == "1.2\nFlere bedrifter"
    check_spans(document)


def test_flat_lines_around_a_marked_up_table_do_not_run_together() -> None:
    table = element(ElementKind.TABLE, rows=(("Tiltak", "Når"), ("Måle", "2012")))
    above = Line(text="Tabellen viser alle tiltak som kommunen vil gjennomføre, sammen med")
    below = Line(text="og dette er en ny tekst under den.")
    page = RepairedPage(number=3, lines=(above, table, below))
    source = RepairedSource(pages=(page,), repairs=())
    document = build_document(INFO, source)
    assert [block.kind for block in document.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.FURNITURE,
        BlockKind.TABLE_ROW,
        BlockKind.PARAGRAPH,
    ]
    assert {block.page for block in document.blocks} == {3}


def test_an_empty_source_is_an_empty_document() -> None:
    document = build("")
    assert (document.text, document.blocks, document.pages) == ("", (), ())
