"""`stifinner eval …`: parses and prints; the work is done in the other modules."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from corpus.errors import EvaluationError

if TYPE_CHECKING:
    from corpus.records import DocumentId
    from eval.candidates import Candidates
    from eval.reference import Question
    from eval.runs import Run
    from eval.stifinner import Stifinner
    from eval.system import SettingValue

RUNS = Path("runs")
REPORT = "report.html"
TABLE = "report.md"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
runs_option = click.option(
    "--runs",
    "root",
    default=RUNS,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the runs.",
)
set_option = click.option(
    "--set",
    "chosen",
    default="dev",
    show_default=True,
    metavar="dev|test|all|PATH",
    help="Bundled split, or a jsonl, xlsx or csv file or folder of your own.",
)


@click.group(name="eval")
def eval_group() -> None:
    """Measure the answers: reference questions, runs, reports, comparison."""


@eval_group.command("run")
@set_option
@click.option("--name", help="Name of the run; the set and the time if not given.")
@click.option("--config", type=FILE, help="A sweep file: base and grid of settings.")
@click.option("--no-expansions", is_flag=True, help="Without the questions beside passages.")
@click.option("--fresh", is_flag=True, help="Remove an earlier run of this name first.")
@runs_option
def run_command(
    chosen: str, name: str | None, config: Path | None, no_expansions: bool, fresh: bool, root: Path
) -> None:
    """Ask a set of questions and measure the answers; a stopped run goes on."""
    from eval.runs import META, run_folder, run_questions
    from eval.sweep import TABLE as SWEEP_TABLE
    from eval.sweep import read_plan, run_sweep

    # An index that never had them: with `use_questions` the refusal still knows their words.
    overrides: dict[str, SettingValue] = {"expansions": "none"} if no_expansions else {}
    stifinner = served_stifinner()
    folder = run_folder(root, name or f"{Path(chosen).stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    if fresh and ((folder / META).exists() or any(folder.glob(f"*/{META}"))):
        shutil.rmtree(folder)
    if config is not None:
        plan = read_plan(config)
        plan = plan.model_copy(update={"base": {**plan.base, **overrides}})
        for combination in plan.combinations():  # a wrong value now, not after hours
            stifinner.check(combination)
        questions = _questions(chosen, stifinner)
        with _progress(len(questions) * len(plan.combinations())) as (bar, task):
            run_sweep(
                plan,
                questions,
                folder,
                question_set=_set_name(chosen),
                open_system=stifinner.open,
                on_start=lambda settings: bar.update(task, description=_settings(settings)),
                on_answer=lambda _: bar.advance(task),
            )
        click.echo((folder / SWEEP_TABLE).read_text(encoding="utf-8"))
        return
    questions = _questions(chosen, stifinner)
    with stifinner.open(overrides) as system, _progress(len(questions)) as (bar, task):
        run = run_questions(
            system,
            questions,
            folder,
            question_set=_set_name(chosen),
            on_answer=lambda _: bar.advance(task),
        )
    _print_run(run)


@eval_group.command("report")
@click.argument("run")
@runs_option
def report_command(run: str, root: Path) -> None:
    """Write RUN as one HTML page and print its table for the README."""
    from eval.report import markdown_table, write_report

    found = _load(run, root)
    write_report(found, found.folder / REPORT)
    table = markdown_table(found)
    (found.folder / TABLE).write_text(table, encoding="utf-8")
    click.echo(table)
    click.echo(f"{found.folder / REPORT}", err=True)


@eval_group.command("compare")
@click.argument("before")
@click.argument("after")
@runs_option
def compare_command(before: str, after: str, root: Path) -> None:
    """Show what changed from run BEFORE to run AFTER, with significance."""
    from eval.compare import compare_runs, markdown

    click.echo(markdown(compare_runs(_load(before, root), _load(after, root))))


@eval_group.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check_command(paths: tuple[Path, ...]) -> None:
    """Prove that every gold quote stands in the stored text of its document."""
    from eval.reference import (
        REFERENCE_FOLDER,
        check_independence,
        check_questions,
        load_questions,
    )

    questions = load_questions(paths or [REFERENCE_FOLDER])
    stifinner = served_stifinner()
    texts = _texts(stifinner)
    beside = stifinner.questions_beside()
    problems = (*check_questions(questions, texts), *check_independence(questions, beside))
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise EvaluationError(f"{len(problems)} problems in {len(questions)} questions")
    quotes = sum(len(question.gold) for question in questions)
    click.echo(f"{len(questions)} questions, {quotes} gold quotes: all stand in their documents.")


@eval_group.command("gate")
@click.argument("run", required=False)
@runs_option
def gate_command(run: str | None, root: Path) -> None:
    """Fail if a headline measure fell below the baseline; asks the dev set unless RUN is given."""
    from eval.gate import SET, judge_run, read_baseline
    from eval.runs import run_questions

    baseline = read_baseline()
    if run is not None:
        found = _load(run, root)
    else:
        folder = root / "gate"
        shutil.rmtree(folder, ignore_errors=True)
        stifinner = served_stifinner()
        questions = _questions(SET, stifinner)
        with stifinner.open({}) as system, _progress(len(questions)) as (bar, task):
            found = run_questions(
                system,
                questions,
                folder,
                question_set=SET,
                on_answer=lambda _: bar.advance(task),
            )
    verdicts = judge_run(found, baseline)
    for verdict in verdicts:
        value = "–" if verdict.value is None else f"{verdict.value:.3f}"
        state = "ok  " if verdict.passed else "FELL"
        click.echo(
            f"{state} {verdict.name}: {value} (baseline {verdict.baseline:.3f}, "
            f"floor {verdict.floor:.3f})"
        )
    if failed := found.metrics.unanswered_by_run:
        raise EvaluationError(f"{len(failed)} questions failed: {', '.join(failed[:10])}")
    fallen = [verdict.name for verdict in verdicts if not verdict.passed]
    if fallen:
        raise EvaluationError(f"below the baseline: {', '.join(fallen)}")


@eval_group.command("baseline")
@click.argument("run")
@click.option("--reason", required=True, help="Why the numbers may change; kept in the file.")
@runs_option
def baseline_command(run: str, reason: str, root: Path) -> None:
    """Make RUN the baseline of the gate, to be committed with the reason."""
    from eval.gate import BASELINE, make_baseline, write_baseline

    write_baseline(make_baseline(_load(run, root), reason, datetime.now(UTC).date()))
    click.echo(f"{BASELINE} renewed; commit it with the message: Renew baseline: {reason}")


@eval_group.command("norquad")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default="dev", show_default=True, type=click.Choice(["dev", "train"]))
@click.option("--limit", type=click.IntRange(1), help="Only the first so many questions.")
def norquad_command(path: Path, split: str, limit: int | None) -> None:
    """Measure open retrieval and extraction on the NorQuAD files in PATH."""
    from eval.norquad import Norquad, load_norquad, markdown, run_norquad

    norquad = load_norquad(path, split)
    if limit is not None:
        norquad = Norquad(documents=norquad.documents, questions=norquad.questions[:limit])
    sources = [document.to_source() for document in norquad.documents]
    with (
        served_stifinner().index(sources) as system,
        _progress(len(norquad.questions)) as (bar, task),
    ):
        scores = run_norquad(system.answerer, norquad, lambda _: bar.advance(task))
    click.echo(markdown(scores))
    if scores.failures:
        raise EvaluationError(f"{len(scores.failures)} questions failed; see the log above")


@eval_group.command("template")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def template_command(out: Path) -> None:
    """Write a table (.xlsx or .csv) to fill in with your own questions."""
    from eval.tables import write_template

    _refuse_existing(out)
    with served_stifinner().open({}) as system:
        write_template(out, list(system.documents))
    click.echo(f"{out}")


@eval_group.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl file.")
def import_command(file: Path, out: Path | None) -> None:
    """Check a table of your own questions and write it as a question file."""
    from eval.reference import REFERENCE_FOLDER, write_questions

    target = out or file.with_suffix(".jsonl")
    _refuse_existing(target)
    if target.resolve().is_relative_to(REFERENCE_FOLDER.resolve()):
        raise EvaluationError(
            "the bundled reference set is not written to; give a file of your own"
        )
    questions = _from_table(file, served_stifinner())
    write_questions(target, questions)
    accepted = _candidates().accept([question.id for question in questions], str(target))
    click.echo(f"{len(questions)} questions written to {target}; measure them with --set {target}")
    if accepted:
        click.echo(f"{accepted} candidates from the chat are now marked as accepted.")


@eval_group.group("candidates")
def candidates_group() -> None:
    """Review questions that came as feedback from the chat."""


@candidates_group.command("list")
def list_candidates() -> None:
    """Show the candidates that nobody has reviewed yet."""
    waiting = _candidates().waiting()
    for candidate in waiting:
        verdict = "helpful" if candidate.helpful else "not helpful"
        comment = f": {candidate.comment}" if candidate.comment else ""
        click.echo(f"{candidate.id}  {candidate.question}  ({verdict}{comment})")
    click.echo(f"{len(waiting)} waiting", err=True)


@candidates_group.command("export")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export_candidates(out: Path) -> None:
    """Write waiting candidates as a table to complete; `eval import` takes it back."""
    from eval.candidates import table_rows
    from eval.tables import write_table

    _refuse_existing(out)
    waiting = _candidates().waiting()
    if not waiting:
        raise EvaluationError("no candidate waits: nobody gave feedback since the last review")
    with served_stifinner().open({}) as system:
        write_table(out, list(system.documents), table_rows(waiting))
    click.echo(f"{len(waiting)} candidates written to {out}")


@candidates_group.command("reject")
@click.argument("candidate_id")
@click.option("--reason", required=True, help="Why it makes no reference question.")
def reject_candidate(candidate_id: str, reason: str) -> None:
    """Mark a candidate as rejected."""
    _candidates().reject(candidate_id, reason)


@eval_group.command("judge")
@click.argument("run")
@click.option("--llm", required=True, metavar="SPEC", help="The judge, as provider:name.")
@click.option("--window", type=click.IntRange(500), help="Largest input of the judge, in tokens.")
@runs_option
def judge_command(run: str, llm: str, window: int | None, root: Path) -> None:
    """Let a chat model grade faithfulness and correctness of RUN's answers."""
    from assistant.generation import make_chat_model
    from assistant.settings import AssistantSettings
    from corpus.settings import read_settings
    from eval.judge import Judge, judge_run, markdown

    found = _load(run, root)
    judge = Judge(make_chat_model(read_settings(AssistantSettings), llm), llm, window)
    with _progress(len(found.scored)) as (bar, task):
        outcome = judge_run(judge, found, lambda _: bar.advance(task))
    click.echo(markdown(outcome))
    if outcome.failures:
        raise EvaluationError(f"{len(outcome.failures)} answers could not be graded; run again")


