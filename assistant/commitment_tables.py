"""Rows of the register as CSV, XLSX and JSON, with the document, page and quote of each row."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from assistant.answers import CommitmentJson
from assistant.commitment_query import goal_of
from corpus.commitment_notes import MatchedNotes
from corpus.records import Commitment, DocumentInfo

COLUMNS: Mapping[str, int] = {
    "document": 28,
    "goal": 30,
    "strategy no": 11,
    "strategy": 40,
    "measure": 60,
    "indicator": 36,
    "responsible": 22,
    "partners": 30,
    "when": 14,
    "due": 14,
    "modality": 11,
    "source": 16,
    "page": 7,
    "quote": 60,
    "document id": 16,
    "link": 24,
}
# "noted measure" is filled when the text has changed since the note.
NOTE_COLUMNS: Mapping[str, int] = {
    "status": 10,
    "status by": 18,
    "status source": 30,
    "status date": 12,
    "noted measure": 40,
}
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Grouping(StrEnum):
    """What rows can be counted by."""

    RESPONSIBLE = "responsible"
    PARTNER = "partner"
    WHEN = "when"
    GOAL = "goal"


def cells(row: Commitment, infos: Mapping[str, DocumentInfo]) -> list[str | int | None]:
    """A row's cells in the order of COLUMNS."""
    info = infos[row.document_id]
    return [
        info.title,
        row.goal,
        row.strategy_no,
        row.strategy,
        row.measure,
        row.indicator,
        "; ".join(row.responsible),
        "; ".join(row.partners),
        row.when,
        "; ".join(row.due),
        row.modality.value,
        row.source_kind,
        row.page,
        " ".join(row.quote.split()),
        row.document_id,
        info.source_url,
    ]


def note_cells(row: Commitment, notes: MatchedNotes) -> list[str]:
    """What is noted of a row in the order of NOTE_COLUMNS; empty cells without a note."""
    noted = notes.by_id.get(row.id)
    if noted is None:
        return [""] * len(NOTE_COLUMNS)
    last = noted.last
    earlier = last.measure if noted.moved else ""
    return [last.status.value, last.by, last.source, last.created.date().isoformat(), earlier]


def write_csv(
    rows: Sequence[Commitment],
    stream: TextIO,
    infos: Mapping[str, DocumentInfo],
    notes: MatchedNotes | None = None,
) -> None:
    """Rows as CSV with a header; a cell that a spreadsheet would run as a formula is quoted.

    With `notes` the columns of NOTE_COLUMNS follow.
    """
    writer = csv.writer(stream)
    writer.writerow(_columns(notes))
    for row in rows:
        writer.writerow([_harmless(cell) for cell in _all_cells(row, infos, notes)])


def write_xlsx(
    rows: Sequence[Commitment],
    path: Path,
    infos: Mapping[str, DocumentInfo],
    notes: MatchedNotes | None = None,
) -> None:
    """Rows as a workbook: frozen bold header, filter, wrapped text, links to the documents.

    With `notes` the columns of NOTE_COLUMNS follow.
    """
    from openpyxl import Workbook  # here, as most commands write no workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Commitments"
    sheet.append(list(_columns(notes)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        values = _all_cells(row, infos, notes)
        sheet.append(
            [ILLEGAL_CHARACTERS_RE.sub("", v) if isinstance(v, str) else v for v in values]
        )
        link = sheet.cell(sheet.max_row, len(COLUMNS))
        if link.value:
            link.hyperlink = str(link.value)
            link.style = "Hyperlink"
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.data_type == "f":  # openpyxl takes a leading "=" for a formula
                cell.data_type = "s"
    for number, width in enumerate(_columns(notes).values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)


def as_json(rows: Sequence[Commitment]) -> str:
    """Rows in the fixed JSON shape."""
    return json.dumps(
        [CommitmentJson.of(row).model_dump() for row in rows], ensure_ascii=False, indent=2
    )


def count_by(rows: Sequence[Commitment], grouping: Grouping) -> list[tuple[str, int]]:
    """Number of rows by value, most first; a row with several values counts once for each."""
    values: Callable[[Commitment], Sequence[str]] = {
        Grouping.RESPONSIBLE: lambda row: row.responsible_names or row.responsible,
        Grouping.PARTNER: lambda row: row.partner_names or row.partners,
        Grouping.WHEN: lambda row: row.due or ((row.when,) if row.when else ()),
        Grouping.GOAL: lambda row: [f"{row.document_id}: {row.goal}"] if row.goal else [],
    }[grouping]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict.fromkeys(values(row) or ("–",), 1))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def strategies_of(rows: Sequence[Commitment]) -> list[tuple[str, str, str]]:
    """The different strategies of rows as (document id, number, text), in order."""
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.strategy_no:
            found.setdefault((str(row.document_id), row.strategy_no), row.strategy or "")
    return [(document, number, text) for (document, number), text in found.items()]


def goals_of(rows: Sequence[Commitment]) -> list[str]:
    """The different goal numbers of rows, in order."""
    return list(dict.fromkeys(number for row in rows if (number := goal_of(row))))


def _columns(notes: MatchedNotes | None) -> Mapping[str, int]:
    return COLUMNS if notes is None else {**COLUMNS, **NOTE_COLUMNS}


def _all_cells(
    row: Commitment, infos: Mapping[str, DocumentInfo], notes: MatchedNotes | None
) -> list[str | int | None]:
    own = cells(row, infos)
    return own if notes is None else [*own, *note_cells(row, notes)]


def _harmless(cell: str | int | None) -> str | int | None:
    if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
        return "'" + cell
    return cell
