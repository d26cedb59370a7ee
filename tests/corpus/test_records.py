from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import errors
from corpus.records import Block, BlockKind, Document, DocumentId, DocumentInfo, PageSpan
from corpus.register import from_json, to_json

INFO = DocumentInfo(id=DocumentId("plan"), file="plan.txt", title="Plan")


def document(*spans):
    end = spans[-1].end if spans else 10
    return Document(info=INFO, text="x" * end, pages=spans, blocks=())


def test_a_page_ends_where_the_next_begins():
    spans = (PageSpan(start=0, end=5, number=4), PageSpan(start=5, end=9, number=5))
    assert [document(*spans).page_at(offset) for offset in (0, 4, 5, 8)] == [4, 4, 5, 5]


def test_the_end_of_the_text_stands_on_the_last_page():
    assert document(PageSpan(start=0, end=5, number=4)).page_at(5) == 4


def test_a_source_without_pages_has_no_page_anywhere():
    assert document().page_at(3) is None


def test_text_between_pages_has_no_page():
    spans = (PageSpan(start=0, end=3, number=1), PageSpan(start=5, end=9, number=2))
    assert document(*spans).page_at(4) is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), max_size=12),
    st.integers(0, 60),
    st.integers(1, 30),
)
def test_blocks_within_a_span_are_those_that_share_text_with_it(gaps, start, length):
    blocks: list[Block] = []
    at = 0
    for gap, size in gaps:
        at += gap
        blocks.append(
            Block(kind=BlockKind.PARAGRAPH, start=at, end=at + size, text="x" * size,
                  section=(), page=None)
        )  # fmt: skip
        at += size
    whole = Document(info=INFO, text="x" * at, pages=(), blocks=tuple(blocks))
    end = start + length
    wanted = [n for n, b in enumerate(blocks) if b.start < end and start < b.end]
    assert list(whole.blocks_within(start, end)) == wanted


def test_records_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        INFO.title = "Annet"  # type: ignore[misc]


@given(
    st.builds(
        DocumentInfo,
        id=st.text().map(DocumentId),
        file=st.text(),
        title=st.text(),
        updated=st.none() | st.dates(),
        note=st.none() | st.text(),
    )
)
def test_a_record_survives_its_json(info):
    assert from_json(DocumentInfo, to_json(DocumentInfo, info)) == info


def test_every_error_of_the_tree_is_drawn_at_its_head_and_the_other_way_round():
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    classes = {name for name in vars(errors) if name.endswith("Error")}
    assert classes == drawn


def test_every_error_of_ours_is_a_stifinner_error_and_says_when_it_is_raised():
    for name, kind in vars(errors).items():
        if name.endswith("Error"):
            assert issubclass(kind, errors.StifinnerError)
            assert kind.__doc__
