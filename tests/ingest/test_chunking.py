import re
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import BlockKind, Cell, Document, Passage
from corpus.text import with_context
from ingest.chunking import chunk, readable_row
from ingest.source import ElementKind, SourceElement
from ingest.structure import build_document
from tests.ingest.structures import DOCUMENTS, INFO, build, corpus_document, typed

document_of = cache(corpus_document)


class WordPieces:
    """Counts as a subword tokenizer does: pieces of four letters, signs, two special tokens."""

    def count(self, text: str) -> int:
        return len(re.findall(r"\w{1,4}|[^\w\s]", text)) + 2


class Characters:
    def count(self, text: str) -> int:
        return len(text)


def check(document: Document, passages: tuple[Passage, ...], max_tokens: int) -> None:
    text = document.text
    assert all(text[p.start : p.end] == p.text for p in passages)
    assert all(p.text == p.text.strip() != "" for p in passages)
    assert all(left.end <= right.start for left, right in pairwise(passages))
    assert len({p.id for p in passages}) == len(passages)
    assert all(p.page == document.page_at(p.start) for p in passages)
    assert all(p.document_id == document.info.id for p in passages)


def covered(passages: tuple[Passage, ...]) -> set[int]:
    return {offset for p in passages for offset in range(p.start, p.end)}


def own_section(document: Document, passage: Passage) -> set[tuple[str, ...]]:
    return {
        block.section
        for block in document.blocks
        if block.start < passage.end
        and passage.start < block.end
        and block.kind is not BlockKind.HEADING
    }


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("max_tokens", [300, 120, 40])
def test_passages_of_the_corpus_keep_their_limit_and_their_section(
    name: str, max_tokens: int
) -> None:
    document = document_of(name)
    counter = WordPieces()
    passages = chunk(document, counter, max_tokens)
    check(document, passages, max_tokens)
    for passage in passages:
        assert passage.token_count == counter.count(with_context(passage.context, passage.readable))
        assert passage.token_count <= max_tokens
        assert own_section(document, passage) in (set(), {passage.section})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_block_but_furniture_and_trivial_captions_is_in_passages(name: str) -> None:
    document = document_of(name)
    offsets = covered(chunk(document, WordPieces()))
    for block in document.blocks:
        words = [i for i in range(block.start, block.end) if document.text[i].isalnum()]
        if block.kind is BlockKind.FURNITURE:
            is_table_header = " " in block.text
            assert is_table_header or not offsets & set(words)
        elif block.kind is not BlockKind.CAPTION:
            assert set(words) <= offsets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_list_items_and_rows_that_fit_are_never_cut(name: str) -> None:
    document = document_of(name)
    passages = chunk(document, WordPieces())
    for block in document.blocks:
        if block.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW) and len(block.text) < 500:
            inside = [p for p in passages if p.start <= block.start and block.end <= p.end]
            assert len(inside) == 1


