"""The register of one snapshot: documents, passages, search units and commitments, in SQLite.

It is written once while a snapshot is built and only read afterwards, so readers open it
immutable and may share one connection between threads. A *unit* is a piece of a passage that has
a vector of its own: the whole passage, a sentence, a window of sentences, or a question beside it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from corpus.errors import IndexUnavailableError
from corpus.records import (
    Block,
    Commitment,
    Document,
    DocumentId,
    DocumentInfo,
    PageSpan,
    Passage,
    PassageId,
    Repair,
)

FILE_NAME = "register.sqlite"
T = TypeVar("T")

SCHEMA = """
CREATE TABLE document (id TEXT PRIMARY KEY, ord INTEGER, sha256 TEXT, info TEXT, text TEXT,
                       pages TEXT, blocks TEXT, repairs TEXT, passages INTEGER,
                       commitments INTEGER);
CREATE TABLE passage (ord INTEGER PRIMARY KEY, id TEXT UNIQUE, document_id TEXT, record TEXT);
CREATE INDEX passage_document ON passage (document_id);
CREATE TABLE unit (ord INTEGER PRIMARY KEY, id TEXT UNIQUE, passage INTEGER, kind TEXT,
                   start INTEGER, "end" INTEGER, text TEXT, hash TEXT);
CREATE INDEX unit_passage ON unit (passage);
CREATE TABLE commitment (ord INTEGER PRIMARY KEY, id TEXT, document_id TEXT, record TEXT);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
"""


class UnitKind(StrEnum):
    """What piece of a passage a vector stands for."""

    PASSAGE = "passage"
    SENTENCE = "sentence"
    WINDOW = "window"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One vector's text. `start`/`end` are document offsets; both 0 for a question."""

    ord: int
    id: str
    passage: int
    kind: UnitKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSummary:
    """A document's entry without its text."""

    info: DocumentInfo
    pages: int
    passages: int
    commitments: int
    repairs: dict[str, int]
    characters: int


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if (
        kind not in _ADAPTERS
    ):  # making one compiles a validator; a look-up is a thousand times faster
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(kind: Any, record: Any) -> str:
    """A record of ours as JSON text."""
    return _adapter(kind).dump_json(record).decode()


def from_json(kind: type[T], text: str) -> T:
    """The record that `to_json` wrote."""
    record: T = _adapter(kind).validate_json(text)
    return record


