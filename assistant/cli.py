"""The command line. This module parses and prints; the work is done elsewhere.

Commands of the other folders (`ingest`, `eval`) come in by entry points, so that no folder has to
import another one for it. Each command imports what it needs when it runs: `ask` on a ready index
must answer within three seconds and therefore never loads torch or gradio.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.environment import SLEEPING_THREADS, loading, silence_telemetry
from corpus.errors import StifinnerError

if TYPE_CHECKING:
    from assistant.build import Assistant
    from corpus.records import DocumentInfo
    from corpus.register import Register
    from corpus.settings import CorpusSettings

COMMANDS = "stifinner.commands"
HOOKS = "stifinner.hooks"
# Chroma, Gradio and LangSmith read these when they are imported.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}
STATUSES = ("open", "done", "dropped", "unknown")
DAY = click.DateTime(formats=["%Y-%m-%d"])


class CommandGroup(click.Group):
    """Our own commands and those that installed packages offer under `stifinner.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(
            {*super().list_commands(ctx), *(e.name for e in entry_points(group=COMMANDS))}
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name; loaded only when it is called for."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for entry in entry_points(group=COMMANDS, name=cmd_name):
            command: click.Command = entry.load()
            return command
        return None


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stifinner")
@click.option("--verbose", is_flag=True, help="Log ids, counts and seconds to stderr.")
def cli(verbose: bool) -> None:
    """Cited answers from Trondheim's R&D and business strategies."""
    level = logging.INFO if verbose else logging.ERROR
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)  # a library may set its own logger to DEBUG, as bm25s does


def main() -> None:
    """Run the command line; a failure is one line on stderr and exit status 1."""
    for name, value in {**QUIET, **SLEEPING_THREADS}.items():
        os.environ.setdefault(name, value)
    silence_telemetry()
    try:
        cli.main(prog_name="stifinner", standalone_mode=False)
    except click.exceptions.Abort:
        _fail("Interrupted; nothing half-done is served.", 130)
    except click.ClickException as exc:
        exc.show(sys.stderr)
        sys.exit(exc.exit_code)
    except StifinnerError as exc:
        _fail(str(exc), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        place = f"{exc.filename}: " if exc.filename else ""
        _fail(f"{place}{exc.strerror or exc}; check the path and its permissions.", 1)


def _fail(message: str, status: int) -> None:
    click.echo("stifinner: " + " ".join(message.split()), err=True)
    sys.exit(status)


def hook(name: str) -> Callable[..., Any]:
    """A function that another folder offers under `stifinner.hooks`."""
    for entry in entry_points(group=HOOKS, name=name):
        function: Callable[..., Any] = entry.load()
        return function
    raise click.ClickException(f"The part '{name}' is not installed; run `pip install stifinner`.")


def _settings() -> CorpusSettings:
    from corpus.settings import CorpusSettings, read_settings

    return read_settings(CorpusSettings)


def _open(llm: str | None = None) -> Assistant:
    """The assistant; the bundled corpus is ingested first when nothing is indexed yet."""
    with loading():
        from corpus.home import Home

        corpus = _settings()
    if Home(corpus.home).current_id() is None:
        click.echo("Nothing is indexed yet: ingesting the bundled documents first.", err=True)
        hook("ingest_bundled")(corpus)
    with loading():
        from assistant.build import open_assistant
        from assistant.settings import AssistantSettings
        from corpus.settings import read_settings

        return open_assistant(corpus, read_settings(AssistantSettings), llm=llm)


def _open_register() -> tuple[Register, dict[str, DocumentInfo]]:
    """The register alone, for what needs no search: no model is loaded."""
    from corpus.home import Home
    from corpus.register import Register

    settings = _settings()
    home = Home(settings.home)
    if home.current_id() is None:
        click.echo("Nothing is indexed yet: ingesting the bundled documents first.", err=True)
        hook("ingest_bundled")(settings)
    register = Register(home.current())
    return register, {str(s.info.id): s.info for s in register.summaries()}


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()


def _check_documents(assistant: Assistant, ids: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in ids if name not in assistant.library.infos]
    if unknown:
        known = ", ".join(assistant.library.infos)
        raise click.BadParameter(f"no document '{unknown[0]}' is indexed; there are: {known}")
    return tuple(ids)


document_option = click.option(
    "--document", "documents", multiple=True, metavar="ID", help="Only this document; repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@cli.command()
@click.argument("question")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="Passages.")
@document_option
@click.option("--as-of", type=DAY, help="Judge validity as of this day (YYYY-MM-DD).")
@json_option
def search(
    question: str, k: int, documents: tuple[str, ...], as_of: datetime | None, as_json: bool
) -> None:
    """Show the best passages for a question."""
    assistant = _open()
    passages = assistant.search(question, k, _check_documents(assistant, documents))
    if as_json:
        click.echo(json.dumps([p.model_dump() for p in passages], ensure_ascii=False, indent=2))
    else:
        from assistant.printing import print_passages

        print_passages(assistant, passages, _day(as_of))


@cli.command()
@click.argument("question", required=False)
@click.option("--after", multiple=True, metavar="QUESTION", help="An earlier question; repeatable.")
@document_option
@click.option("--as-of", type=DAY, help="Judge validity as of this day (YYYY-MM-DD).")
@click.option("--llm", metavar="SPEC", help="Chat model, e.g. openai:gpt-4.1-mini.")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="Passages.")
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Questions as lines {"id", "question", "history"}.',
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Answers as lines.")
@json_option
def ask(
    question: str | None,
    after: tuple[str, ...],
    documents: tuple[str, ...],
    as_of: datetime | None,
    llm: str | None,
    k: int,
    batch: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Answer a question with cited passages."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give a question, or --batch IN.jsonl --out OUT.jsonl.")
    if batch is not None:
        from assistant.batch import answer_batch, read_batch

        if out is None:
            raise click.UsageError("--batch needs --out OUT.jsonl.")
        questions = read_batch(batch)
        assistant = _open(llm)
        ids = _check_documents(assistant, documents)
        failed = answer_batch(assistant, questions, out, k, ids, _day(as_of))
        if failed:
            _fail(f"{failed} of {len(questions)} questions failed; see {out}.", 1)
        return
    assert question is not None
    assistant = _open(llm)
    answer = assistant.ask(question, after, _check_documents(assistant, documents), _day(as_of), k)
    if as_json:
        click.echo(answer.model_dump_json(indent=2))
    else:
        from assistant.printing import print_answer

        print_answer(answer)


@cli.command()
@click.option("--text", is_flag=True, help="With --json: each document's stored text.")
@click.option("--diff", metavar="ID", help="Show what repair changed in a document.")
@click.option("--suggest", metavar="PATH", help="Propose a manifest entry for a file or URL.")
@click.option("--as-of", type=DAY, help="Judge validity as of this day (YYYY-MM-DD).")
@json_option
def documents(
    text: bool, diff: str | None, suggest: str | None, as_of: datetime | None, as_json: bool
) -> None:
    """List the documents with their status and validity."""
    if suggest is not None:
        click.echo(hook("suggest")(suggest))
        return
    from assistant.printing import document_rows, print_documents

    assistant = _open()
    if diff is not None:
        _check_documents(assistant, (diff,))
        click.echo(hook("diff")(assistant.library.document(diff)))
        return
    rows = document_rows(assistant, _day(as_of) or date.today(), with_text=text)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print_documents(rows)


@cli.command()
@document_option
@click.option("--goal", metavar="N", help="Goal number, or words of the goal.")
@click.option("--strategy", metavar="N.N", help="Strategy number, or several with commas between.")
@click.option("--responsible", metavar="X", help="Who answers for it, by any of its names.")
@click.option("--partner", metavar="X", help="Who takes part, by any of its names.")
@click.option("--actor", metavar="X", help="Responsible or partner, by any of its names.")
@click.option("--due", metavar="X", help="Deadline: a year, or yearly, monthly, continuous.")
@click.option("--text", metavar="WORDS", help="Words of measure, strategy or indicator.")
@click.option(
    "--modality",
    type=click.Choice(["must", "will", "should", "expected"]),
    help="How binding the wording is.",
)
@click.option("--weak", is_flag=True, help="Also sentences with skal, vil or bør in running text.")
@click.option(
    "--status",
    type=click.Choice(STATUSES),
    help="How it stands by its notes; unknown without one.",
)
@click.option("--count", is_flag=True, help="Print only the number of rows.")
@click.option(
    "--group-by",
    type=click.Choice(["responsible", "partner", "when", "goal"]),
    help="Print numbers of rows by a column.",
)
@click.option(
    "--format",
    "shape",
    default="table",
    show_default=True,
    type=click.Choice(["table", "json", "csv", "xlsx"]),
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@click.option("--ids", is_flag=True, help="Show ids in the table.")
@click.option("--notes", "with_notes", is_flag=True, help="Show what is noted; not in the JSON.")
@click.option(
    "--note",
    nargs=2,
    type=(str, click.Choice(STATUSES)),
    metavar="ID STATUS",
    help="Note how a commitment stands: open, done, dropped or unknown.",
)
@click.option("--by", metavar="WHO", help="With --note: who says so.")
@click.option("--source", metavar="TEXT", help="With --note: where that is written.")
def commitments(
    documents: tuple[str, ...],
    goal: str | None,
    strategy: str | None,
    responsible: str | None,
    partner: str | None,
    actor: str | None,
    due: str | None,
    text: str | None,
    modality: str | None,
    weak: bool,
    status: str | None,
    count: bool,
    group_by: str | None,
    shape: str,
    out: Path | None,
    ids: bool,
    with_notes: bool,
    note: tuple[str, str] | None,
    by: str | None,
    source: str | None,
) -> None:
    """List who promised what, with whom, by when; note how it stands."""
    from assistant.commitment_query import CommitmentQuery, select
    from assistant.commitment_tables import Grouping, count_by
    from assistant.printing import print_counts, write_commitments
    from corpus.commitment_notes import CommitmentNoteStore, Status
    from corpus.home import Home

    if note is not None:
        _note(*note, by=by or "", source=source or "")
        return
    if by is not None or source is not None:
        raise click.UsageError("--by and --source need --note ID STATUS.")
    if shape == "xlsx" and out is None:
        raise click.UsageError("--format xlsx needs --out FILE.xlsx.")
    register, infos = _open_register()
    unknown = [name for name in documents if name not in infos]
    if unknown:
        known = ", ".join(infos)
        raise click.BadParameter(f"no document '{unknown[0]}' is indexed; there are: {known}")
    query = CommitmentQuery(
        documents=documents,
        goal=goal,
        strategy=strategy,
        responsible=responsible,
        partner=partner,
        actor=actor,
        due=due,
        text=text,
        modality=modality,
        weak=weak,
    )
    everything = register.commitments()
    rows = select(everything, query)
    notes = None
    if with_notes or status is not None:
        notes = CommitmentNoteStore(Home(_settings().home).user_file).match(everything)
    if notes is not None and status is not None:
        rows = notes.with_status(rows, Status(status))
    if count:
        click.echo(len(rows))
    elif group_by is not None:
        print_counts(count_by(rows, Grouping(group_by)), as_json=shape == "json")
    else:
        shown = notes if with_notes else None
        write_commitments(rows, shape, out, infos, notes=shown, with_ids=ids)


def _note(commitment_id: str, status: str, *, by: str, source: str) -> None:
    from corpus.commitment_notes import CommitmentNoteStore, Status
    from corpus.home import Home

    rows = _open_register()[0].commitments()
    row = next((row for row in rows if row.id == commitment_id), None)
    if row is None:
        raise click.BadParameter(
            f"no commitment has the id '{commitment_id}'; `stifinner commitments --ids` shows them",
            param_hint="--note",
        )
    store = CommitmentNoteStore(Home(_settings().home).user_file)
    store.add(row, Status(status), by=by, source=source, register=rows)
    click.echo(f"Noted as {status}: {row.measure}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(1, 65535))
@click.option("--llm", metavar="SPEC", help="Chat model, e.g. openai:gpt-4.1-mini.")
def serve(host: str, port: int, llm: str | None) -> None:
    """Serve the chat page."""
    assistant = _open(llm)
    # What the first question needs is loaded while the page is.
    threading.Thread(target=assistant.signal_reader.prepare, daemon=True).start()
    with loading():
        from assistant.ui.app import serve_page

    serve_page(assistant, host=host, port=port)


@cli.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check what is installed, indexed and reachable, and say what to do."""
    from assistant.doctor import examine, print_findings

    findings = examine(_settings())
    if as_json:
        click.echo(json.dumps([f.as_row() for f in findings], ensure_ascii=False, indent=2))
    else:
        print_findings(findings)
    lacking = [finding.name for finding in findings if finding.needed and not finding.fine]
    if lacking:
        _fail(f"Not ready: {', '.join(lacking)}; see what to do above.", 1)
