"""The measures, each a small pure function.

Rankings are ids in rank order, best first, without repeats; `relevant` is the set of relevant ids.
Every function is undefined (ValueError) where its denominator is empty, so that callers must say
which questions a mean runs over. Values lie in [0, 1] unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations


def _check(relevant: AbstractSet[str], k: int) -> None:
    if not relevant:
        raise ValueError("no relevant ids: the measure is undefined for this question")
    if k < 1:
        raise ValueError(f"k is {k}; it must be 1 or more")


def recall_at_k(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Share of `relevant` among the first `k` of `ranking`.

    Raises:
        ValueError: `relevant` is empty or `k` is below 1.
    Source: trec_eval `recall`; "any relevant found" is `success_at_k`.
    """
    _check(relevant, k)
    return len(relevant & set(ranking[:k])) / len(relevant)


def success_at_k(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """1 if any of the first `k` is relevant, else 0.

    Raises:
        ValueError: `relevant` is empty or `k` is below 1.
    Source: trec_eval `success`; also called hit rate.
    """
    _check(relevant, k)
    return float(not relevant.isdisjoint(ranking[:k]))


def reciprocal_rank_at_k(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """1 / rank of the first relevant id among the first `k`; 0 if there is none.

    Its mean over questions is MRR@k.

    Raises:
        ValueError: `relevant` is empty or `k` is below 1.
    Source: Voorhees, TREC-8 Question Answering Track (1999); trec_eval `recip_rank` with a cut.
    """
    _check(relevant, k)
    for rank, found in enumerate(ranking[:k], start=1):
        if found in relevant:
            return 1 / rank
    return 0.0


def ndcg_at_k(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Discounted gain of the first `k` over that of the best possible ranking; gains are 0 or 1.

    Raises:
        ValueError: `relevant` is empty or `k` is below 1.
    Source: Järvelin & Kekäläinen (2002), discount 1 / log2(rank + 1) as in trec_eval `ndcg_cut`.
    """
    _check(relevant, k)
    gain = sum(
        1 / math.log2(rank + 1)
        for rank, found in enumerate(ranking[:k], start=1)
        if found in relevant
    )
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), k) + 1))
    return gain / best


def gold_recall_at_k(held: Sequence[AbstractSet[int]], golds: int, k: int) -> float:
    """Share of the `golds` gold quotes that the first `k` passages hold together.

    `held[r]` are the numbers of the gold quotes that the passage at rank r + 1 holds; a passage
    may hold several, and several passages the same one.

    Raises:
        ValueError: `golds` or `k` is below 1.
    Source: subtopic recall (S-recall), Zhai, Cohen & Lafferty (2003), a gold quote as subtopic.
    """
    if golds < 1 or k < 1:
        raise ValueError(f"golds is {golds} and k is {k}; both must be 1 or more")
    return len(set().union(*held[:k])) / golds


def success_within_budget(
    token_counts: Sequence[int], relevant: Sequence[bool], budget_tokens: int
) -> float:
    """1 if a relevant passage lies among those that fit whole into the budget, in rank order.

    Reading stops at the first passage that does not fit; a model's prompt is filled the same way.

    Raises:
        ValueError: the sequences differ in length, or the budget is below 1.
    Source: ours; success@k with the cut in tokens, so that small and large passages compare.
    """
    if len(token_counts) != len(relevant) or budget_tokens < 1:
        raise ValueError("one token count a passage and a budget of 1 or more are needed")
    spent = 0
    for count, hit in zip(token_counts, relevant, strict=True):
        spent += count
        if spent > budget_tokens:
            return 0.0
        if hit:
            return 1.0
    return 0.0


def fact_recall(stated: Sequence[bool]) -> float:
    """Share of the facts a right answer must hold that this one states.

    Raises:
        ValueError: no facts.
    Source: nugget recall, TREC 2003 QA track (Voorhees), every nugget vital.
    """
    if not stated:
        raise ValueError("no facts: the measure is undefined for this question")
    return sum(stated) / len(stated)


def citation_precision(supported: Sequence[bool]) -> float:
    """Share of an answer's citations that hold a gold quote or a fact.

    Raises:
        ValueError: no citations.
    Source: Gao et al., ALCE (2023), with gold quotes and facts in the place of an NLI model.
    """
    if not supported:
        raise ValueError("no citations: the measure is undefined for this answer")
    return sum(supported) / len(supported)


def citation_recall(cited: Sequence[bool]) -> float:
    """Share of the needed gold quotes that at least one citation holds.

    Where any one gold quote suffices, pass a single value: whether one is cited.

    Raises:
        ValueError: no gold quotes.
    Source: as `citation_precision`.
    """
    if not cited:
        raise ValueError("no gold quotes: the measure is undefined for this question")
    return sum(cited) / len(cited)


def abstention_precision(abstained: Sequence[bool], unanswerable: Sequence[bool]) -> float:
    """Share of the abstentions that were right: the question was unanswerable.

    Raises:
        ValueError: nothing was abstained from, or the sequences differ in length.
    Source: precision with "abstain" as the positive class, as in SQuAD 2.0's no-answer scores.
    """
    pairs = list(zip(abstained, unanswerable, strict=True))
    if not any(abstained):
        raise ValueError("no abstentions: precision is undefined")
    return sum(a and u for a, u in pairs) / sum(abstained)


def abstention_recall(abstained: Sequence[bool], unanswerable: Sequence[bool]) -> float:
    """Share of the unanswerable questions that were abstained from.

    Raises:
        ValueError: no unanswerable questions, or the sequences differ in length.
    Source: as `abstention_precision`.
    """
    return abstention_precision(unanswerable, abstained)


def paraphrase_agreement(cited: Sequence[AbstractSet[str]]) -> float:
    """Mean Jaccard overlap of what the answers to paraphrases of one question cite, over pairs.

    An empty set is an abstention: two abstentions agree fully, one against an answer not at all.

    Raises:
        ValueError: fewer than two answers.
    Source: ours; Jaccard (1901) over pairs, as in self-consistency checks of answers.
    """
    pairs = list(combinations(cited, 2))
    if not pairs:
        raise ValueError("agreement needs two or more answers")
    return sum(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs) / len(pairs)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie, interpolated linearly; unit as given.

    Raises:
        ValueError: no values, or `share` outside [0, 1].
    Source: Hyndman & Fan (1996), type 7, as in numpy.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs values and a share in [0, 1]")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
