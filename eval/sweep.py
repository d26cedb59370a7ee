"""Many runs from one file: every combination of settings, one run folder each, one table.

# sweep.yaml
base: {k: 10}
grid:
  max_tokens: [200, 300, 400]
  use_questions: [true, false]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import EvaluationError
from eval.reference import Question, describe
from eval.runs import Run, run_questions, settings_text
from eval.scoring import HEADLINES
from eval.system import OpenSystem, SettingValue

TABLE = "sweep.md"
MAX_RUNS = 200


class SweepPlan(BaseModel):
    """A sweep file: settings by name; `base` holds in every run, `grid` is multiplied out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: dict[str, SettingValue] = {}
    grid: dict[str, list[SettingValue]] = Field(min_length=1)

    def combinations(self) -> list[dict[str, SettingValue]]:
        """The settings of each run, the last name of the grid changing fastest."""
        names = list(self.grid)
        return [
            {**self.base, **dict(zip(names, values, strict=True))}
            for values in itertools.product(*self.grid.values())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptRun:
    """One run of a sweep with the settings that were changed for it."""

    overrides: Mapping[str, SettingValue]
    run: Run


def read_plan(path: Path) -> SweepPlan:
    """Read a sweep file.

    Raises:
        EvaluationError: it is missing, not YAML, has an unknown field or too many combinations.
    """
    try:
        plan = SweepPlan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as exc:
        raise EvaluationError(f"{path}: there is no such file") from exc
    except yaml.YAMLError as exc:
        raise EvaluationError(f"{path} is not YAML: {str(exc).splitlines()[0]}") from exc
    except ValidationError as exc:
        raise EvaluationError(f"{path}, {'; '.join(describe(exc))}") from exc
    count = len(plan.combinations())
    if not 0 < count <= MAX_RUNS:
        raise EvaluationError(f"{path}: {count} combinations; a sweep has 1 to {MAX_RUNS}")
    return plan


def run_sweep(
    plan: SweepPlan,
    questions: Sequence[Question],
    folder: Path,
    *,
    question_set: str,
    open_system: OpenSystem,
    on_start: Callable[[Mapping[str, SettingValue]], None],
    on_answer: Callable[[str], None],
) -> tuple[SweptRun, ...]:
    """Run every combination below `folder`, resuming those begun, and write the table there."""
    swept = []
    for number, overrides in enumerate(plan.combinations(), start=1):
        on_start(overrides)
        with open_system(overrides) as system:
            run = run_questions(
                system,
                questions,
                folder / f"{number:03d}",
                question_set=question_set,
                on_answer=on_answer,
            )
        swept.append(SweptRun(overrides=overrides, run=run))
    (folder / TABLE).write_text(markdown(swept), encoding="utf-8")
    return tuple(swept)


def markdown(swept: Sequence[SweptRun]) -> str:
    """The runs as a Markdown table: settings, headline measures, latency; best value in bold."""
    names = [n for n in HEADLINES if any(n in one.run.metrics.measures for one in swept)]
    best = {name: max(_value(one.run, name) for one in swept) for name in names}
    lines = [
        "| Run | Settings | " + " | ".join(names) + " | p50 ms |",
        "|---|---|" + "--:|" * (len(names) + 1),
    ]
    for one in swept:
        cells = []
        for name in names:
            value = _value(one.run, name)
            cells.append(f"**{value:.3f}**" if value == best[name] else f"{value:.3f}")
        times = one.run.metrics.latency_ms
        shown = f"{times.p50:.0f}" if times else "–"
        settings = settings_text(one.overrides)
        lines.append(f"| {one.run.meta.name} | {settings} | {' | '.join(cells)} | {shown} |")
    return "\n".join(lines) + "\n"


def _value(run: Run, name: str) -> float:
    found = run.metrics.measures.get(name)
    return found.value if found and found.value is not None else 0.0