WORDS = st.sampled_from(
    ["kommunen", "vil", "bidra", "til", "forskning.", "Målet", "er", "by,", "i"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
KINDS = st.sampled_from(
    [
        ElementKind.PARAGRAPH,
        ElementKind.LIST_ITEM,
        ElementKind.HEADING,
        ElementKind.FOOTNOTE,
        ElementKind.CAPTION,
        ElementKind.TABLE,
    ]
)


@st.composite
def elements(draw: st.DrawFn) -> SourceElement:
    kind = draw(KINDS)
    if kind is ElementKind.TABLE:
        cells = st.one_of(st.none(), TEXTS)
        rows = draw(st.lists(st.tuples(cells, cells), max_size=3))
        return SourceElement(kind=kind, rows=(("Tiltak", "Når"), *rows))
    return SourceElement(kind=kind, text=draw(TEXTS), level=draw(st.integers(1, 3)))


@settings(deadline=None)
@given(st.lists(elements(), max_size=12), st.integers(1, 120), st.booleans())
def test_no_text_is_lost_whatever_the_blocks_and_the_limit(
    pieces: list[SourceElement], max_tokens: int, by_characters: bool
) -> None:
    document = build_document(INFO, typed(*pieces))
    counter = Characters() if by_characters else WordPieces()
    passages = chunk(document, counter, max_tokens)
    check(document, passages, max_tokens)
    offsets = covered(passages)
    for block in document.blocks:
        if block.kind not in (BlockKind.FURNITURE, BlockKind.CAPTION):
            words = {i for i in range(block.start, block.end) if document.text[i].isalnum()}
            assert words <= offsets
    if by_characters or max_tokens >= 4:
        assert all(p.token_count <= max_tokens for p in passages)


def test_a_small_section_is_one_passage_with_its_heading() -> None:
    document = build(
        """
        Visjon

        Styrke og utvikle Trondheims særegne kvaliteter som by med småbyens nærhet og trygghet.

        Kommunen vil
        • bidra til gjensidig kunnskap
        • legge til rette for nyutdannede
        """
    )
    (passage,) = chunk(document, WordPieces())
    assert passage.text == document.text
    assert passage.context == "Prøveplan › Visjon"
    assert passage.section == ("Visjon",)
    assert passage.readable == passage.text


def test_a_continued_list_carries_its_lead_in_as_context() -> None:
    items = [
        f"• bidra til at barn og unge i bydel {n} lærer seg å lære hele livet" for n in range(20)
    ]
    document = build("\n".join(["Kommunen vil", *items]))
    first, *others = chunk(document, WordPieces(), 120)
    assert first.text.startswith("Kommunen vil\n\n• bidra")
    assert first.context == "Prøveplan"
    assert others
    assert {passage.context for passage in others} == {"Prøveplan\nKommunen vil"}
    assert all(passage.kind is BlockKind.LIST_ITEM for passage in (first, *others))


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "Kommunen skal legge til rette for livslang læring i hele byen."
    document = build(" ".join([sentence] * 12), first=None)
    passages = chunk(document, WordPieces(), 60)
    assert len(passages) > 2
    assert all(passage.text.endswith("byen.") for passage in passages)
    assert all(passage.text.startswith("Kommunen") for passage in passages)


def test_equal_passages_get_an_ordinal_and_ids_do_not_depend_on_what_stands_around() -> None:
    rows = (("Tiltak",), ("Møter holdes",), ("Møter holdes",))
    table = SourceElement(kind=ElementKind.TABLE, rows=rows)
    first, second = chunk(build_document(INFO, typed(table)), WordPieces())
    assert re.fullmatch(r"prove-[0-9a-f]{12}", first.id)
    assert second.id == f"{first.id}-2"
    above = SourceElement(kind=ElementKind.PARAGRAPH, text="Et nytt avsnitt er kommet til.")
    _, again, _ = chunk(build_document(INFO, typed(above, table)), WordPieces())
    assert again.id == first.id


def test_a_row_reads_as_goal_strategy_and_labelled_cells() -> None:
    document = document_of("naeringsplan")
    passages = chunk(document, WordPieces())
    row = next(p for p in passages if "inkubatorene" in p.text and p.kind is BlockKind.TABLE_ROW)
    assert row.readable.startswith(
        "Mål 1 · Strategi 1.4: Trondheimsregionen skal være stedet hvor flest ansatte ved "
        "høgskole og universitet starter egne bedrifter. · Tiltak: Trondheimsregionen skal "
        "sammen med partnerne evaluere"
    )
    assert "starter egne bedrifter" not in row.text
    assert "Ansvarlig: Trondheimsregionen" in row.readable
    assert row.readable.endswith("Når: 2010")
    assert row.page == 7


def test_cells_of_one_column_are_listed_and_a_number_joins_the_next_cell() -> None:
    texts = [("Nr", "2.1"), ("Strategi", "Samle alle"), ("Ansvarlig", "A"), ("Ansvarlig", "B")]
    cells = [Cell(column=column, start=0, end=0, text=text) for column, text in texts]
    assert readable_row(cells, "Mål 2") == "Mål 2 · Strategi 2.1: Samle alle · Ansvarlig: A, B"
    assert readable_row(cells[:1]) == "2.1"


def test_footnotes_of_a_page_share_a_passage_and_trivial_captions_have_none() -> None:
    document = build(
        """
        Kommunen har i mange år samarbeidet med alle de store kunnskapsmiljøene i byen vår.

        ~ Bymarka
        ^ 1 Perspektivmeldingen 2021
        ^ 2 Helseregnskap
        """,
        """
        Kommunen har i mange år samarbeidet med alle de store kunnskapsmiljøene i regionen.

        ^ 3 Samhandlingsreformen
        """,
    )
    passages = chunk(document, WordPieces())
    footnotes = [p for p in passages if p.kind is BlockKind.FOOTNOTE]
    assert [(p.page, p.text) for p in footnotes] == [
        (1, "1 Perspektivmeldingen 2021\n\n2 Helseregnskap"),
        (2, "3 Samhandlingsreformen"),
    ]
    assert not any("Bymarka" in p.text for p in passages)


def test_a_tables_heading_and_header_stand_in_the_span_of_its_first_row() -> None:
    rows = (("Metode", "Beskrivelse"), ("Trainee", "Opprette stilling"), ("Studenter", "Ta vare"))
    document = build_document(
        INFO,
        typed(
            SourceElement(kind=ElementKind.HEADING, text="5.2 Rekruttering", level=1),
            SourceElement(kind=ElementKind.TABLE, rows=rows),
        ),
    )
    first, second = chunk(document, WordPieces())
    assert first.text == "5.2 Rekruttering\n\nMetode Beskrivelse\nTrainee\nOpprette stilling"
    assert first.readable == "Metode: Trainee · Beskrivelse: Opprette stilling"
    assert (first.kind, second.text) == (BlockKind.TABLE_ROW, "Studenter\nTa vare")


def test_headings_in_a_row_open_the_first_passage_below_them() -> None:
    document = build(
        """
        2 Sentrale drivere

        2.1 Europeiske drivere

        Det er mange internasjonale drivere for bærekraftig næringsutvikling i kommunen vår.

        3 Metode
        """
    )
    passages = chunk(document, WordPieces())
    assert [p.text.split("\n")[0] for p in passages] == ["2 Sentrale drivere", "3 Metode"]
    assert passages[0].section == ("2 Sentrale drivere", "2.1 Europeiske drivere")
    assert passages[1].kind is BlockKind.HEADING


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        chunk(build("Tekst."), WordPieces(), 0)
