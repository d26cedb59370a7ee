import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import Citer, unverified

TEXT = "Kommunen bygger en hall. Den er ferdig i 2024."


@pytest.fixture
def citer(make_info):
    info = make_info("plan", title="Badeplan", publisher="Meldal", source_url="https://x.no/p")
    return Citer(lambda _: TEXT, lambda _: info, lambda _, offset: 1 if offset < 25 else 2)


def test_a_citation_is_cut_from_the_text_with_its_place(citer, make_passage):
    passage = make_passage(TEXT, section=("Del 1", "Hall"))
    assert citer.cite(passage, 25, len(TEXT)) == 1
    (citation,) = citer.citations
    assert citation.quote == "Den er ferdig i 2024."
    assert (citation.page, citation.section) == (2, ("Del 1", "Hall"))
    assert (citation.title, citation.publisher, citation.url) == (
        "Badeplan", "Meldal", "https://x.no/p",
    )  # fmt: skip
    assert citation.passage_id == passage.id


def test_markers_count_from_one_and_the_same_span_keeps_its_own(citer, make_passage):
    passage = make_passage(TEXT)
    spans = [(0, 24), (25, 46), (0, 24), (0, 10)]
    assert [citer.cite(passage, *span) for span in spans] == [1, 2, 1, 3]
    assert [citation.marker for citation in citer.citations] == [1, 2, 3]


def test_a_quote_that_does_not_stand_there_is_found_out(citer, make_passage):
    citer.cite(make_passage(TEXT), 0, 24)
    assert unverified(citer.citations, lambda _: TEXT) == []
    assert unverified(citer.citations, lambda _: "x" + TEXT) == list(citer.citations)


def test_an_empty_quote_proves_nothing(citer, make_passage):
    citer.cite(make_passage(TEXT), 5, 5)
    assert len(unverified(citer.citations, lambda _: TEXT)) == 1


@given(st.text(min_size=1), st.data())
def test_any_span_of_any_text_is_verified(text, data):
    from corpus.records import BlockKind, DocumentId, DocumentInfo, Passage, PassageId

    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    info = DocumentInfo(id=DocumentId("p"), file="p", title="p")
    passage = Passage(
        id=PassageId("p"), document_id=DocumentId("p"), start=0, end=len(text), text=text,
        section=(), page=None, kind=BlockKind.PARAGRAPH, context="", readable=text, token_count=1,
    )  # fmt: skip
    citer = Citer(lambda _: text, lambda _: info, lambda _name, _offset: None)
    citer.cite(passage, start, end)
    assert unverified(citer.citations, lambda _: text) == []
