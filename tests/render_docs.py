"""Renders the generated parts of docs/*.md: settings, commands, errors, measures, answers.

    python -m tests.render_docs

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. The parts that hold answers
need an index of the bundled documents; `STIFINNER_HOME` says where, and it is made if it is not
there.
"""

import inspect
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
AS_OF = date(2022, 6, 1)
EXAMPLE = "Hvem må godkjenne innsamling av helseopplysninger?"
SHOWN_PASSAGES = 2
SHOWN_CHARACTERS = 150
HELP_WIDTH = 96
STAFF_QUESTIONS = (
    "Hvilke tiltak har NTNU som samarbeidspartner og frist i 2012?",
    "Hvor mange strategier er det under mål 6?",
    "Hvem har ansvar for strategi 2.1 i næringsplanen, og når er fristen?",
    "Hvilke delmål har hovedmål 3 i samfunnsdelen?",
    "Kor mange tiltak har frist i 2011?",
    "Kva tiltak skal gjerast årleg?",
    "Kva tiltak har Avinor som partnar?",
    "Which measures have NHO as partner and a deadline in 2012?",
    "What has the municipality promised under strategy 2.4?",
    "How many measures have Innovasjon Norge as partner?",
)


def render(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """`text` with those generated parts renewed that `parts` can make."""

    def renewed(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in parts:
            return match.group()
        return f"{match.group(1)}{parts[name]().strip()}\n{match.group(4)}"

    return PART.sub(renewed, text)


def names_of_parts(text: str) -> list[str]:
    """The names of the generated parts of a page."""
    return [match.group(2) for match in PART.finditer(text)]


def settings_tables() -> str:
    from assistant.settings import AssistantSettings
    from corpus.settings import CorpusSettings
    from ingest.settings import IngestSettings

    lines: list[str] = []
    for kind in (CorpusSettings, IngestSettings, AssistantSettings):
        lines += [f"`[{kind.model_config['title']}]`", ""]
        lines += ["| Name | Variable | Default | Values | Meaning |", "|---|---|---|---|---|"]
        for name, field in kind.model_fields.items():
            cells = (
                f"`{name}`",
                f"`STIFINNER_{name.upper()}`",
                _default(name, field),
                _values(kind.model_json_schema()["properties"][name]),
                str(field.description),
            )
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _default(name: str, field: Any) -> str:
    if name == "home":
        return "the platform's user data folder"
    return "none" if field.default is None else f"`{field.default}`"


def _values(schema: Mapping[str, Any]) -> str:
    options = [schema, *schema.get("anyOf", ())]
    for option in options:
        if "enum" in option:
            return ", ".join(f"`{value}`" for value in option["enum"])
    bounds = {
        "minimum": "≥ {}",
        "exclusiveMinimum": "> {}",
        "maximum": "≤ {}",
        "exclusiveMaximum": "< {}",
    }
    found = [sign.format(schema[name]) for name, sign in bounds.items() if name in schema]
    kinds = {
        "integer": "whole number",
        "number": "number",
        "boolean": "`true`, `false`",
        "string": "text",
    }
    kind = next(kinds[option["type"]] for option in options if option.get("type") in kinds)
    return f"{kind} {', '.join(found)}" if found else kind


def commands() -> dict[str, click.Command]:
    """Every command by its full name, groups too."""
    from assistant.cli import cli

    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                assert found is not None
                yield from below(f"{name} {child}", found)

    return dict(below("stifinner", cli))


def command_help() -> str:
    lines: list[str] = []
    for name, command in commands().items():
        context = click.Context(
            command,
            info_name=name,
            terminal_width=HELP_WIDTH,
            max_content_width=HELP_WIDTH,
            help_option_names=["-h", "--help"],
        )
        command._help_option = None  # click keeps the one of whoever asked first in the process
        lines += [f"### `{name}`", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def error_table() -> str:
    from corpus import errors

    lines = ["| Error | When, and what to do |", "|---|---|"]
    for name, kind in vars(errors).items():
        if inspect.isclass(kind) and issubclass(kind, errors.StifinnerError):
            lines.append(f"| `{name}` | {' '.join((inspect.getdoc(kind) or '').split())} |")
    return "\n".join(lines)


def measure_table() -> str:
    from eval.scoring import MEASURES

    lines = ["| Measure | What it says | Headline |", "|---|---|---|"]
    lines += [f"| {m.name} | {m.meaning} | {'yes' if m.headline else ''} |" for m in MEASURES]
    return "\n".join(lines)


def question_counts() -> str:
    from eval.reference import REFERENCE_FOLDER, Language, QuestionKind, Split, load_questions

    questions = load_questions([REFERENCE_FOLDER])
    counts = Counter((q.kind, q.language) for q in questions)
    splits = Counter((q.kind, q.split) for q in questions)
    lines = ["| Kind | nb | nn | en | dev | test | All |", "|---|--:|--:|--:|--:|--:|--:|"]
    for kind in QuestionKind:
        cells = [counts[kind, language] for language in Language]
        cells += [splits[kind, split] for split in Split]
        cells.append(sum(counts[kind, language] for language in Language))
        lines.append(f"| {kind.value} | " + " | ".join(map(str, cells)) + " |")
    totals = [sum(q.language is language for q in questions) for language in Language]
    totals += [sum(q.split is split for q in questions) for split in Split]
    lines.append("| **all** | " + " | ".join(map(str, [*totals, len(questions)])) + " |")
    return "\n".join(lines)


def gold_counts() -> str:
    from eval.commitment_gold import load_gold

    rows = load_gold(sorted((ROOT / "eval" / "commitments").glob("*.jsonl")))
    counts = Counter(row.document_id for row in rows)
    parts = [f"{count} of `{name}`" for name, count in counts.items()]
    return f"{len(rows)} rows: {' and '.join(parts)}."


PLAIN_PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings_tables,
    "commands": command_help,
    "errors": error_table,
    "measures": measure_table,
    "question-counts": question_counts,
    "gold-counts": gold_counts,
}


def answer_parts(assistant: Any) -> dict[str, Callable[[], str]]:
    """The parts that hold answers of `assistant`."""
    return {
        "answer": lambda: answer_example(assistant),
        "staff-questions": lambda: staff_answers(assistant),
        "source-kinds": lambda: source_kinds(assistant),
    }


def answer_example(assistant: Any) -> str:
    """One answer as JSON, with fewer passages, and without what changes from run to run."""
    answer = assistant.ask(EXAMPLE, as_of=AS_OF, question_id="example").model_dump()
    answer["passages"] = [
        {**passage, "text": passage["text"][:SHOWN_CHARACTERS] + " …"}
        for passage in answer["passages"][:SHOWN_PASSAGES]
    ]
    answer["index"] = "snapshot id"
    answer["timings_ms"] = {"retrieve": 0, "answer": 0, "total": 0}
    return "```json\n" + json.dumps(answer, ensure_ascii=False, indent=1) + "\n```"


def staff_answers(assistant: Any) -> str:
    lines: list[str] = []
    for number, question in enumerate(STAFF_QUESTIONS, start=1):
        answer = assistant.ask(question, as_of=AS_OF)
        lines += [f"### {number}. {question}", "", answer.answer, ""]
        lines += [f"> {note.text}" for note in answer.notes if note.kind == "scope"]
        pages = [
            f"[{c.marker}] `{c.document_id}`" + (f" p. {c.page}" if c.page else "")
            for c in answer.citations
        ]
        lines += ["", f"Quotes: {', '.join(pages)}.", ""]
    return "\n".join(lines)


def source_kinds(assistant: Any) -> str:
    from corpus.commitment_kinds import SourceKind

    rows = assistant.index.register.commitments()
    counts = Counter(row.source_kind for row in rows)
    binding = {
        kind: ", ".join(sorted({r.modality.value for r in rows if r.source_kind == kind}))
        for kind in counts
    }
    lines = ["| Kind | Rows | Modality |", "|---|--:|---|"]
    lines += [f"| {k.value} | {counts[k.value]} | {binding.get(k.value, '')} |" for k in SourceKind]
    return "\n".join([*lines, f"| **all** | {len(rows)} | |"])


def main() -> None:
    os.environ.update(ANONYMIZED_TELEMETRY="False", LANGSMITH_TRACING="false", HF_HUB_OFFLINE="1")
    from assistant.build import open_assistant
    from assistant.settings import AssistantSettings
    from corpus.home import Home
    from corpus.settings import CorpusSettings, read_settings
    from ingest.cli import ingest_bundled

    settings = read_settings(CorpusSettings)
    if Home(settings.home).current_id() is None:
        ingest_bundled(settings)
    assistant = open_assistant(settings, read_settings(AssistantSettings))
    try:
        parts = {**PLAIN_PARTS, **answer_parts(assistant)}
        for path in sorted(DOCS.glob("*.md")):
            before = path.read_text(encoding="utf-8")
            after = render(before, parts)
            if after != before:
                path.write_text(after, encoding="utf-8")
                click.echo(f"{path.relative_to(ROOT)} renewed")
    finally:
        assistant.close()


if __name__ == "__main__":
    main()
