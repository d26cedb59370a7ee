import numpy as np
import pytest

from assistant.features import FEATURES


@pytest.fixture(scope="module")
def ranking(assistant):
    query = assistant.make_query("Hvem må godkjenne innsamling av helseopplysninger?")
    return assistant.search_engine.rank(query, 50)


def test_every_hit_explains_its_score_by_all_features(ranking):
    for row, hit in zip(ranking.features, ranking.hits, strict=True):
        assert tuple(hit.features) == FEATURES
        assert row == pytest.approx(list(hit.features.values()))
        assert np.isfinite(row).all()


def test_cosines_are_cosines_and_kinds_are_flags(ranking):
    for name in FEATURES:
        values = ranking.features[:, FEATURES.index(name)]
        if name.startswith("dense_"):
            assert (values >= -1.001).all()
            assert (values <= 1.001).all()
        if name.startswith("is_"):
            assert set(values.tolist()) <= {0.0, 1.0}
        if name.startswith("lexical_"):
            assert (values >= 0).all()


def test_the_best_sentence_is_the_highest_of_the_passages_sentences(ranking):
    from corpus.register import UnitKind

    column = FEATURES.index("dense_sentence")
    for n, row in enumerate(ranking.rows):
        best = ranking.units[row].best(UnitKind.SENTENCE)
        if best is not None:
            assert ranking.features[n, column] == pytest.approx(best, abs=1e-6)


def test_the_mean_of_questions_is_that_of_the_three_closest(ranking):
    from corpus.register import UnitKind

    column = FEATURES.index("dense_questions_mean")
    seen = 0
    for n, row in enumerate(ranking.rows):
        closest = [cosine for _, cosine in ranking.units[row].ranked(UnitKind.QUESTION)[:3]]
        if closest:
            seen += 1
            assert ranking.features[n, column] == pytest.approx(np.mean(closest), abs=1e-6)
    assert seen > 10


def test_without_questions_beside_passages_their_features_are_empty(assistant):
    from assistant.ranking import bundled_ranking
    from assistant.retrieval import HybridSearch

    search = HybridSearch(assistant.index, bundled_ranking(), candidates=50, use_questions=False)
    found = search.rank(assistant.make_query("Hva er målet for Trondheimsregionen?"), 10)
    for name in ("lexical_questions", "dense_question"):
        assert not found.features[:, FEATURES.index(name)].any()
