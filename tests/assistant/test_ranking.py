import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.features import FEATURES
from assistant.ranking import RankingModel, bundled_ranking, z_scores


def column(name, *values):
    matrix = np.zeros((len(values), len(FEATURES)), dtype=np.float32)
    matrix[:, FEATURES.index(name)] = values
    return matrix


def test_z_scores_by_hand():
    # mean 2, deviation sqrt((1 + 0 + 1) / 3) = 0.8165, so ∓1.2247
    scores = z_scores(np.asarray([[1, 5], [2, 5], [3, 5]], dtype=np.float32))
    assert scores[:, 0] == pytest.approx([-1.2247, 0, 1.2247], abs=1e-4)
    assert scores[:, 1].tolist() == [0, 0, 0]


def test_no_candidates_have_no_scores():
    assert z_scores(np.zeros((0, 3), dtype=np.float32)).shape == (0, 3)
    assert bundled_ranking().score(np.zeros((0, len(FEATURES)), np.float32), "nb").shape == (0,)


def test_each_language_group_has_its_own_weights():
    groups = {"no": {"length": 1.0}, "en": {"length": -1.0}, "plain": {"is_caption": 1.0}}
    model = RankingModel(groups)
    features = column("length", 1, 2) + column("has_questions", 1, 1)
    assert model.score(features, "nb").argmax() == 1
    assert model.score(features, "nn").argmax() == 1
    assert model.score(features, "en").argmax() == 0


def test_each_language_has_weights_of_its_own_without_questions_beside_the_passages():
    asked = {"no": {"length": 1.0}, "en": {"length": 1.0}}
    plain = {"plain": {"length": -1.0}, "plain-en": {"length": -2.0}}
    model = RankingModel(asked | plain)
    norwegian = model.score(column("length", 1, 2), "nb")
    english = model.score(column("length", 1, 2), "en")
    assert norwegian.argmax() == english.argmax() == 0
    assert english == pytest.approx(2 * norwegian)


def test_the_bundled_weights_name_only_known_features_of_all_groups():
    weights = bundled_ranking().weights
    assert set(weights) == {"no", "en", "plain", "plain-en"}
    for chosen in weights.values():
        assert set(chosen) <= set(FEATURES)
        assert any(chosen.values())


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("name", ["lexical_passage", "dense_sentence"])
def test_more_of_what_matters_never_ranks_lower(name, language):
    scores = bundled_ranking().score(column(name, 0, 1, 2), language)
    assert scores[0] <= scores[1] <= scores[2]


def test_a_passage_that_nobody_wrote_questions_beside_is_not_ranked_by_their_lack():
    """Ten passages with far questions, and one without any whose own text is far the nearest."""
    features = column("has_questions", *[1.0] * 10, 0.0)
    for name in ("dense_sentence", "dense_passage", "terms_held"):
        features += column(name, *[0.1 * n / 10 for n in range(10)], 0.9)
    for name in ("lexical_questions", "dense_question", "dense_questions_mean"):
        features += column(name, *[0.3 + 0.01 * n for n in range(10)], 0.0)
    for language in ("nb", "en"):
        scores = bundled_ranking().score(features, language)
        assert scores.argmax() == 10
        told = features.copy()
        told[10, FEATURES.index("has_questions")] = 1.0
        assert bundled_ranking().score(told, language)[10] < scores[10]


def test_the_flag_of_questions_has_no_weight_of_its_own():
    features = column("has_questions", 1, 0, 1)
    assert not bundled_ranking().standardised(features, "nb").any()


@given(arrays(np.float32, (5, 4), elements=st.floats(-100, 100, width=32)), st.floats(0.5, 20))
def test_z_scores_ignore_scale_and_shift(matrix, scale):
    shifted = (matrix * np.float32(scale) + np.float32(3)).astype(np.float32)
    spread = matrix.std(axis=0)
    wide = spread > 0.1
    assert z_scores(shifted)[:, wide] == pytest.approx(z_scores(matrix)[:, wide], abs=0.02)
