import html
import re
from datetime import date

import pytest

from assistant.ui.excerpts import excerpt_html
from assistant.ui.sources import Source, dates_text, link_html, panel_html
from corpus.records import Block, BlockKind, Cell, Document, PageSpan

TODAY = date(2022, 6, 1)
HEADING = "Mål 1"
TEXT = "Byen skal bli grønn <og> fri. Alle skal sykle."
ITEM = "• gå mer"
ROW = "1.1\nSykkelvei\nNTNU\nHiST\n2012"
FOLIO = "12"


def block(kind, start, text, page, **more):
    return Block(
        kind=kind, start=start, end=start + len(text), text=text, section=(), page=page, **more
    )


@pytest.fixture
def document(make_info):
    parts = [HEADING, TEXT, ITEM, FOLIO, ROW]
    starts = [sum(len(p) + 1 for p in parts[:n]) for n in range(len(parts))]
    row, at = starts[4], {}
    for word in ROW.split("\n"):
        at[word] = row + ROW.index(word)
    columns = {"1.1": "Nr", "Sykkelvei": "Tiltak", "NTNU": "Partner", "HiST": "Partner"}
    columns["2012"] = "Når"
    cells = tuple(
        Cell(column=column, start=at[word], end=at[word] + len(word), text=word)
        for word, column in columns.items()
    )
    blocks = (
        block(BlockKind.HEADING, starts[0], HEADING, 3),
        block(BlockKind.PARAGRAPH, starts[1], TEXT, 3),
        block(BlockKind.LIST_ITEM, starts[2], ITEM, 3),
        block(BlockKind.FURNITURE, starts[3], FOLIO, 3),
        block(BlockKind.TABLE_ROW, row, ROW, 4, cells=cells),
    )
    text = "\n".join(parts)
    pages = (PageSpan(start=0, end=row, number=3), PageSpan(start=row, end=len(text), number=4))
    return Document(info=make_info(), text=text, pages=pages, blocks=blocks)


def marked(excerpt):
    return "".join(html.unescape(part) for part in re.findall(r"<mark>(.*?)</mark>", excerpt, re.S))


def bare(text):
    return "".join(text.split())


def quote_of(document, quote, **options):
    start = document.text.index(quote)
    return excerpt_html(document, start, start + len(quote), "nb", **options)


def test_a_quote_is_marked_inside_its_paragraph_and_escaped(document):
    excerpt = quote_of(document, "grønn <og> fri.")
    assert "<p>Byen skal bli <mark>grønn &lt;og&gt; fri.</mark> Alle skal sykle.</p>" in excerpt
    assert '<p class="st-heading">Mål 1</p>' in excerpt
    assert "<ul><li>• gå mer</li></ul>" in excerpt
    assert "side 3" in excerpt


def test_a_table_row_keeps_its_columns_and_every_word_of_the_quote_is_marked(document):
    excerpt = quote_of(document, ROW)
    assert '<th scope="col">Partner</th>' in excerpt
    assert "<td><mark>NTNU</mark><br><mark>HiST</mark></td>" in excerpt
    assert bare(marked(excerpt)) == bare(ROW)


def test_a_quote_over_several_blocks_is_marked_in_each(document):
    excerpt = quote_of(document, "Alle skal sykle.\n" + ITEM)
    assert bare(marked(excerpt)) == bare("Alle skal sykle." + ITEM)


def test_furniture_shows_only_when_it_is_quoted(document):
    assert "st-furniture" not in quote_of(document, ITEM)
    assert "st-furniture" in quote_of(document, FOLIO + "\n" + ROW)


def test_surroundings_are_cut_at_words_with_dots(document):
    excerpt = quote_of(document, "fri.", around=3)
    assert "<p>… &lt;og&gt; <mark>fri.</mark> Alle …</p>" in excerpt
    assert "Mål 1" not in excerpt


def test_every_quote_of_the_register_is_marked_whole(assistant):
    rows = assistant.index.register.commitments()
    assert len(rows) > 100
    for row in rows:
        document = assistant.library.document(row.document_id)
        excerpt = excerpt_html(document, row.start, row.end, "nb")
        assert bare(row.quote) in bare(marked(excerpt)) or sorted(bare(row.quote)) == sorted(
            bare(marked(excerpt))
        ), row.id


def test_a_card_says_what_a_reader_checks_a_quote_by(assistant, ask):
    answer = ask("Hva vil kommunen gjøre for klima og miljø?")
    source = Source.of_citation(answer.citations[0])
    panel = panel_html(
        assistant.library, [source], group="0", active="1", as_of=TODAY, language="nb"
    )
    assert 'class="st-source st-active" data-marker="1" open' in panel
    assert "Kommuneplanens samfunnsdel" in panel
    assert "vedtatt 10. juni 2010" in panel
    assert "utløpt" in panel
    assert "Trondheim kommune" in panel
    assert "<mark>" in panel
    closed = panel_html(
        assistant.library, [source], group="0", active=None, as_of=date(2015, 1, 1), language="en"
    )
    assert " open" not in closed.split("<summary>")[0].rsplit("<details", 1)[1]
    assert "in force" in closed


def test_an_empty_panel_tells_waiting_from_no_sources(assistant):
    def text(group):
        return panel_html(
            assistant.library, [], group=group, active=None, as_of=TODAY, language="en"
        )

    assert "appear here" in text("")
    assert "no sources" in text("2")


def test_known_dates_are_told_and_none_is_unknown(make_info):
    assert dates_text(make_info(), "nb") == "ukjent"
    assert dates_text(make_info(valid_to=date(2020, 12, 31)), "nb") == (
        "gjelder til 31. desember 2020"
    )
    assert dates_text(make_info(updated=date(2021, 9, 1), valid_from=date(2021, 1, 1)), "en") == (
        "updated 1 September 2021; valid from 1 January 2021"
    )


def test_only_web_addresses_become_links():
    assert 'href="https://x.no/?a=1&amp;b=2"' in link_html("https://x.no/?a=1&b=2", "nb")
    assert "<a" not in link_html("javascript:alert(1)", "nb")
