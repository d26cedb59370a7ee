"""Hand-worked values, and equality with ir-measures (pytrec_eval) on random runs."""

import math
import random

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, Success, nDCG

from eval import metrics

RANKING = ["a", "b", "c", "d"]


def test_recall_counts_the_share_of_relevant_ids_in_the_first_k():
    # relevant {b, d, x}: b is in the first 2, so 1/3; b and d in the first 4, so 2/3
    assert metrics.recall_at_k(RANKING, {"b", "d", "x"}, 2) == pytest.approx(1 / 3)
    assert metrics.recall_at_k(RANKING, {"b", "d", "x"}, 4) == pytest.approx(2 / 3)


def test_success_needs_one_relevant_id_in_the_first_k():
    assert metrics.success_at_k(RANKING, {"c"}, 2) == 0
    assert metrics.success_at_k(RANKING, {"c"}, 3) == 1


def test_reciprocal_rank_is_one_over_the_first_relevant_rank_and_zero_behind_the_cut():
    assert metrics.reciprocal_rank_at_k(RANKING, {"c", "d"}, 10) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank_at_k(RANKING, {"d"}, 3) == 0


def test_ndcg_divides_by_the_best_possible_ranking():
    # gain 1/log2(3) + 1/log2(5) = 0.6309 + 0.4307 = 1.0616; best 1 + 0.6309 = 1.6309
    value = metrics.ndcg_at_k(RANKING, {"b", "d"}, 10)
    assert value == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)))
    assert value == pytest.approx(0.6509, abs=1e-4)


def test_an_empty_ranking_scores_zero_and_a_short_one_is_no_error():
    for measure in (metrics.recall_at_k, metrics.success_at_k, metrics.ndcg_at_k,
                    metrics.reciprocal_rank_at_k):  # fmt: skip
        assert measure([], {"a"}, 10) == 0
        assert measure(["a"], {"a"}, 10) == 1


def test_the_cut_is_behind_the_kth_rank():
    # the relevant one at rank 10 of eleven: 1/10, and 1/log2(11) of the best 1/log2(2)
    ranking = [f"p{n}" for n in range(1, 12)]
    assert metrics.reciprocal_rank_at_k(ranking, {"p10"}, 10) == 0.1
    assert metrics.reciprocal_rank_at_k(ranking, {"p11"}, 10) == 0
    assert metrics.ndcg_at_k(ranking, {"p10"}, 10) == pytest.approx(1 / math.log2(11))
    # two relevant, one found at rank 2: (1/log2(3)) / (1 + 1/log2(3)) = 0.3869
    assert metrics.ndcg_at_k(["x", "a"], {"a", "b"}, 10) == pytest.approx(0.3869, abs=1e-4)


def test_gold_recall_counts_each_gold_quote_once():
    # three golds; ranks hold {0, 1}, {1}, {2}: 2/3 after two passages, 3/3 after three
    held = [{0, 1}, {1}, {2}]
    assert metrics.gold_recall_at_k(held, 3, 2) == pytest.approx(2 / 3)
    assert metrics.gold_recall_at_k(held, 3, 3) == 1
    assert metrics.gold_recall_at_k([], 3, 3) == 0


def test_the_budget_stops_at_the_first_passage_that_does_not_fit():
    # 300 + 250 = 550 > 500, so the small relevant third passage is never read
    assert metrics.success_within_budget([300, 250, 10], [False, False, True], 500) == 0
    assert metrics.success_within_budget([300, 150, 10], [False, False, True], 500) == 1
    assert metrics.success_within_budget([501], [True], 500) == 0
    assert metrics.success_within_budget([250, 250], [False, True], 500) == 1  # just fits
    assert metrics.success_within_budget([], [], 500) == 0


def test_abstention_precision_and_recall():
    abstained = [True, True, False, True]
    unanswerable = [True, False, True, True]
    # 3 abstentions, 2 of them right; 3 unanswerable, 2 of them abstained from
    assert metrics.abstention_precision(abstained, unanswerable) == pytest.approx(2 / 3)
    assert metrics.abstention_recall([True, False, False], [True, True, False]) == 0.5


def test_paraphrases_agree_by_the_overlap_of_what_they_cite():
    # pairs: {a,b}{a} 1/2, {a,b}{} 0, {a}{} 0
    assert metrics.paraphrase_agreement([{"a", "b"}, {"a"}, set()]) == pytest.approx(1 / 6)
    assert metrics.paraphrase_agreement([set(), set()]) == 1


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95, 1.0])
def test_percentiles_equal_numpy(share):
    values = [random.Random(3).random() for _ in range(41)]
    assert metrics.percentile(values, share) == pytest.approx(np.quantile(values, share))


def test_shares_of_facts_and_citations():
    assert metrics.fact_recall([True, False, True, True]) == 0.75
    assert metrics.citation_precision([True, False]) == 0.5
    assert metrics.citation_recall([False, False, True, False]) == 0.25


@pytest.mark.parametrize(
    "call",
    [
        lambda: metrics.recall_at_k(RANKING, set(), 1),
        lambda: metrics.success_at_k(RANKING, {"a"}, 0),
        lambda: metrics.gold_recall_at_k([], 0, 1),
        lambda: metrics.fact_recall([]),
        lambda: metrics.citation_precision([]),
        lambda: metrics.citation_recall([]),
        lambda: metrics.abstention_precision([False], [True]),
        lambda: metrics.paraphrase_agreement([{"a"}]),
        lambda: metrics.percentile([], 0.5),
        lambda: metrics.success_within_budget([1], [], 5),
    ],
)
def test_an_undefined_measure_is_an_error_and_never_a_zero(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()


@pytest.mark.parametrize("seed", range(20))
def test_ranked_measures_equal_ir_measures_on_random_runs(seed):
    draw = random.Random(seed)
    pool = [f"p{n}" for n in range(30)]
    runs = {f"q{n}": draw.sample(pool, draw.randint(1, 25)) for n in range(15)}
    relevant = {name: set(draw.sample(pool, draw.randint(1, 8))) for name in runs}
    cuts = (1, 3, 5, 10)
    ours = {R: metrics.recall_at_k, Success: metrics.success_at_k, nDCG: metrics.ndcg_at_k}
    judged = [R @ k for k in cuts] + [Success @ k for k in cuts] + [nDCG @ k for k in cuts]
    theirs = ir_measures.calc_aggregate(
        [*judged, RR @ 10],
        {name: dict.fromkeys(ids, 1) for name, ids in relevant.items()},
        {name: {p: -rank for rank, p in enumerate(r)} for name, r in runs.items()},
    )
    for kind, function in ours.items():
        for k in cuts:
            mean = np.mean([function(runs[name], relevant[name], k) for name in runs])
            assert theirs[kind @ k] == pytest.approx(mean)
    mean = np.mean([metrics.reciprocal_rank_at_k(runs[n], relevant[n], 10) for n in runs])
    assert theirs[RR @ 10] == pytest.approx(mean)
