import pytest

from assistant.statements import in_reading_order, is_row, score_statements
from corpus.records import BlockKind


@pytest.fixture(scope="module")
def found(assistant):
    query = assistant.make_query("Hvem må godkjenne innsamling av helseopplysninger?")
    ranking = assistant.search_engine.rank(query, 10)
    return score_statements(query, ranking, assistant.index)


def test_statements_come_best_first(found):
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_the_best_statement_names_who_approves(found):
    assert any("REK" in one.text for one in found[:3])


def test_every_statement_stands_in_its_passage(found, texts):
    for one in found:
        assert one.passage.start <= one.start < one.end <= one.passage.end
        text = texts[one.passage.document_id][one.start : one.end]
        if not is_row(one.passage):
            assert " ".join(one.text.split()) in " ".join(text.split())


def test_only_the_best_passages_are_read(assistant):
    query = assistant.make_query("Hva er målet for Trondheimsregionen?")
    ranking = assistant.search_engine.rank(query, 10)
    found = score_statements(query, ranking, assistant.index, passages_read=2)
    assert {one.rank for one in found} <= {1, 2}


def test_reading_order_is_by_rank_then_place(found):
    ordered = in_reading_order(found)
    places = [(one.rank, one.start) for one in ordered]
    assert places == sorted(places)


def test_no_hits_have_no_statements(assistant):
    query = assistant.make_query("Hva er målet?")
    empty = assistant.search_engine.rank(query, 10, ["no-such-document"])
    assert score_statements(query, empty, assistant.index) == []


def test_a_table_row_is_known_by_its_kind(make_passage):
    assert is_row(make_passage(kind=BlockKind.TABLE_ROW))
    assert not is_row(make_passage())
