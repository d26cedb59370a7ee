"""Extractive answers on two small documents that hold what each rule is about."""

import re

import pytest

from assistant.citations import Citer
from assistant.extractive import Extractor, Side
from assistant.lists import list_around
from assistant.statements import Statement
from corpus.records import Block, BlockKind, Document, PageSpan

SENTENCES = (
    "Kommunen bygger en hall i sentrum.",
    "Den skal stå ferdig i 2024.",
    "Budsjettet er ti millioner kroner.",
)
LEAD_IN = "Ordføreren skal"
ITEMS = ("• godkjenne planen", "• ansette en leder", "• måle framdriften")


@pytest.fixture
def corpus(make_info, make_passage):
    """A document of a paragraph and a list, as text, blocks and two passages."""
    paragraph, listed = " ".join(SENTENCES), "\n".join((LEAD_IN, *ITEMS))
    text = f"{paragraph}\n\n{listed}"
    blocks = [
        Block(kind=BlockKind.PARAGRAPH, start=0, end=len(paragraph), text=paragraph,
              section=("Hall",), page=1)
    ]  # fmt: skip
    for item in ITEMS:
        start = text.index(item)
        blocks.append(
            Block(kind=BlockKind.LIST_ITEM, start=start, end=start + len(item), text=item,
                  section=("Hall",), page=2, lead_in=LEAD_IN)
        )  # fmt: skip
    pages = (
        PageSpan(start=0, end=len(paragraph) + 2, number=1),
        PageSpan(start=len(paragraph) + 2, end=len(text), number=2),
    )
    info = make_info("plan", title="Badeplan", language="nb")
    document = Document(info=info, text=text, pages=pages, blocks=tuple(blocks))
    passages = [
        make_passage(paragraph, section=("Hall",)),
        make_passage(listed, start=len(paragraph) + 2, section=("Hall",), page=2),
    ]
    return document, passages


@pytest.fixture
def write(corpus):
    """Writes an answer from (words, score) pairs of statements; returns its text and quotes.

    Further lists of pairs are further sides.
    """
    document, passages = corpus

    def side(wanted, lists):
        statements = []
        for words, score in wanted:
            start = document.text.index(words)
            rank, passage = next(
                (n, p) for n, p in enumerate(passages, 1) if p.start <= start < p.end
            )
            statements.append(
                Statement(passage=passage, start=start, end=start + len(words), text=words,
                          rank=rank, score=score, dense=0.8, lexical=0.5)
            )  # fmt: skip
        whole = list_around(document, statements[0].start) if lists else None
        return Side(statements=statements, lists=lists, whole=whole)

    def make(*sides, lists=False, language="nb", max_words=150):
        citer = Citer(
            lambda _: document.text, lambda _: document.info, lambda _, at: document.page_at(at)
        )
        extractor = Extractor(lambda _: document, lambda *_: None, max_words)
        draft = extractor.write([side(one, lists) for one in sides], language, citer)
        return draft.text, [citation.quote for citation in citer.citations]

    return make


def test_the_best_statement_is_quoted_under_its_source(write):
    text, quotes = write([(SENTENCES[2], 2.0)])
    assert SENTENCES[2] in text
    assert "Badeplan" in text
    assert "(s. 1)" in text
    assert quotes == [SENTENCES[2]]
    assert re.search(r"\[1\]$", text)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_frame_speaks_the_askers_language(write, language):
    text, _ = write([(SENTENCES[0], 2.0)], language=language)
    verb = {"nb": "sier", "nn": "seier", "en": "says"}[language]
    assert verb in text.splitlines()[0]


def test_statements_stand_in_reading_order(write):
    _, quotes = write([(SENTENCES[2], 2.0), (SENTENCES[0], 1.9)])
    assert quotes.index(SENTENCES[0]) < quotes.index(SENTENCES[2])


def test_a_statement_that_points_back_brings_the_one_before_it(write):
    text, quotes = write([(SENTENCES[1], 2.0)])
    assert SENTENCES[0] in text
    assert quotes == [SENTENCES[0], SENTENCES[1]]


def test_a_statement_far_behind_is_left_out(write):
    text, _ = write([(SENTENCES[0], 9.0), (SENTENCES[2], -9.0)])
    assert SENTENCES[2] not in text


def test_no_statement_stands_twice(write):
    text, quotes = write([(SENTENCES[0], 2.0), (SENTENCES[1], 1.9), (SENTENCES[0], 1.8)])
    assert text.count(SENTENCES[0]) == 1
    assert len(quotes) == len(set(quotes))


def test_something_is_quoted_whatever_the_budget(write):
    text, quotes = write([(SENTENCES[0], 2.0), (SENTENCES[2], 1.9)], max_words=1)
    assert quotes
    assert "[1]" in text


def test_a_question_for_a_list_gets_all_of_it_with_its_lead_in(write):
    text, quotes = write([("godkjenne planen", 2.0)], lists=True)
    assert "Ordføreren skal" in text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == 3
    assert quotes[-3:] == list(ITEMS) or [q.strip("• ") for q in quotes[-3:]] == [
        item.strip("• ") for item in ITEMS
    ]


