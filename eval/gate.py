"""The gate: the dev split may not fall below the committed baseline by more than its interval.

`eval/baseline.json` holds each headline measure with its bootstrap interval. A measure fails where
its new value lies below the baseline's lower bound. The baseline changes only by
`stifinner eval baseline RUN --reason "…"`, so that the reason is part of the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import EvaluationError
from eval.runs import Run
from eval.scoring import HEADLINES
from eval.summary import EstimateJson

BASELINE = Path(__file__).parent / "baseline.json"
SET = "dev"


class Baseline(BaseModel):
    """`baseline.json`: the numbers to hold, and why they were last renewed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(min_length=10)
    renewed: date
    commit: str
    fingerprint: str
    question_set: str
    questions_sha256: str
    questions: int
    measures: dict[str, EstimateJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One headline measure against its baseline."""

    name: str
    value: float | None
    baseline: float
    floor: float
    passed: bool


def make_baseline(run: Run, reason: str, today: date) -> Baseline:
    """The baseline that a run sets.

    Raises:
        EvaluationError: the run is not of the dev set, has failures, or the reason says too little.
    """
    if run.meta.question_set != SET:
        raise EvaluationError(
            f"{run.meta.name} is a run of '{run.meta.question_set}'; the gate holds '{SET}' only"
        )
    if run.metrics.unanswered_by_run:
        raise EvaluationError(
            f"{run.meta.name} failed on {len(run.metrics.unanswered_by_run)} questions; "
            "mend that and run again"
        )
    if len(reason.strip()) < 10:
        raise EvaluationError("--reason: say in a sentence why the numbers may change")
    return Baseline(
        reason=reason.strip(),
        renewed=today,
        commit=run.meta.commit,
        fingerprint=run.meta.fingerprint,
        question_set=run.meta.question_set,
        questions_sha256=run.meta.questions_sha256,
        questions=run.metrics.questions,
        measures={name: m for name, m in run.metrics.measures.items() if name in HEADLINES},
    )


def write_baseline(baseline: Baseline, path: Path = BASELINE) -> None:
    """Write the baseline to be committed."""
    path.write_text(baseline.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_baseline(path: Path = BASELINE) -> Baseline:
    """The committed baseline.

    Raises:
        EvaluationError: there is none, or it cannot be read.
    """
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except FileNotFoundError as exc:
        raise EvaluationError(
            f'{path} is missing; `stifinner eval baseline RUN --reason "…"` writes it'
        ) from exc
    except ValidationError as exc:
        raise EvaluationError(f"{path}: {exc.errors()[0]['msg']}; renew the baseline") from exc


def judge_run(run: Run, baseline: Baseline) -> tuple[Verdict, ...]:
    """One verdict for each measure of the baseline; a measure that vanished fails.

    Raises:
        EvaluationError: the run asked other questions than the baseline's.
    """
    if run.meta.questions_sha256 != baseline.questions_sha256:
        raise EvaluationError(
            "the dev questions changed since the baseline was made; renew it with "
            '`stifinner eval baseline RUN --reason "…"`'
        )
    verdicts = []
    for name, held in baseline.measures.items():
        if held.value is None:
            continue
        found = run.metrics.measures.get(name)
        value = found.value if found else None
        # A single question has no interval; then no fall at all is allowed.
        floor = held.value if held.low is None else held.low
        verdicts.append(
            Verdict(
                name=name,
                value=value,
                baseline=held.value,
                floor=floor,
                passed=value is not None and value >= floor,
            )
        )
    return tuple(verdicts)