def _refuse_existing(path: Path) -> None:
    if path.exists():  # it may hold somebody's work
        raise EvaluationError(f"{path} exists; name another file with --out")


def _candidates() -> Candidates:
    from corpus.settings import CorpusSettings, read_settings
    from eval.candidates import FOLDER, Candidates

    return Candidates(read_settings(CorpusSettings).home / FOLDER)


def served_stifinner() -> Stifinner:
    """The real system on the served index; the bundled documents are indexed if none is."""
    from assistant.cli import hook
    from corpus.home import Home
    from corpus.settings import CorpusSettings, read_settings
    from eval.stifinner import Stifinner

    corpus = read_settings(CorpusSettings)
    if Home(corpus.home).current_id() is None:
        click.echo("Nothing is indexed yet: ingesting the bundled documents first.", err=True)
        hook("ingest_bundled")(corpus)
    return Stifinner(corpus, lambda settings, sources: hook("ingest_sources")(settings, sources))


def _questions(chosen: str, stifinner: Stifinner) -> tuple[Question, ...]:
    from eval.reference import REFERENCE_FOLDER, Split, check_questions, load_questions

    if chosen == "all":
        return load_questions([REFERENCE_FOLDER])
    if chosen in ("dev", "test"):
        return load_questions([REFERENCE_FOLDER], Split(chosen))
    path = Path(chosen)
    if not path.exists():
        raise EvaluationError(f"--set {chosen}: no such file, and the sets are dev, test and all")
    if path.is_file():
        return _from_table(path, stifinner)
    questions = load_questions([path])
    problems = check_questions(questions, _texts(stifinner))
    for problem in problems:
        click.echo(f"{path.name}, {problem}", err=True)
    if problems:
        raise EvaluationError(f"{len(problems)} problems in {path.name}; nothing was asked")
    return questions


