"""What each part brings: the same questions to Stifinner with one part after another taken out.

    python -m eval.ablation [--set dev] [--into docs/evaluation.md]

Each variant (`eval.variants`) is a run of its own below the runs folder, so that a stopped ablation
goes on and `stifinner eval compare` shows any row question by question. Only rows are printed.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from corpus.errors import EvaluationError, StifinnerError
from eval.compare import compare_runs, significant
from eval.parts import write_part
from eval.provenance import short_commit
from eval.reference import REFERENCE_FOLDER, Question, Split, load_questions
from eval.runs import Run, run_questions
from eval.stifinner import Stifinner
from eval.variants import VARIANTS, Variant

PART = "ablation"
MEASURES = (
    "success@1",
    "success@5",
    "success@1000tokens",
    "MRR@10",
    "fact recall",
    "abstention recall",
)
ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One variant with its run."""

    variant: Variant
    run: Run


def ablate(
    stifinner: Stifinner,
    questions: Sequence[Question],
    folder: Path,
    *,
    question_set: str,
    variants: Sequence[Variant] = VARIANTS,
    on_variant: Callable[[Variant], None],
) -> tuple[Row, ...]:
    """Run every variant below `folder`, resuming those begun.

    Raises:
        EvaluationError: a question failed in one of them, or a run there is of other work.
    """
    rows = []
    for variant in variants:
        on_variant(variant)
        with stifinner.open(variant.settings, variant.build) as system:
            named = replace(system, settings={**system.settings, PART: variant.name})
            run = run_questions(
                named,
                questions,
                folder / variant.name,
                question_set=question_set,
                on_answer=lambda _: None,
            )
        if failed := run.metrics.unanswered_by_run:
            raise EvaluationError(f"{variant.name}: {len(failed)} questions failed, see the log")
        rows.append(Row(variant=variant, run=run))
    return tuple(rows)


def markdown(rows: Sequence[Row]) -> str:
    """The variants as a Markdown table; a star where a value differs from the first row's.

    Wrong refusals are answerable questions that were abstained from.
    """
    first = rows[0].run
    head = [*MEASURES, "wrong refusals"]
    lines = [f"| Variant | {' | '.join(head)} |", "|---|" + "--:|" * len(head)]
    for row in rows:
        changed = {m.name for m in compare_runs(first, row.run).measures if significant(m)}
        cells = [_cell(row.run, name, name in changed) for name in MEASURES]
        star = "*" if ANSWERED in changed else ""
        lines.append(f"| {row.variant.says} | {' | '.join(cells)} | {_refusals(row.run)}{star} |")
    meta = first.meta
    lines += [
        "",
        f"{first.metrics.questions} {meta.question_set} questions; \\* = p < 0.05 against the "
        f"first row (paired permutation test); commit `{short_commit(meta.commit)}`, "
        f"{meta.machine.processor}, {meta.machine.cores} cores.",
    ]
    return "\n".join(lines) + "\n"


def _cell(run: Run, name: str, changed: bool) -> str:
    found = run.metrics.measures.get(name)
    if found is None or found.value is None:
        return "–"
    return f"{found.value:.3f}{'*' if changed else ''}"


def _refusals(run: Run) -> str:
    answerable = [one for one in run.scored if one.question.answerable]
    refused = sum(one.answer is not None and not one.answer.answered for one in answerable)
    return f"{refused} / {len(answerable)}"


@click.command()
@click.option(
    "--set", "split", default="dev", show_default=True, type=click.Choice(["dev", "test"])
)
@click.option("--runs", "root", default=Path("runs"), show_default=True, type=Path)
@click.option("--fresh", is_flag=True, help="Remove the runs of an earlier ablation first.")
@click.option("--into", type=click.Path(exists=True, path_type=Path), help="Page to renew.")
def main(split: str, root: Path, fresh: bool, into: Path | None) -> None:
    """Take out one part after another and print what the others are worth without it."""
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    from eval.cli import served_stifinner

    questions = load_questions([REFERENCE_FOLDER], Split(split))
    folder = root / f"{PART}-{split}"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        rows = ablate(
            served_stifinner(),
            questions,
            folder,
            question_set=split,
            on_variant=lambda variant: click.echo(f"{variant.name}: {variant.says}", err=True),
        )
        table = markdown(rows)
        if into is not None:
            write_part(into, PART, table)
    except StifinnerError as exc:
        raise click.ClickException(str(exc)) from exc
    click.echo(table)


if __name__ == "__main__":
    main()
