import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.abstention import (
    SCALARS,
    SURE,
    AbstentionModel,
    Joined,
    Signals,
    _names_held,
    bundled_abstention,
    compare,
)

NAMES = SCALARS


def signals(**values):
    return Signals(**{**dict.fromkeys(NAMES, 0.0), **values})


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    model = AbstentionModel(weights={"coverage": 2.0, "gap": 1.0}, bias=-1.0, threshold=0.5)
    # -1 + 2 * 0.25 + 1 * 0.5 = 0, and 1 / (1 + e^0) = 0.5
    assert model.probability(signals(coverage=0.25, gap=0.5)) == pytest.approx(0.5)
    # -1 + 2 * 1 = 1, and 1 / (1 + e^-1) = 0.7311
    assert model.probability(signals(coverage=1.0)) == pytest.approx(0.7311, abs=1e-4)


def test_the_readers_word_is_weighed_where_it_has_read():
    joined = Joined(signals=0.5, reader=2.0, bias=-1.0, threshold=0.6)
    model = AbstentionModel(weights={"gap": 1.0}, bias=0.0, threshold=0.9, joined=joined)
    # 0.5 * 2 + 2 * 0.25 - 1 = 0.5, and 1 / (1 + e^-0.5) = 0.6225
    assert model.probability(signals(gap=2.0, read=0.25)) == pytest.approx(0.6225, abs=1e-4)
    assert model.answers(signals(gap=2.0, read=0.25))
    # Without it 1 / (1 + e^-2) = 0.8808, below the threshold of the signals alone.
    assert model.probability(signals(gap=2.0)) == pytest.approx(0.8808, abs=1e-4)
    assert not model.answers(signals(gap=2.0))


def test_the_reader_is_asked_only_where_its_word_can_turn_the_decision():
    joined = Joined(signals=1.0, reader=1.0, bias=0.0, threshold=0.5)
    model = AbstentionModel(weights={"gap": 1.0}, bias=0.0, threshold=0.5, joined=joined)
    asked = []

    def read(word):
        asked.append(word)
        return word

    assert model.answers(signals(gap=SURE + 0.1), lambda: read(-SURE))
    assert not model.answers(signals(gap=-SURE - 0.1), lambda: read(SURE))
    assert asked == []
    assert model.answers(signals(gap=-1.0), lambda: read(2.0))
    assert not model.answers(signals(gap=1.0), lambda: read(-2.0))
    assert asked == [2.0, -2.0]
    # Without a reader the signals decide.
    assert model.answers(signals(gap=1.0), lambda: None)


def test_the_threshold_itself_is_enough():
    model = AbstentionModel(weights={}, bias=0.0, threshold=0.5)
    assert model.answers(signals())
    assert not AbstentionModel(weights={}, bias=0.0, threshold=0.51).answers(signals())


@given(st.floats(-1e6, 1e6))
def test_no_signal_is_too_large(value):
    model = AbstentionModel(weights={"gap": 1e3}, bias=0.0, threshold=0.5)
    assert 0 <= model.probability(signals(gap=value)) <= 1


def test_the_bundled_model_uses_only_known_signals():
    model = bundled_abstention()
    assert set(model.weights) <= set(NAMES)
    assert 0 < model.threshold < 1


def test_signals_of_a_good_question_stand_above_those_of_a_foreign_one(assistant):
    def read(question):
        query = assistant.make_query(question)
        return assistant.signal_reader.read(query, assistant.search_engine.rank(query, 10))

    good = read("Hvem må godkjenne innsamling av helseopplysninger?")
    foreign = read("Hvem malte fresken i den sixtinske kapell i Vatikanet?")
    for name in ("coverage", "word_share", "sentence"):
        assert getattr(good, name) > getattr(foreign, name), name
    assert good.english == 0
    model = bundled_abstention()
    assert model.probability(good) > model.probability(foreign)


def test_nothing_found_gives_signals_of_nothing(assistant):
    query = assistant.make_query("Who?")
    empty = assistant.search_engine.rank(query, 10, ["no-such-document"])
    read = assistant.signal_reader.read(query, empty)
    for name in ("coverage", "word_share", "sentence", "beside", "gap", "agreement"):
        assert getattr(read, name) == 0, name
    assert not bundled_abstention().answers(read)


def test_a_name_stands_whatever_its_ending_and_with_a_typo():
    assert _names_held("Hva vil Trondheim?", "Trondheims næringsplan") == 1.0
    assert _names_held("What does Trondhiem want?", "Trondheim kommune vil") == 1.0
    assert _names_held("What does Stavanger want?", "Trondheim kommune vil") == 0.0
    assert _names_held("hva vil kommunen?", "noe annet") == 1.0


def test_a_collection_without_questions_is_judged_by_a_model_of_its_own():
    strict = AbstentionModel(weights={"question_cosine": 9.0}, bias=-5.0, threshold=0.5)
    model = AbstentionModel(
        weights=strict.weights,
        bias=strict.bias,
        threshold=strict.threshold,
        plain=AbstentionModel(weights={"coverage": 2.0}, bias=0.0, threshold=0.6),
    )
    assert not strict.answers(signals(coverage=0.5))
    assert model.answers(signals(coverage=0.5))
    assert not model.answers(signals(coverage=0.5, has_questions=1.0))
    assert bundled_abstention().plain is not None


def test_a_question_is_compared_with_its_evidence_dimension_by_dimension():
    question = np.asarray([1.0, 2.0], dtype=np.float32)
    evidence = np.asarray([[1.0, 0.0], [3.0, 2.0]], dtype=np.float32)  # mean (2, 1)
    assert compare(question, evidence) == (-1.0, 1.0, 2.0, 2.0)


def test_the_comparison_moves_the_decision():
    model = AbstentionModel(
        weights={"coverage": 1.0}, bias=0.0, threshold=0.5, direction=(2.0, 0.0, -1.0)
    )
    # 1 * 0.5 + 2 * 0.25 - 1 * 1 = 0
    assert model.probability(signals(coverage=0.5, compared=(0.25, 9.0, 1.0))) == 0.5
    assert not model.answers(signals(coverage=0.5, compared=(0.25, 9.0, 1.1)))


def test_where_vectors_cannot_be_compared_a_model_without_them_decides():
    plain = AbstentionModel(
        weights={}, bias=0.0, threshold=0.4, direction=(1.0,),
        undirected=AbstentionModel(weights={}, bias=0.0, threshold=0.7),
    )  # fmt: skip
    model = AbstentionModel(
        weights={}, bias=0.0, threshold=0.5, direction=(1.0,), embedding="small@1", plain=plain,
        undirected=AbstentionModel(weights={}, bias=0.0, threshold=0.6),
    )  # fmt: skip
    asked = {"has_questions": 1.0, "compared": (0.0,)}
    assert model.for_embedding("small@1").answers(signals(**asked))
    assert not model.for_embedding("large@2").answers(signals(**asked))
    assert not model.answers(signals(has_questions=1.0))  # nothing was found to compare with
    assert model.answers(signals(compared=(0.0,)))
    assert not model.for_embedding("large@2").answers(signals(compared=(0.0,)))


def test_the_bundled_model_is_for_the_bundled_vectors(assistant):
    model = bundled_abstention()
    query = assistant.make_query("Hvem må godkjenne innsamling av helseopplysninger?")
    read = assistant.signal_reader.read(query, assistant.search_engine.rank(query, 10))
    assert model.for_embedding(assistant.index.embedding_model) is model
    for directed in (model, model.plain):
        assert len(directed.direction) == len(read.compared) == 2 * len(query.vector)
        assert directed.undirected is not None
