"""What changed between two runs of the same questions: numbers with significance, then questions.

Runs are compared on the questions both were asked with the same gold; the rest is counted.
Questions of the test split are never shown one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.errors import EvaluationError
from eval.metrics import percentile
from eval.reference import Split
from eval.runs import Run
from eval.scoring import MEASURE_NAMES, ScoredQuestion
from eval.significance import Difference, Ratio, difference

SHOWN_MEASURES = ("MRR@10", "fact recall", "citation precision", "answered", "abstention recall")
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureChange:
    """One measure in both runs; `change` is None where it is undefined in either."""

    name: str
    before: float | None
    after: float | None
    change: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChange:
    """One dev question whose share in a shown measure differs."""

    question_id: str
    question: str
    measure: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Run B against run A. `left_out` counts questions that only one run asked the same way."""

    before: str
    after: str
    questions: int
    left_out: int
    settings: tuple[str, ...]
    measures: tuple[MeasureChange, ...]
    changed: tuple[QuestionChange, ...]
    hidden: int
    latency_ms: tuple[float, float] | None


def compare_runs(before: Run, after: Run) -> Comparison:
    """Compare two runs.

    Raises:
        EvaluationError: they have no question in common.
    """
    others = {one.question.id: one for one in after.scored}
    pairs = [
        (one, others[one.question.id])
        for one in before.scored
        if one.question.id in others and one.question == others[one.question.id].question
    ]
    if not pairs:
        raise EvaluationError(
            f"{before.meta.name} and {after.meta.name} have no question in common; "
            "compare runs of the same --set"
        )
    changes = [change for a, b in pairs for change in _changes(a, b)]
    shown = [c for a, c in changes if a.question.split is Split.DEV]
    return Comparison(
        before=before.meta.name,
        after=after.meta.name,
        questions=len(pairs),
        left_out=len(before.scored) + len(after.scored) - 2 * len(pairs),
        settings=_changed_settings(before, after),
        measures=tuple(_measure(name, pairs) for name in _present(pairs)),
        changed=tuple(sorted(shown, key=lambda c: (c.after - c.before, c.question_id))),
        hidden=len({a.question.id for a, _ in changes if a.question.split is not Split.DEV}),
        latency_ms=_median_latency(pairs),
    )


def significant(change: MeasureChange) -> bool:
    """Whether the change is unlikely (p < 0.05) if the runs were alike."""
    return change.change is not None and change.change.p < ALPHA


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown: settings, measures, then changed dev questions."""
    lines = [
        f"# {comparison.after} against {comparison.before}",
        "",
        f"{comparison.questions} questions in common, {comparison.left_out} left out. "
        f"* = p < {ALPHA} (paired permutation test); interval: 95 %, paired bootstrap.",
        "",
    ]
    if comparison.settings:
        lines += ["Settings that differ: " + "; ".join(comparison.settings) + ".", ""]
    lines += ["| Measure | Before | After | Change | Interval | p |", "|---|--:|--:|--:|--:|--:|"]
    lines += [_measure_row(measure) for measure in comparison.measures]
    if comparison.latency_ms:
        before, after = comparison.latency_ms
        lines += ["", f"Median latency {before:.0f} ms before, {after:.0f} ms after."]
    lines += ["", f"## Dev questions that changed ({len(comparison.changed)})", ""]
    lines += [
        f"- {c.question_id} {c.measure} {c.before:.2f} → {c.after:.2f}: {c.question}"
        for c in comparison.changed
    ]
    if comparison.hidden:
        lines += ["", f"{comparison.hidden} test questions changed too; they are not shown."]
    return "\n".join(lines) + "\n"


def _measure_row(measure: MeasureChange) -> str:
    before, after = _shown(measure.before), _shown(measure.after)
    if measure.change is None:
        return f"| {measure.name} | {before} | {after} | – | – | – |"
    found = measure.change
    star = "*" if significant(measure) else ""
    return (
        f"| {measure.name} | {before} | {after} | {found.value:+.3f}{star} "
        f"| {found.low:+.3f} … {found.high:+.3f} | {_p_text(found.p)} |"
    )


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


Pairs = Sequence[tuple[ScoredQuestion, ScoredQuestion]]


def _present(pairs: Pairs) -> list[str]:
    return [n for n in MEASURE_NAMES if any(n in a.ratios or n in b.ratios for a, b in pairs)]


def _measure(name: str, pairs: Pairs) -> MeasureChange:
    nothing = Ratio(numerator=0, denominator=0)
    before = [a.ratios.get(name, nothing) for a, _ in pairs]
    after = [b.ratios.get(name, nothing) for _, b in pairs]
    return MeasureChange(
        name=name,
        before=_value(before),
        after=_value(after),
        change=difference(before, after),
    )


def _value(ratios: Sequence[Ratio]) -> float | None:
    below = sum(ratio.denominator for ratio in ratios)
    return sum(ratio.numerator for ratio in ratios) / below if below else None


def _changes(
    before: ScoredQuestion, after: ScoredQuestion
) -> list[tuple[ScoredQuestion, QuestionChange]]:
    found = []
    for name in SHOWN_MEASURES:
        a, b = before.ratios.get(name), after.ratios.get(name)
        if a is None or b is None or not a.denominator or not b.denominator:
            continue
        was, now = a.numerator / a.denominator, b.numerator / b.denominator
        if was != now:
            change = QuestionChange(
                question_id=before.question.id,
                question=before.question.question,
                measure=name,
                before=was,
                after=now,
            )
            found.append((before, change))
    return found


def _changed_settings(before: Run, after: Run) -> tuple[str, ...]:
    a, b = before.meta.settings, after.meta.settings
    changed = [
        f"{name} {a.get(name, 'absent')} → {b.get(name, 'absent')}"
        for name in sorted(a.keys() | b.keys())
        if a.get(name, "absent") != b.get(name, "absent")
    ]
    if before.meta.fingerprint != after.meta.fingerprint:
        changed.append(f"index {before.meta.fingerprint} → {after.meta.fingerprint}")
    return tuple(changed)


def _median_latency(pairs: Pairs) -> tuple[float, float] | None:
    before = [a.answer.timings_ms.total for a, _ in pairs if a.answer]
    after = [b.answer.timings_ms.total for _, b in pairs if b.answer]
    if not before or not after:
        return None
    return percentile(before, 0.5), percentile(after, 0.5)
