import numpy as np
import pytest
from langchain_core.retrievers import BaseRetriever

from assistant.abstention import SignalReader
from assistant.ranking import RankingModel, bundled_ranking
from assistant.retrieval import RERANK_DEPTH, HybridSearch
from corpus.register import UnitKind


def rank(assistant, question, k=10, documents=(), **options):
    search = HybridSearch(assistant.index, bundled_ranking(), candidates=100,
                          **{"use_questions": True, **options})  # fmt: skip
    return search.rank(assistant.make_query(question), k, documents)


def test_hits_are_ranked_from_one_with_falling_scores(assistant):
    ranking = rank(assistant, "Hva er målet for Trondheimsregionen?", 25)
    assert [hit.rank for hit in ranking.hits] == list(range(1, 26))
    assert ranking.scores == sorted(ranking.scores, reverse=True)
    assert len(set(ranking.rows)) == 25
    assert set(ranking.units) == set(ranking.rows)


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        ("Hvem må godkjenne innsamling av helseopplysninger?", "fou-side", "REK"),
        ("Who must approve the collection of health data?", "fou-side", "REK"),
        ("Hvilke elleve kommuner utgjør Trondheimsregionen?", "naeringsplan", "Trondheim"),
        ("What is the goal of the smart city solution?", "smart-city", "quality of life"),
        ("Triple Helix nettverksorganisasjon", "naeringsplan", "Triple Helix"),
    ],
)
def test_what_answers_is_among_the_first_five(assistant, question, document, words):
    hits = rank(assistant, question, 5).hits
    found = [hit for hit in hits if hit.passage.document_id == document]
    assert any(words in hit.passage.text for hit in found)


@pytest.mark.parametrize("typo", ["innsamlng av helseopplysnnger", "insamling av helseoplysninger"])
def test_two_typos_do_not_hide_the_passage(assistant, typo):
    hits = rank(assistant, f"Hvem må godkjenne {typo}?", 5).hits
    assert any("REK" in hit.passage.text for hit in hits)


@pytest.mark.parametrize("documents", [("smart-city",), ("samfunnsdel", "fou-side")])
def test_a_filter_leaves_out_the_other_documents(assistant, documents):
    hits = rank(assistant, "Hva er målet for Trondheimsregionen?", 30, documents).hits
    assert hits
    assert {hit.passage.document_id for hit in hits} <= set(documents)


def test_a_filter_does_not_take_away_what_lies_outside_the_best(assistant):
    """All passages of a small document can be had, however far they rank among all."""
    rows = assistant.index.register.rows_of_documents(["smart-city"])
    hits = rank(assistant, "Trondheim", 100, ("smart-city",)).hits
    assert len(hits) == len(rows)


def test_a_question_of_unknown_words_still_finds_something_by_its_vector(assistant):
    assert rank(assistant, "Zyqwx vbnmo", 3).hits


def test_equal_scores_keep_the_order_of_the_documents(assistant):
    search = HybridSearch(
        assistant.index, RankingModel({"no": {}, "en": {}}), candidates=50, use_questions=True
    )
    ranking = search.rank(assistant.make_query("Hva er målet?"), 20)
    assert list(ranking.rows) == sorted(ranking.rows)


class LongestFirst:
    """A reranker that reads what it is given."""

    def __init__(self):
        self.asked = []

    def score(self, question, texts):
        self.asked.append((question, len(texts)))
        return [float(len(text)) for text in texts]


def test_a_reranker_orders_the_best_few_and_leaves_the_rest(assistant):
    reranker = LongestFirst()
    question = "Hva er målet for Trondheimsregionen?"
    plain = rank(assistant, question, 30)
    again = rank(assistant, question, 30, reranker=reranker)
    assert reranker.asked == [(question, RERANK_DEPTH)]
    assert set(again.rows[:RERANK_DEPTH]) == set(plain.rows[:RERANK_DEPTH])
    assert again.rows[RERANK_DEPTH:] == plain.rows[RERANK_DEPTH:]
    lengths = [len(hit.passage.readable) for hit in again.hits[:RERANK_DEPTH]]
    assert lengths == sorted(lengths, reverse=True)


def test_langchain_gets_documents_with_ids_and_places(assistant):
    retriever = assistant.retriever(4)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke("Hvem må godkjenne innsamling av helseopplysninger?")
    assert len(found) == 4
    assert [document.metadata["rank"] for document in found] == [1, 2, 3, 4]
    for document in found:
        place = document.metadata
        text = assistant.library.text(place["document_id"])
        assert text[place["start"] : place["end"]] == document.page_content
        assert document.id


def test_search_gives_the_same_passages_as_an_answer(assistant, ask):
    question = "Hvem må godkjenne innsamling av helseopplysninger?"
    assert [p.passage_id for p in assistant.search(question, 10)] == [
        p.passage_id for p in ask(question).passages
    ]


@pytest.mark.parametrize("question", ["", "😀", "?"])
def test_a_question_of_no_words_finds_nothing(assistant, question):
    assert assistant.search(question) == []


def test_without_the_questions_beside_passages_nothing_of_them_is_left_in_a_ranking(assistant):
    question = "Hvem må godkjenne innsamling av helseopplysninger?"
    used, plain = rank(assistant, question), rank(assistant, question, use_questions=False)
    dense = assistant.index.dense
    vector = assistant.make_query(question).vector
    assert used.units[used.rows[0]].best(UnitKind.QUESTION) is not None
    for units in plain.units.values():
        assert units.best(UnitKind.QUESTION) is None
        assert not units.ranked(UnitKind.QUESTION)
        best = max(
            float(np.asarray(dense._matrix[unit]) @ vector)
            for unit, _ in units.ranked(UnitKind.SENTENCE)
        )
        assert units.best(UnitKind.SENTENCE) == pytest.approx(best, abs=1e-5)
    reader = SignalReader(assistant.index, use_questions=False)
    signals = reader.read(assistant.make_query(question), plain)
    assert signals.has_questions == signals.question_cosine == signals.beside == 0
    assert signals.beside_overlap == signals.word_share
