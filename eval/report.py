"""A run as one self-contained HTML page, and its headline numbers as a Markdown table.

The page loads nothing from anywhere: styles and plotly.js stand in it. Text from documents and
questions is escaped by the template; only the plots, which we make, go in as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from eval import figures, judge
from eval.diagnosis import Miss, worst_questions
from eval.provenance import short_commit
from eval.runs import Run, settings_text
from eval.scoring import HEADLINES, MEASURES, SLICES
from eval.summary import EstimateJson

TEMPLATES = Path(__file__).parent / "templates"
WORST_SHOWN = 30
PASSAGES_SHOWN = 5
SLICE_MEASURES = (
    "success@1",
    "success@5",
    "recall@10",
    "MRR@10",
    "nDCG@10",
    "fact recall",
    "citation precision",
    "citation recall",
    "answered",
    "abstention recall",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPassage:
    """A retrieved passage beside a miss; `gold` says whether it holds a gold quote."""

    rank: int
    document_id: str
    page: int | None
    section: str
    text: str
    score: float
    gold: bool


def write_report(run: Run, path: Path) -> None:
    """Write the run's HTML page."""
    path.write_text(html_report(run), encoding="utf-8")


def html_report(run: Run) -> str:
    """The run's HTML page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["estimate"] = estimate_text
    return environment.get_template("report.html.j2").render(
        run=run,
        settings=settings_text(run.meta.settings),
        measures=[m for m in MEASURES if m.name in run.metrics.measures],
        slices={name: run.metrics.slices.get(name, {}) for name in SLICES},
        slice_measures=[n for n in SLICE_MEASURES if n in run.metrics.measures],
        plots=[Markup(plot) for plot in _plots(run)],
        plotly=Markup(figures.plotly_script()),
        judged=judge.outcome_of(run),
        mean_grade=judge.mean_grade,
        ungraded_text=judge.ungraded_text,
        misses=[(miss, shown_passages(miss)) for miss in worst_questions(run.scored, WORST_SHOWN)],
    )


def shown_passages(miss: Miss) -> tuple[ShownPassage, ...]:
    """The first passages that were retrieved for a missed question."""
    answer = miss.scored.answer
    if answer is None:
        return ()
    return tuple(
        ShownPassage(
            rank=passage.rank,
            document_id=passage.document_id,
            page=passage.page,
            section=" › ".join(passage.section),
            text=passage.text,
            score=passage.score,
            gold=bool(golds),
        )
        for passage, golds in zip(answer.passages[:PASSAGES_SHOWN], miss.scored.held, strict=False)
    )


def markdown_table(run: Run) -> str:
    """The headline measures as a Markdown table for the README, with n and what made them."""
    metrics = run.metrics
    lines = ["| Measure | Value | 95 % interval | n |", "|---|--:|--:|--:|"]
    for name in HEADLINES:
        if name in metrics.measures:
            found = metrics.measures[name]
            lines.append(f"| {name} | {_number(found.value)} | {_interval(found)} | {found.n} |")
    if metrics.latency_ms:
        p50, p95 = metrics.latency_ms.p50, metrics.latency_ms.p95
        lines.append(f"| latency p50 / p95 | {p50:.0f} / {p95:.0f} ms | | {metrics.latency_ms.n} |")
    machine = run.meta.machine
    lines += [
        "",
        f"{metrics.questions} {run.meta.question_set} questions, "
        f"{len(metrics.unanswered_by_run)} failed; index `{run.meta.fingerprint}`, commit "
        f"`{short_commit(run.meta.commit)}`, {run.meta.started:%Y-%m-%d}, {machine.processor}, "
        f"{machine.cores} cores.",
    ]
    return "\n".join(lines) + "\n"


def estimate_text(found: EstimateJson | None) -> str:
    """A value with its interval and n, as `0.71 (0.64–0.78, n=120)`; a dash if undefined."""
    if found is None or found.value is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{found.value:.2f} (n={found.n})"
    return f"{found.value:.2f} ({found.low:.2f}–{found.high:.2f}, n={found.n})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(found: EstimateJson) -> str:
    return "–" if found.low is None else f"{_number(found.low)} – {_number(found.high)}"


def _plots(run: Run) -> list[str]:
    metrics = run.metrics
    totals = [one.answer.timings_ms.total for one in run.scored if one.answer]
    plots = [figures.headline_figure(metrics.measures, HEADLINES)]
    if "success@1" in metrics.measures:
        plots += [
            figures.cut_figure(metrics),
            figures.slice_figure(metrics, "kind", "success@5"),
            figures.slice_figure(metrics, "document", "MRR@10"),
        ]
    if "fact recall" in metrics.measures:
        plots.append(figures.slice_figure(metrics, "kind", "fact recall"))
    return [*plots, figures.latency_figure(totals)] if totals else plots
