"""How far a measured number can be trusted: bootstrap intervals and paired tests.

Every measure is a ratio of two sums over questions: a mean has denominator 1 for each question, the
share of verbatim quotes has the number of quotes. Resampling whole questions keeps the quotes of
one answer together, which are not independent. Random numbers are seeded: the same run always
gives the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
PERMUTATIONS = 10_000
LEVEL = 0.95
SEED = 20100610
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One question's share in a measure: sum of numerators over sum of denominators."""

    numerator: float
    denominator: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measured value with its 95 % interval; `n` questions had a say in it.

    All three numbers are None if no question had; the interval is None for a single question.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """B minus A on the same questions, its 95 % interval, and the two-sided p of no difference."""

    value: float
    low: float
    high: float
    p: float
    n: int


def estimate(ratios: Sequence[Ratio], *, resamples: int = RESAMPLES) -> Estimate:
    """The ratio of sums with its percentile bootstrap interval.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), ch. 13.
    """
    top, bottom = _columns([ratio for ratio in ratios if ratio.denominator > 0])
    if not len(top):
        return Estimate(value=None, low=None, high=None, n=0)
    value = float(top.sum() / bottom.sum())
    if len(top) == 1:
        return Estimate(value=value, low=None, high=None, n=1)
    chosen = _resample(len(top), resamples)
    low, high = _middle(top[chosen].sum(axis=1) / bottom[chosen].sum(axis=1))
    return Estimate(value=value, low=low, high=high, n=len(top))


def difference(
    before: Sequence[Ratio],
    after: Sequence[Ratio],
    *,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
) -> Difference | None:
    """`after` minus `before`, question by question the same; None if a side has no denominator.

    The p value is that of a paired permutation test: under no difference, swapping the two runs'
    shares of any question changes nothing.

    Raises:
        ValueError: the sequences differ in length.
    Source: Smucker, Allan & Carterette, "A comparison of statistical significance tests for
    information retrieval evaluation" (2007); p with the +1 of Phipson & Smyth (2010).
    """
    if len(before) != len(after):
        raise ValueError("a paired test needs the same questions on both sides")
    pairs = [
        (a, b) for a, b in zip(before, after, strict=True) if a.denominator > 0 or b.denominator > 0
    ]
    a_top, a_bottom = _columns([a for a, _ in pairs])
    b_top, b_bottom = _columns([b for _, b in pairs])
    if not a_bottom.sum() or not b_bottom.sum():
        return None
    observed = float(b_top.sum() / b_bottom.sum() - a_top.sum() / a_bottom.sum())
    chosen = _resample(len(pairs), resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = b_top[chosen].sum(axis=1) / b_bottom[chosen].sum(axis=1)
        drawn -= a_top[chosen].sum(axis=1) / a_bottom[chosen].sum(axis=1)
    low, high = _middle(drawn)
    swaps = np.random.default_rng(SEED).random((permutations, len(pairs))) < 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        right = _mixed(swaps, a_top, b_top) / _mixed(swaps, a_bottom, b_bottom)
        left = _mixed(~swaps, a_top, b_top) / _mixed(~swaps, a_bottom, b_bottom)
    # A hair below the observed value: equal sums may differ in the last bit. A swap that leaves one
    # side without a denominator says nothing against "no difference", so it counts as extreme.
    extreme = int(np.count_nonzero(~(np.abs(right - left) < abs(observed) - 1e-12)))
    p = (extreme + 1) / (permutations + 1)
    return Difference(value=observed, low=low, high=high, p=p, n=len(pairs))


def _mixed(from_first: npt.NDArray[np.bool_], first: FloatArray, second: FloatArray) -> FloatArray:
    sums: FloatArray = np.where(from_first, first, second).sum(axis=1)
    return sums


def _columns(ratios: Sequence[Ratio]) -> tuple[FloatArray, FloatArray]:
    return (
        np.array([ratio.numerator for ratio in ratios], dtype=np.float64),
        np.array([ratio.denominator for ratio in ratios], dtype=np.float64),
    )


def _resample(n: int, resamples: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, n, size=(resamples, n))


def _middle(drawn: FloatArray) -> tuple[float, float]:
    edge = (1 - LEVEL) / 2
    low, high = np.nanquantile(drawn, [edge, 1 - edge])
    return float(low), float(high)
