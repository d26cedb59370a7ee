"""Extractive answers on two small documents that hold what each rule is about."""

import re

import pytest

from assistant.extractive import Extractor
from assistant.question_kind import QuestionKind
from assistant.statements import Statement
from corpus.records import Block, BlockKind, Document, PageSpan

SENTENCES = (
    "Kommunen bygger en hall i sentrum.",
    "Den skal stå ferdig i 2024.",
    "Budsjettet er ti millioner kroner.",
)
ITEMS = ("• godkjenne planen", "• ansette en leder", "• måle framdriften")


@pytest.fixture
def corpus(make_info, make_passage):
    """A document of a paragraph and a list, as text, blocks and two passages."""
    paragraph, listed = " ".join(SENTENCES), "\n".join(ITEMS)
    text = f"{paragraph}\n\n{listed}"
    blocks = [
        Block(kind=BlockKind.PARAGRAPH, start=0, end=len(paragraph), text=paragraph,
              section=("Hall",), page=1)
    ]  # fmt: skip
    for item in ITEMS:
        start = text.index(item)
        blocks.append(
            Block(kind=BlockKind.LIST_ITEM, start=start, end=start + len(item), text=item,
                  section=("Hall",), page=2, lead_in="Ordføreren skal")
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
    """Writes an answer from (words, score) pairs of statements; returns its text and quotes."""
    from assistant.citations import Citer

    document, passages = corpus

    def make(wanted, kind=QuestionKind.PLAIN, language="nb", max_words=150):
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
        citer = Citer(
            lambda _: document.text, lambda _: document.info, lambda _, at: document.page_at(at)
        )
        extractor = Extractor(lambda _: document, lambda _: document.info, max_words)
        draft = extractor.write([statements], kind, language, citer)
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
    text, quotes = write([("godkjenne planen", 2.0)], kind=QuestionKind.LIST)
    assert "Ordføreren skal" in text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == 3
    assert quotes[-3:] == list(ITEMS) or [q.strip("• ") for q in quotes[-3:]] == [
        item.strip("• ") for item in ITEMS
    ]


def test_a_lone_list_item_is_read_with_its_lead_in(write):
    text, _ = write([("ansette en leder", 2.0)])
    assert "Ordføreren skal" in text
    assert "ansette en leder" in text


def test_every_marker_has_its_quote(write):
    text, quotes = write([(s, 2.0 - n / 10) for n, s in enumerate(SENTENCES)])
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert sorted(set(markers)) == list(range(1, len(quotes) + 1))