class RegisterWriter:
    """Fills a new register file; `close` makes it complete."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / FILE_NAME)
        self._db.executescript(SCHEMA)
        self._passages = 0
        self._units = 0
        self._documents = 0
        self._is_open = True

    def add_document(
        self, document: Document, passages: Sequence[Passage], commitments: Sequence[Commitment]
    ) -> int:
        """Write one document with its passages and commitments; returns its first passage's row."""
        first = self._passages
        self._db.execute(
            "INSERT INTO document VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                document.info.id,
                self._documents,
                document.info.sha256,
                to_json(DocumentInfo, document.info),
                document.text,
                to_json(tuple[PageSpan, ...], document.pages),
                to_json(tuple[Block, ...], document.blocks),
                to_json(tuple[Repair, ...], document.repairs),
                len(passages),
                len(commitments),
            ),
        )
        self._documents += 1
        self._db.executemany(
            "INSERT INTO passage VALUES (?,?,?,?)",
            [(first + n, p.id, p.document_id, to_json(Passage, p)) for n, p in enumerate(passages)],
        )
        self._passages += len(passages)
        self._db.executemany(
            "INSERT INTO commitment (id, document_id, record) VALUES (?,?,?)",
            [(c.id, c.document_id, to_json(Commitment, c)) for c in commitments],
        )
        return first

    def add_units(self, rows: Iterable[tuple[str, int, UnitKind, int, int, str, str]]) -> None:
        """Write units as (id, passage row, kind, start, end, text, hash of the text)."""
        batch = [(self._units + n, *row) for n, row in enumerate(rows)]
        self._db.executemany("INSERT INTO unit VALUES (?,?,?,?,?,?,?,?)", batch)
        self._units += len(batch)

    @property
    def passage_count(self) -> int:
        """Passages written so far."""
        return self._passages

    @property
    def unit_count(self) -> int:
        """Units written so far."""
        return self._units

    def set_meta(self, key: str, value: Any) -> None:
        """Store one fact about the snapshot as JSON."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, json.dumps(value)))

    def close(self) -> None:
        """Commit and close; a second call does nothing."""
        if self._is_open:
            self._is_open = False
            self._db.commit()
            self._db.close()

    def iterate_units(self, batch: int) -> Iterator[list[Unit]]:
        """All units in row order, `batch` at a time."""
        self._db.commit()
        for first in range(0, self._units, batch):
            rows = self._db.execute(
                "SELECT * FROM unit WHERE ord >= ? AND ord < ? ORDER BY ord", (first, first + batch)
            )
            yield [_unit(row) for row in rows]

    def iterate_passages(self, batch: int) -> Iterator[list[Passage]]:
        """All passages in row order, `batch` at a time."""
        self._db.commit()
        for first in range(0, self._passages, batch):
            rows = self._db.execute(
                "SELECT record FROM passage WHERE ord >= ? AND ord < ? ORDER BY ord",
                (first, first + batch),
            )
            yield [from_json(Passage, row[0]) for row in rows]

    def questions_of(self, passage: int) -> list[str]:
        """The questions written beside a passage."""
        rows = self._db.execute(
            "SELECT text FROM unit WHERE passage = ? AND kind = ? ORDER BY ord",
            (passage, UnitKind.QUESTION.value),
        )
        return [row[0] for row in rows]


class Register:
    """Reads one finished snapshot's register."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE_NAME
        if not path.exists():
            raise IndexUnavailableError(
                f"{folder} holds no register; run `stifinner ingest --rebuild`."
            )
        self._db = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._texts: dict[str, str] = {}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def meta(self, key: str) -> Any:
        """A fact stored with the snapshot; None when it was not stored."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def summaries(self) -> list[DocumentSummary]:
        """All documents without their texts, in ingest order."""
        rows = self._db.execute(
            "SELECT info, pages, passages, commitments, repairs, length(text) FROM document "
            "ORDER BY ord"
        )
        return [
            DocumentSummary(
                info=from_json(DocumentInfo, info),
                pages=len({page["number"] for page in json.loads(pages)} - {None}),
                passages=passages,
                commitments=commitments,
                repairs=_count(json.loads(repairs)),
                characters=characters,
            )
            for info, pages, passages, commitments, repairs, characters in rows
        ]

    def document_ids(self) -> list[DocumentId]:
        """Ids of all documents, in ingest order."""
        return [DocumentId(r[0]) for r in self._db.execute("SELECT id FROM document ORDER BY ord")]

    def document(self, document_id: DocumentId) -> Document:
        """One document with text and blocks.

        Raises:
            IndexUnavailableError: no such document is indexed.
        """
        row = self._db.execute(
            "SELECT info, text, pages, blocks, repairs FROM document WHERE id = ?", (document_id,)
        ).fetchone()
        if row is None:
            known = ", ".join(self.document_ids())
            raise IndexUnavailableError(
                f"No document '{document_id}' is indexed; there are: {known}."
            )
        info, text, pages, blocks, repairs = row
        return Document(
            info=from_json(DocumentInfo, info),
            text=text,
            pages=from_json(tuple[PageSpan, ...], pages),
            blocks=from_json(tuple[Block, ...], blocks),
            repairs=from_json(tuple[Repair, ...], repairs),
        )

    def text_of(self, document_id: DocumentId) -> str:
        """The stored text of a document."""
        if document_id not in self._texts:
            row = self._db.execute(
                "SELECT text FROM document WHERE id = ?", (document_id,)
            ).fetchone()
            self._texts[document_id] = "" if row is None else row[0]
        return self._texts[document_id]

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Passages by row number."""
        found: dict[int, Passage] = {}
        for first in range(0, len(rows), 500):
            part = [int(row) for row in rows[first : first + 500]]
            marks = ",".join("?" * len(part))
            query = f"SELECT ord, record FROM passage WHERE ord IN ({marks})"
            for number, record in self._db.execute(query, part):
                found[number] = from_json(Passage, record)
        return found

    def all_passages(self) -> Iterator[tuple[int, Passage]]:
        """Every passage with its row number."""
        for number, record in self._db.execute("SELECT ord, record FROM passage ORDER BY ord"):
            yield number, from_json(Passage, record)

    def passage_holding(self, document_id: str, start: int, end: int) -> Passage | None:
        """The first passage of a document that holds a stretch of it; None where none does."""
        query = """
            SELECT record FROM passage
            WHERE document_id = ? AND json_extract(record, '$.start') <= ?
                AND json_extract(record, '$.end') >= ?
            ORDER BY ord LIMIT 1
        """
        row = self._db.execute(query, (document_id, start, end)).fetchone()
        return None if row is None else from_json(Passage, row[0])

    def rows_of_documents(self, document_ids: Sequence[str]) -> list[int]:
        """Row numbers of the passages of some documents."""
        marks = ",".join("?" * len(document_ids))
        query = f"SELECT ord FROM passage WHERE document_id IN ({marks}) ORDER BY ord"
        return [row[0] for row in self._db.execute(query, list(document_ids))]

    def row_of(self, passage_id: PassageId) -> int | None:
        """Row number of a passage id."""
        row = self._db.execute("SELECT ord FROM passage WHERE id = ?", (passage_id,)).fetchone()
        return None if row is None else int(row[0])

    def units(self, rows: Sequence[int]) -> dict[int, Unit]:
        """Units by row number."""
        found: dict[int, Unit] = {}
        for first in range(0, len(rows), 500):
            part = [int(row) for row in rows[first : first + 500]]
            marks = ",".join("?" * len(part))
            for row in self._db.execute(f"SELECT * FROM unit WHERE ord IN ({marks})", part):
                found[row[0]] = _unit(row)
        return found

    def passage_rows_of_units(self, unit_ids: Sequence[str]) -> list[int]:
        """Row numbers of the passages that hold some units, each once, in the units' order."""
        found: dict[str, int] = {}
        for first in range(0, len(unit_ids), 500):
            part = list(unit_ids[first : first + 500])
            marks = ",".join("?" * len(part))
            found.update(
                self._db.execute(f"SELECT id, passage FROM unit WHERE id IN ({marks})", part)
            )
        return list(dict.fromkeys(found[name] for name in unit_ids if name in found))

    def unit_table(self) -> list[tuple[str, int, str, str]]:
        """All units as (id, passage row, kind, hash of the text), in row order."""
        return list(self._db.execute("SELECT id, passage, kind, hash FROM unit ORDER BY ord"))

    def commitments(self, document_ids: Sequence[str] = ()) -> list[Commitment]:
        """Commitments in document order, of some documents or of all."""
        rows = self._db.execute("SELECT document_id, record FROM commitment ORDER BY ord")
        return [
            from_json(Commitment, record)
            for document_id, record in rows
            if not document_ids or document_id in document_ids
        ]


def _unit(row: tuple[Any, ...]) -> Unit:
    return Unit(
        ord=row[0],
        id=row[1],
        passage=row[2],
        kind=UnitKind(row[3]),
        start=row[4],
        end=row[5],
        text=row[6],
    )


def _count(repairs: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for repair in repairs:
        counts[repair["name"]] = counts.get(repair["name"], 0) + 1
    return dict(sorted(counts.items()))
