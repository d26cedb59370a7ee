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
from corpus.records import Commitment, DocumentInfo

ADDRESS: Final = "/export/commitments"
TEMPLATE_ADDRESS: Final = "/export/questions.xlsx"
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Infos = Mapping[str, DocumentInfo]


def export_address(query: CommitmentQuery, shape: str) -> str:
    """The address of a view as `csv` or `xlsx`, relative to the page."""
    fields = {
        "document": query.documents,
        "goal": query.goal,
        "responsible": query.responsible,
        "partner": query.partner,
        "due": query.due,
        "text": query.text,
        "weak": "1" if query.weak else None,
    }
    given = {name: value for name, value in fields.items() if value}
    arguments = f"?{urlencode(given, doseq=True)}" if given else ""
    return f"{ADDRESS[1:]}.{shape}{arguments}"


def add_exports(app: FastAPI, assistant: Assistant) -> None:
    """Offer the views of the register as files."""
    writers: dict[str, Callable[[list[Commitment], Infos], bytes]] = {
        "csv": _csv_bytes,
        "xlsx": _xlsx_bytes,
    }

    def export(
        shape: str,
        document: Annotated[list[str], Query()] = [],  # noqa: B006
        goal: str | None = None,
        responsible: str | None = None,
        partner: str | None = None,
        due: str | None = None,
        text: str | None = None,
        weak: bool = False,
    ) -> Response:
        if shape not in writers:
            return Response("csv or xlsx", status_code=404, media_type="text/plain")
        query = CommitmentQuery(
            documents=tuple(document),
            goal=goal,
            responsible=responsible,
            partner=partner,
            due=due,
            text=text,
            weak=weak,
        )
        rows = select(assistant.index.register.commitments(), query)
        content = writers[shape](rows, assistant.library.infos)
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


def _csv_bytes(rows: list[Commitment], infos: Infos) -> bytes:
    stream = io.StringIO(newline="")
    write_csv(rows, stream, infos)
    return stream.getvalue().encode("utf-8-sig")  # with the mark, Excel reads æ, ø and å


def _xlsx_bytes(rows: list[Commitment], infos: Infos) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "commitments.xlsx"
        write_xlsx(rows, path, infos)
        return path.read_bytes()
