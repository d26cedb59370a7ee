"""A run's numbers: every measure with its interval, the same by slice, and latency.

The pydantic models are the shape of `metrics.json` in a run folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from assistant.answers import AnswerJson
from eval.metrics import percentile
from eval.scoring import MEASURE_NAMES, SLICES, ScoredQuestion
from eval.significance import Estimate, estimate


class _Json(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EstimateJson(_Json):
    """A value with its 95 % bootstrap interval over `n` questions; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of(cls, found: Estimate) -> EstimateJson:
        """The JSON form, rounded to a precision that sampling noise cannot reach."""
        return cls(
            value=_rounded(found.value),
            low=_rounded(found.low),
            high=_rounded(found.high),
            n=found.n,
        )


class LatencyJson(_Json):
    """Milliseconds of a question, the `total` of its answer, over `n` answers."""

    p50: float
    p95: float
    longest: float
    n: int


class MetricsJson(_Json):
    """All of a run's numbers. `slices[slice][value][measure]`, e.g. language, nb, MRR@10."""

    questions: int
    unanswered_by_run: list[str]
    measures: dict[str, EstimateJson]
    slices: dict[str, dict[str, dict[str, EstimateJson]]]
    latency_ms: LatencyJson | None


def summarise(scored: Sequence[ScoredQuestion]) -> MetricsJson:
    """The numbers of a run. Questions that the run lacks are named and count as 0."""
    slices: dict[str, dict[str, dict[str, EstimateJson]]] = {}
    for name, values_of in SLICES.items():
        parts: dict[str, list[ScoredQuestion]] = {}
        for one in scored:
            for value in values_of(one.question):
                parts.setdefault(value, []).append(one)
        slices[name] = {value: measure_all(part) for value, part in sorted(parts.items())}
    return MetricsJson(
        questions=len(scored),
        unanswered_by_run=[one.question.id for one in scored if one.answer is None],
        measures=measure_all(scored),
        slices=slices,
        latency_ms=latency([one.answer for one in scored if one.answer is not None]),
    )


def measure_all(scored: Sequence[ScoredQuestion]) -> dict[str, EstimateJson]:
    """Each measure that applies to at least one of these questions, in the order of MEASURES."""
    found = {}
    for name in MEASURE_NAMES:
        ratios = [one.ratios[name] for one in scored if name in one.ratios]
        if ratios:
            found[name] = EstimateJson.of(estimate(ratios))
    return found


def latency(answers: Sequence[AnswerJson]) -> LatencyJson | None:
    """Latency of a run's answers; None if there are none."""
    totals = [answer.timings_ms.total for answer in answers]
    if not totals:
        return None
    return LatencyJson(
        p50=round(percentile(totals, 0.5), 1),
        p95=round(percentile(totals, 0.95), 1),
        longest=round(max(totals), 1),
        n=len(totals),
    )


def values(metrics: MetricsJson) -> Mapping[str, float]:
    """Each defined measure's value by name."""
    return {name: m.value for name, m in metrics.measures.items() if m.value is not None}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