def _set_name(chosen: str) -> str:
    """The set as it is recorded: a split's name, or a file's without its folder."""
    return chosen if chosen in ("dev", "test", "all") else Path(chosen).name


def _from_table(path: Path, stifinner: Stifinner) -> tuple[Question, ...]:
    from eval.tables import read_table

    reading = read_table(path, _texts(stifinner))
    for problem in reading.problems:
        click.echo(f"{path.name}, {problem}", err=True)
    if reading.problems:
        raise EvaluationError(f"{len(reading.problems)} problems in {path.name}; nothing was done")
    return reading.questions


def _texts(stifinner: Stifinner) -> dict[DocumentId, str]:
    with stifinner.open({}) as system:
        return {name: document.text for name, document in system.documents.items()}


def _load(run: str, root: Path) -> Run:
    from eval.runs import load_run, run_folder

    folder = Path(run) if Path(run).is_dir() else run_folder(root, run)
    return load_run(folder)


def _print_run(run: Run) -> None:
    from eval.report import markdown_table

    click.echo(markdown_table(run))
    click.echo(f"{run.folder}", err=True)
    if run.metrics.unanswered_by_run:
        names: Sequence[str] = run.metrics.unanswered_by_run
        raise EvaluationError(f"{len(names)} questions failed: {', '.join(names[:10])}")


@contextmanager
def _progress(total: int) -> Iterator[tuple[Progress, TaskID]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        yield bar, bar.add_task("questions", total=total)


def _settings(settings: Mapping[str, SettingValue]) -> str:
    from eval.runs import settings_text

    return settings_text(settings)
