"""Answers, passages and documents as people read them in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant import frames
from assistant.answers import AnswerJson, PassageJson
from assistant.commitment_query import command_line
from assistant.commitment_tables import (
    NOTE_COLUMNS,
    as_json,
    note_cells,
    write_csv,
    write_xlsx,
)
from assistant.validity import validity_notes, validity_of
from corpus.commitment_notes import MatchedNotes
from corpus.records import Commitment, DocumentInfo

if TYPE_CHECKING:
    from assistant.build import Assistant


def print_answer(answer: AnswerJson) -> None:
    """The answer, its sources with quotes, and the notes."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(answer.answer, markup=False)
    if answer.citations:
        console.print()
    for citation in answer.citations:
        place = ", ".join(
            part
            for part in (
                citation.title,
                " › ".join(citation.section[-2:]),
                f"s. {citation.page}" if citation.page is not None else "",
                citation.publisher,
                citation.status,
            )
            if part
        )
        console.print(f"[{citation.marker}] {place}", markup=False, style="bold")
        console.print(f"    «{' '.join(citation.quote.split())}»", markup=False)
    for note in answer.notes:
        console.print(f"! {note.text}", markup=False, style="yellow")
    if answer.register_query is not None:
        command = command_line(answer.register_query) + " --format xlsx --out tiltak.xlsx"
        text = frames.REGISTER_EXPORT[answer.language].format(command=command)
        console.print(text, markup=False)


def print_passages(
    assistant: Assistant, passages: Sequence[PassageJson], as_of: date | None
) -> None:
    """Ranked passages with their places, then notes on the documents' validity."""
    console = Console(highlight=False, soft_wrap=True)
    for passage in passages:
        info = assistant.library.info(passage.document_id)
        page = f", s. {passage.page}" if passage.page is not None else ""
        section = " › ".join(passage.section[-2:])
        console.print(
            f"{passage.rank}. {info.title}{page} – {section} ({passage.score:.2f})",
            markup=False,
            style="bold",
        )
        console.print("   " + " ".join(passage.text.split()), markup=False)
    infos = [assistant.library.info(passage.document_id) for passage in passages]
    for note in validity_notes(infos, as_of or date.today(), "nb"):
        console.print(f"! {note}", markup=False, style="yellow")


def document_rows(assistant: Assistant, as_of: date, *, with_text: bool) -> list[dict[str, Any]]:
    """One JSON-ready row a document."""
    rows = []
    for summary in assistant.index.register.summaries():
        info = summary.info
        row: dict[str, Any] = {
            "document_id": info.id,
            "title": info.title,
            "publisher": info.publisher,
            "kind": info.kind.value,
            "status": info.status.value,
            "adopted": _iso(info.adopted),
            "published": _iso(info.published),
            "updated": _iso(info.updated),
            "valid_from": _iso(info.valid_from),
            "valid_to": _iso(info.valid_to),
            "replaces": info.replaces,
            "replaced_by": info.replaced_by,
            "language": info.language,
            "url": info.source_url,
            "sha256": info.sha256,
            "file": info.file,
            "as_of": as_of.isoformat(),
            "validity": validity_of(info, as_of).force.value,
            "pages": summary.pages,
            "passages": summary.passages,
            "commitments": summary.commitments,
            "repairs": summary.repairs,
            "characters": summary.characters,
        }
        if with_text:
            document = assistant.library.document(str(info.id))
            row["text"] = document.text
            row["page_spans"] = [
                {"start": span.start, "end": span.end, "page": span.number}
                for span in document.pages
            ]
        rows.append(row)
    return rows


def print_documents(rows: Sequence[Mapping[str, Any]]) -> None:
    """The documents as a table."""
    table = Table(
        Column("id", no_wrap=True),  # to be copied
        *("title", "kind", "status", "validity", "pages", "passages", "commitments", "repairs"),
    )
    for row in rows:
        table.add_row(
            row["document_id"],
            row["title"],
            row["kind"],
            row["status"],
            f"{row['validity']} ({row['as_of']})",
            *(str(row[name]) for name in ("pages", "passages", "commitments")),
            str(sum(row["repairs"].values())),
        )
    Console(highlight=False).print(table)


def print_counts(counts: Sequence[tuple[str, int]], *, as_json: bool) -> None:
    """Numbers of commitments by value."""
    if as_json:
        rows = [{"value": value, "count": count} for value, count in counts]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("value", "commitments")
    for value, count in counts:
        table.add_row(value, str(count))
    Console(highlight=False).print(table)


def write_commitments(
    rows: Sequence[Commitment],
    shape: str,
    out: Path | None,
    infos: Mapping[str, DocumentInfo],
    *,
    notes: MatchedNotes | None = None,
    with_ids: bool = False,
) -> None:
    """Commitments as table, JSON, CSV or XLSX, to a file or stdout.

    With `notes` table, CSV and XLSX say how each stands, and the notes that fit no row are listed:
    below the table, else on stderr. The JSON is fixed and never holds notes or ids.
    """
    if shape == "xlsx":
        assert out is not None
        write_xlsx(rows, out, infos, notes)
    else:
        with (
            out.open("w", encoding="utf-8", newline="") if out else nullcontext(sys.stdout)
        ) as stream:
            if shape == "json":
                print(as_json(rows), file=stream)
            elif shape == "csv":
                write_csv(rows, stream, infos, notes)
            else:
                console = Console(file=stream, highlight=False)
                console.print(_commitment_table(rows, notes, with_ids))
                console.print(f"{len(rows)} commitments.")
                _print_unmatched(console, notes)
    if shape != "table":
        _print_unmatched(Console(stderr=True, highlight=False), notes)


def _commitment_table(
    rows: Sequence[Commitment], notes: MatchedNotes | None, with_ids: bool
) -> Table:
    table = Table("no", "measure", "responsible", "partners", "when", "document", "page")
    if with_ids:
        table.add_column("id", no_wrap=True)  # it is there to be copied
    for name in NOTE_COLUMNS if notes is not None else ():
        table.add_column(name)
    for row in rows:
        table.add_row(
            row.strategy_no or "",
            Text(row.measure),
            Text(", ".join(row.responsible)),
            Text(", ".join(row.partners)),
            row.when or "",
            row.document_id,
            "" if row.page is None else str(row.page),
            *([row.id] if with_ids else []),
            *(Text(cell) for cell in (note_cells(row, notes) if notes is not None else ())),
        )
    return table


def _print_unmatched(console: Console, notes: MatchedNotes | None) -> None:
    if notes is None or not notes.unmatched:
        return
    console.print(f"{len(notes.unmatched)} notes fit no commitment in the register; they are kept:")
    for note in notes.unmatched:
        number = f" {note.strategy_no}" if note.strategy_no else ""
        said = ", ".join(part for part in (note.by, note.source) if part)
        console.print(
            f"- {note.created.date()} {note.status.value}: {note.document_id}{number} "
            f"«{note.measure}»" + (f" ({said})" if said else ""),
            markup=False,
            soft_wrap=True,
        )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
