"""Downloads: the filtered view of the register, by an address that holds the filter, and templates.

An address instead of a prepared file: nothing is written before somebody asks for it, the same
address gives the same view again, and it can be mailed to a colleague.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Response

from assistant.build import Assistant
from assistant.commitment_query import CommitmentQuery, select
from assistant.commitment_tables import write_csv, write_xlsx
from assistant.ui.markup import escape
from corpus.commitment_notes import CommitmentNoteStore, MatchedNotes, Status
from corpus.records import Commitment, DocumentInfo

ADDRESS: Final = "/export/commitments"
TEMPLATE_ADDRESS: Final = "/export/questions.xlsx"
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Infos = Mapping[str, DocumentInfo]


def export_address(query: CommitmentQuery, shape: str, status: Status | None = None) -> str:
    """The address of a view as `csv` or `xlsx`, relative to the page."""
    fields = {
        "document": query.documents,
        "goal": query.goal,
        "strategy": query.strategy,
        "responsible": query.responsible,
        "partner": query.partner,
        "actor": query.actor,
        "due": query.due,
        "text": query.text,
        "modality": query.modality,
        "weak": "1" if query.weak else None,
        "status": status,
    }
    given = {name: value for name, value in fields.items() if value}
    arguments = f"?{urlencode(given, doseq=True)}" if given else ""
    return f"{ADDRESS[1:]}.{shape}{arguments}"


def export_links(query: CommitmentQuery, status: Status | None = None) -> str:
    """Links to a view as CSV and Excel."""
    return " ".join(
        f'<a class="st-action" href="{escape(export_address(query, shape, status))}" download>'
        f"{name}</a>"
        for shape, name in (("csv", "CSV"), ("xlsx", "Excel"))
    )


def add_exports(app: FastAPI, assistant: Assistant, notes: CommitmentNoteStore) -> None:
    """Offer the views of the register as files, with what is noted of each row."""
    writers: dict[str, Callable[[list[Commitment], Infos, MatchedNotes], bytes]] = {
        "csv": _csv_bytes,
        "xlsx": _xlsx_bytes,
    }

    def export(
        shape: str,
        document: Annotated[list[str], Query()] = [],  # noqa: B006
        goal: str | None = None,
        strategy: str | None = None,
        responsible: str | None = None,
        partner: str | None = None,
        actor: str | None = None,
        due: str | None = None,
        text: str | None = None,
        modality: str | None = None,
        weak: bool = False,
        status: Status | None = None,
    ) -> Response:
        if shape not in writers:
            return Response("csv or xlsx", status_code=404, media_type="text/plain")
        query = CommitmentQuery(
            documents=tuple(document),
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
        everything = assistant.index.register.commitments()
        noted = notes.match(everything)
        rows = noted.with_status(select(everything, query), status)
        content = writers[shape](rows, assistant.library.infos, noted)
        return _attached(content, shape, f"stifinner-commitments.{shape}")

    app.get(ADDRESS + ".{shape}")(export)


def add_template(app: FastAPI, write: Callable[[Path], Path]) -> None:
    """Offer the table for own questions, which `write` writes into a folder."""

    def template() -> Response:
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder))
            return _attached(path.read_bytes(), "xlsx", path.name)

    app.get(TEMPLATE_ADDRESS)(template)


def _attached(content: bytes, shape: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[shape], headers=headers)


def _csv_bytes(rows: list[Commitment], infos: Infos, notes: MatchedNotes) -> bytes:
    stream = io.StringIO(newline="")
    write_csv(rows, stream, infos, notes)
    return stream.getvalue().encode("utf-8-sig")  # with the mark, Excel reads æ, ø and å


def _xlsx_bytes(rows: list[Commitment], infos: Infos, notes: MatchedNotes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "commitments.xlsx"
        write_xlsx(rows, path, infos, notes)
        return path.read_bytes()
