import numpy as np
import pytest
import scipy.stats

from eval.significance import Ratio, difference, estimate


def _means(values):
    return [Ratio(numerator=value) for value in values]


def test_an_estimate_is_the_ratio_of_the_sums():
    # 1/2 and 3/4 quotes: 4 of 6 together, not the mean of the shares
    found = estimate([Ratio(numerator=1, denominator=2), Ratio(numerator=3, denominator=4)])
    assert found.value == pytest.approx(4 / 6)
    assert found.n == 2


def test_the_interval_equals_scipys_percentile_bootstrap_within_sampling_noise():
    values = np.random.default_rng(1).random(200)
    ours = estimate(_means(values), resamples=9999)
    theirs = scipy.stats.bootstrap((values,), np.mean, method="percentile", rng=2)
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.004)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.004)


def test_a_question_without_denominator_has_no_say():
    found = estimate([Ratio(numerator=1), Ratio(numerator=0, denominator=0)])
    assert (found.value, found.low, found.n) == (1.0, None, 1)
    assert estimate([]).value is None


def test_the_paired_test_equals_scipys_permutation_test():
    draw = np.random.default_rng(4)
    before, after = draw.random(40), draw.random(40) + 0.1
    ours = difference(_means(before), _means(after))
    theirs = scipy.stats.permutation_test(
        (after, before),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        permutation_type="samples",
        vectorized=True,
        rng=5,
    )
    assert ours.value == pytest.approx(after.mean() - before.mean())
    assert ours.p == pytest.approx(theirs.pvalue, abs=0.02)


def test_equal_runs_do_not_differ_and_opposite_runs_do():
    same = difference(_means([1, 0, 1]), _means([1, 0, 1]))
    assert (same.value, same.p) == (0, 1)
    opposite = difference(_means([0] * 20), _means([1] * 20))
    assert opposite.value == 1
    assert opposite.p < 0.001


def test_six_of_six_wins_have_the_exact_sign_test_p():
    # 2 of the 2^6 swaps are as extreme: p = 2/64 = 0.03125
    assert difference(_means([0] * 6), _means([1] * 6)).p == pytest.approx(2 / 64, abs=0.006)


def test_a_pair_of_different_lengths_is_refused():
    with pytest.raises(ValueError, match="same questions"):
        difference(_means([1]), _means([1, 0]))


def test_no_denominator_on_one_side_gives_no_difference():
    assert difference([Ratio(numerator=0, denominator=0)], _means([1])) is None