@pytest.mark.parametrize("heading", ["Tiltak", "Byen skal være god å bo i for alle"])
def test_what_opens_a_list_is_quoted_unless_it_only_names_the_section(
    heading, make_info, make_passage
):
    lead_in, after = "Kommunen vil:", "Framdriften meldes hvert år til et eget utvalg for byen."
    texts = (heading, lead_in, *ITEMS, after)
    kinds = (BlockKind.HEADING, BlockKind.PARAGRAPH, *[BlockKind.LIST_ITEM] * 3)
    text = "\n".join(texts)
    blocks = [
        Block(kind=kind, start=text.index(one), end=text.index(one) + len(one), text=one,
              section=() if one is heading else (heading,), page=None,
              lead_in=lead_in if kind is BlockKind.LIST_ITEM else None)
        for one, kind in zip(texts, (*kinds, BlockKind.PARAGRAPH), strict=True)
    ]  # fmt: skip
    document = Document(
        info=make_info("plan", language="nb"), text=text, pages=(), blocks=tuple(blocks)
    )
    passage = make_passage(text, section=(heading,))
    statements = [
        Statement(passage=passage, start=text.index(words), end=text.index(words) + len(words),
                  text=words, rank=1, score=1.0, dense=0.0, lexical=0.0)
        for words in (ITEMS[0], after)
    ]  # fmt: skip
    citer = Citer(lambda _: text, lambda _: document.info, lambda *_: None)
    found = list_around(document, statements[0].start)
    side = Side(statements=statements, lists=True, whole=found)
    extractor = Extractor(lambda _: document, lambda *_: None, max_words=150)
    lines = extractor.write([side], "nb", citer).text.splitlines()
    quoted = [one.quote for one in citer.citations]
    assert lead_in in quoted
    assert (heading in quoted) == (heading != "Tiltak")
    assert heading in lines[0] or heading in lines[1]
    assert f"{lead_in} [{quoted.index(lead_in) + 1}]" in lines
    last_item = max(n for n, line in enumerate(lines) if line.startswith("- "))
    assert lines[last_item + 1] == ""  # else the page shows what follows as part of the item
    assert sum(heading in line for line in lines) <= 1 + (heading != "Tiltak")


def test_a_lone_list_item_is_read_with_its_lead_in(write):
    text, _ = write([("ansette en leder", 2.0)])
    assert "Ordføreren skal" in text
    assert "ansette en leder" in text


def test_every_marker_has_its_quote(write):
    text, quotes = write([(s, 2.0 - n / 10) for n, s in enumerate(SENTENCES)])
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert sorted(set(markers)) == list(range(1, len(quotes) + 1))


def test_each_side_is_told_in_turn_and_nothing_twice(write):
    text, quotes = write(
        [(SENTENCES[2], 2.0)], [(SENTENCES[2], 3.0), ("ansette en leder", 2.0)], max_words=60
    )
    assert text.index(SENTENCES[2]) < text.index("ansette en leder")
    assert quotes.count(SENTENCES[2]) == 1


def test_the_words_that_a_short_side_leaves_go_to_the_next(write):
    short, long = [("ansette en leder", 2.0)], [(s, 2.0 - n / 9) for n, s in enumerate(SENTENCES)]
    assert all(s in write(short, long, max_words=50)[0] for s in SENTENCES)
    assert not all(s in write(long, long, max_words=30)[0] for s in SENTENCES)


def test_frames_count_among_the_words(write):
    everything = [(s, 2.0 - n / 9) for n, s in enumerate(SENTENCES)]
    for limit in (20, 25, 30):
        text, _ = write(everything, max_words=limit)
        assert len(re.sub(r"\s*\[\d+\]", "", text).split()) <= limit


def test_the_first_of_a_count_brings_the_second(make_info, make_passage):
    from assistant.citations import Citer
    from assistant.statements import Statement

    text = (
        "Det er to farer. Den første er brann. Slike er sjeldne. Den andre er flom. Alt er sikret."
    )
    info = make_info("plan", title="Badeplan", language="nb")
    block = Block(kind=BlockKind.PARAGRAPH, start=0, end=len(text), text=text, section=(), page=1)
    pages = (PageSpan(start=0, end=len(text), number=1),)
    document = Document(info=info, text=text, pages=pages, blocks=(block,))
    first = "Den første er brann."
    statement = Statement(
        passage=make_passage(text), start=text.index(first), end=text.index(first) + len(first),
        text=first, rank=1, score=1.0, dense=0.8, lexical=0.5,
    )  # fmt: skip
    citer = Citer(lambda _: text, lambda _: info, lambda _, at: document.page_at(at))
    extractor = Extractor(lambda _: document, lambda *_: None, 150)
    draft = extractor.write([Side(statements=[statement])], "nb", citer)
    assert "Den andre er flom." in draft.text
    assert "Alt er sikret." not in draft.text
    assert [c.quote for c in citer.citations][-2:] == [first, "Den andre er flom."]
