"""One snapshot of the corpus: register, vectors and lexical index, made together, opened together.

A snapshot carries the fingerprint of everything that can change a ranking: the embedding model,
chunking and repair versions, analysis, each document's hash and manifest entry, and the questions
beside passages. Opening it with another embedding model is an error, never a worse ranking.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import numpy.typing as npt

from corpus.adaptation import MIN_QUESTIONS, Units, adapt, fit_map, map_key
from corpus.analysis import analyse, analysis_fingerprint
from corpus.errors import FingerprintError
from corpus.home import Home
from corpus.language import Language
from corpus.lexical import LexicalIndex
from corpus.lexical_writer import LexicalWriter
from corpus.records import Block, BlockKind, Commitment, Document, Passage
from corpus.register import Register, RegisterWriter, Unit, UnitKind
from corpus.text import split_sentences, with_context
from corpus.vectors import (
    ADAPTED_FILE,
    KINDS,
    MAP_FILE,
    ChromaWriter,
    DenseIndex,
    Vectors,
    collection_names,
    connect,
    copy_embedded,
)

WINDOW_SENTENCES = 3
UNIT_BATCH = 2048
UNITS_KEPT = 5000  # passages whose units stay in memory, about 10 kB each
WIDE_ROW = 3  # a row of fewer cells is a name and a text, whose sentences stand alone
LEXICAL_FOLDER = "lexical"
MAP_KEY_FILE = "map.key"
INDEX_VERSION = 4  # raise when units, fields or files of a snapshot change


class BulkEmbeddings(Protocol):
    """What an index needs of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """Names model and weights; vectors of equal fingerprints may be mixed."""

    def encode_units(
        self, texts: Sequence[str], as_queries: bool, on_batch: Callable[[int], None]
    ) -> Vectors:
        """Vectors (n, dim), unit length, in the order of `texts`; `on_batch` gets counts done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideQuestion:
    """A question beside a passage, about the statement [start, end) of the document."""

    text: str
    start: int
    end: int


def digest(record: Any) -> str:
    """A short stable hash of anything JSON can hold."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def statements(passage: Passage) -> list[tuple[int, int]]:
    """Spans (within the passage) of its sentences, list items and table cells, in order."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in passage.text.split("\n"):
        spans += [(offset + start, offset + end) for start, end in split_sentences(line)]
        offset += len(line) + 1
    return [(s, e) for s, e in spans if any(c.isalnum() for c in passage.text[s:e])]


def _unit_spans(passage: Passage, blocks: Sequence[Block]) -> list[tuple[int, int, str]]:
    """Statements of a passage as (start, end, text); a wide table row is one statement."""
    first = bisect_right(blocks, passage.start, key=lambda block: block.end)
    inside = list(takewhile(lambda block: block.start < passage.end, islice(blocks, first, None)))
    wide = [b for b in inside if b.kind is BlockKind.TABLE_ROW and len(b.cells) >= WIDE_ROW]
    if wide:
        start, end = max(wide[0].start, passage.start), min(wide[-1].end, passage.end)
        return [(start - passage.start, end - passage.start, passage.readable)]
    hidden = [
        (b.start - passage.start, b.end - passage.start)
        for b in inside
        if b.kind is BlockKind.FURNITURE
    ]
    found = [(s, e, passage.text[s:e].strip("•– ")) for s, e in statements(passage)]
    told = [f for f in found if not any(s <= f[0] and f[1] <= e for s, e in hidden)]
    return told or found


def units_of(
    passage: Passage, row: int, questions: Sequence[BesideQuestion], blocks: Sequence[Block]
) -> list[tuple[str, int, UnitKind, int, int, str, str]]:
    """The units of a passage, as rows for `RegisterWriter.add_units`."""
    heading = passage.section[-1] + ". " if passage.section else ""
    spans = _unit_spans(passage, blocks)
    units: list[tuple[UnitKind, int, int, str]] = [
        (
            UnitKind.PASSAGE,
            passage.start,
            passage.end,
            with_context(passage.context, passage.readable),
        )
    ]
    for start, end, text in spans:
        units.append((UnitKind.SENTENCE, passage.start + start, passage.start + end, text))
    if passage.kind is not BlockKind.TABLE_ROW and len(spans) > WINDOW_SENTENCES:
        for first in range(0, len(spans) - WINDOW_SENTENCES + 1, 2):
            start, end = spans[first][0], spans[first + WINDOW_SENTENCES - 1][1]
            text = heading + passage.text[start:end].replace("\n", " ")
            units.append((UnitKind.WINDOW, passage.start + start, passage.start + end, text))
    units += [(UnitKind.QUESTION, q.start, q.end, q.text) for q in questions]
    rows = {}
    for kind, start, end, text in units:
        text_hash = digest(text)
        identity = f"{passage.id}/{kind.value}/{start - passage.start}/{text_hash}"
        rows[identity] = (identity, row, kind, start, end, text, text_hash)
    return list(rows.values())


def _earlier_map(previous: Path | None, key: str) -> Vectors | None:
    """The map of the previous snapshot if it is the one that would be fitted."""
    known = previous / MAP_KEY_FILE if previous is not None else None
    if previous is None or known is None or not known.exists():
        return None
    same = known.read_text(encoding="utf-8") == key
    return np.asarray(np.load(previous / MAP_FILE)) if same else None


class SnapshotWriter:
    """Writes a snapshot into a staging folder: documents one by one, then `finish`."""

    def __init__(
        self, staging: Path, snapshot_id: str, chroma_url: str | None, owner: str = ""
    ) -> None:
        self._folder = staging
        self._owner = owner
        self._id = snapshot_id
        self._url = chroma_url
        self._register = RegisterWriter(staging)
        self._offsets = [0]
        self._kinds: list[int] = []
        self._document_of: list[str] = []
        self._lexical = LexicalWriter(staging / LEXICAL_FOLDER, ("passage", "context", "questions"))
        self.chroma_writes = 0

    def add_document(
        self,
        document: Document,
        passages: Sequence[Passage],
        commitments: Sequence[Commitment],
        questions: Mapping[str, Sequence[BesideQuestion]],
    ) -> None:
        """Write one document; `questions` are by passage id."""
        first = self._register.add_document(document, passages, commitments)
        language: Language = "en" if document.info.language == "en" else "nb"
        for number, passage in enumerate(passages):
            beside = questions.get(passage.id, ())
            units = units_of(passage, first + number, beside, document.blocks)
            self._register.add_units(units)
            self._kinds += [KINDS.index(unit[2]) for unit in units]
            self._offsets.append(len(self._kinds))
            self._document_of.append(passage.document_id)
            self._lexical.add(
                {
                    "passage": analyse(passage.readable, language),
                    "context": analyse(passage.context, language),
                    "questions": [term for q in beside for term in analyse(q.text)],
                }
            )

    def close(self) -> None:
        """Let go of the files; a snapshot that was not finished is of no use."""
        self._register.close()
        self._lexical.close()

    @property
    def unit_count(self) -> int:
        """Units written so far: what `finish` will embed or find in the cache."""
        return len(self._kinds)

    @property
    def passage_count(self) -> int:
        """Passages written so far."""
        return self._register.passage_count

    def finish(
        self,
        embeddings: BulkEmbeddings,
        previous: Path | None,
        meta: Mapping[str, Any],
        bm25: tuple[float, float],
        on_progress: Callable[[int], None],
        on_fitting: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Embed what is new, write vectors, Chroma and the lexical index, and close.

        `on_progress` gets counts of units done, `on_fitting` the steps done and in all while the
        collection's map is fitted.
        """
        self._lexical.finish(k1=bm25[0], b=bm25[1], fingerprint=analysis_fingerprint())
        np.save(self._folder / "offsets.npy", np.asarray(self._offsets, dtype=np.int64))
        np.save(self._folder / "kinds.npy", np.asarray(self._kinds, dtype=np.uint8))
        self._write_vectors(embeddings, previous, on_progress)
        self._write_adapted(previous, on_fitting)
        for key, value in meta.items():
            self._register.set_meta(key, value)
        self._register.set_meta("snapshot", self._id)
        self._register.set_meta("model", embeddings.fingerprint)
        self._register.close()

    def _write_vectors(
        self, embeddings: BulkEmbeddings, previous: Path | None, on_progress: Callable[[int], None]
    ) -> None:
        if self._url is None and previous is not None:
            copy_embedded(previous, self._folder)
        client = connect(self._folder, self._url)
        texts, questions = (
            _Collection(ChromaWriter(client, name, self._owner), self._document_of)
            for name in collection_names(self._id, self._url)
        )
        matrix: np.memmap[Any, np.dtype[np.float32]] | None = None
        for batch in self._register.iterate_units(UNIT_BATCH):
            vectors = self._embed(embeddings, batch, on_progress)
            if matrix is None:
                matrix = np.lib.format.open_memmap(
                    self._folder / "vectors.npy",
                    mode="w+",
                    dtype=np.float32,
                    shape=(self.unit_count, vectors.shape[1]),
                )
            matrix[batch[0].ord : batch[-1].ord + 1] = vectors
            is_question = _are_questions(batch)
            texts.hold(batch, np.flatnonzero(~is_question), vectors)
            questions.hold(batch, np.flatnonzero(is_question), vectors)
        if matrix is None:
            matrix = np.lib.format.open_memmap(
                self._folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(0, 1)
            )
        matrix.flush()
        self.chroma_writes = texts.finish() + questions.finish()

    def _write_adapted(self, previous: Path | None, on_fitting: Callable[[int, int], None]) -> None:
        """Fit the collection's map and store the units through it; nothing with few questions."""
        is_question = np.asarray(self._kinds) == KINDS.index(UnitKind.QUESTION)
        if is_question.sum() < MIN_QUESTIONS:
            return
        matrix = np.load(self._folder / "vectors.npy", mmap_mode="r")
        spans = np.zeros((self.unit_count, 3), dtype=np.int64)
        for batch in self._register.iterate_units(UNIT_BATCH):
            for unit in batch:
                spans[unit.ord] = unit.passage, unit.start, unit.end
        units = Units(
            vectors=matrix,
            passage=spans[:, 0],
            is_question=is_question,
            statement=np.unique(spans, axis=0, return_inverse=True)[1].reshape(-1),
        )
        key = map_key(units)
        fitted = _earlier_map(previous, key)
        if fitted is None:
            fitted = fit_map(units, on_fitting)
        (self._folder / MAP_KEY_FILE).write_text(key, encoding="utf-8")
        np.save(self._folder / MAP_FILE, fitted)
        stored = np.lib.format.open_memmap(
            self._folder / ADAPTED_FILE, mode="w+", dtype=np.float32, shape=matrix.shape
        )
        for first in range(0, len(matrix), UNIT_BATCH):
            part = slice(first, first + UNIT_BATCH)
            stored[part] = adapt(np.asarray(matrix[part]), fitted)
        stored.flush()

    def _embed(
        self, embeddings: BulkEmbeddings, batch: Sequence[Unit], on_progress: Callable[[int], None]
    ) -> Vectors:
        """A question is embedded as a query, since it is compared with queries."""
        is_question = _are_questions(batch)
        parts = []
        for as_queries in (False, True):
            rows = np.flatnonzero(is_question == as_queries)
            if len(rows):
                texts = [batch[int(n)].text for n in rows]
                parts.append((rows, embeddings.encode_units(texts, as_queries, on_progress)))
        vectors = np.empty((len(batch), parts[0][1].shape[1]), dtype=np.float32)
        for rows, part in parts:
            vectors[rows] = part
        return vectors


def _are_questions(batch: Sequence[Unit]) -> npt.NDArray[np.bool_]:
    return np.asarray([unit.kind is UnitKind.QUESTION for unit in batch], dtype=bool)


class _Collection:
    """Brings one Chroma collection to the units of a snapshot: new ones in, others out."""

    def __init__(self, writer: ChromaWriter, document_of: Sequence[str]) -> None:
        self._writer = writer
        self._document_of = document_of
        self._existing = writer.existing_ids()
        self._wanted: set[str] = set()

    def hold(self, batch: Sequence[Unit], rows: npt.NDArray[np.int64], vectors: Vectors) -> None:
        """Add what is not there of those rows of a batch; `vectors` (n, dim) are the batch's."""
        self._wanted.update(batch[n].id for n in rows)
        new = [int(n) for n in rows if batch[n].id not in self._existing]
        self._writer.add(
            [batch[n].id for n in new],
            [batch[n].text for n in new],
            [
                {"kind": batch[n].kind.value, "document_id": self._document_of[batch[n].passage]}
                for n in new
            ],
            vectors[new],
        )

    def finish(self) -> int:
        """Remove what no unit asked for; the number of units added and removed."""
        self._writer.remove(sorted(self._existing - self._wanted))
        return self._writer.written


class SearchIndex:
    """A finished snapshot, opened for searching. Close it to let an ingest sweep it."""

    def __init__(
        self,
        folder: Path,
        *,
        register: Register,
        lexical: LexicalIndex,
        dense: DenseIndex,
        hold: IO[str],
    ) -> None:
        self.folder = folder
        self.register = register
        self.lexical = lexical
        self.dense = dense
        self._hold = hold
        self._units: dict[int, dict[int, Unit]] = {}

    def units_of(self, passage: int) -> dict[int, Unit]:
        """The units of a passage by their row numbers; read once."""
        if passage not in self._units:
            if len(self._units) >= UNITS_KEPT:
                self._units.clear()
            self._units[passage] = self.register.units(list(self.dense.unit_rows(passage)))
        return self._units[passage]

    @property
    def snapshot_id(self) -> str:
        """Id of the snapshot, printed with every answer."""
        return self.folder.name

    @property
    def embedding_model(self) -> str:
        """The fingerprint of the model that made its vectors."""
        return str(self.register.meta("model"))

    def close(self) -> None:
        """Release the snapshot."""
        self.register.close()
        self._hold.close()

    @classmethod
    def open(cls, home: Home, embeddings: Any, chroma_url: str | None) -> SearchIndex:
        """Open the served snapshot.

        Raises:
            NoIndexError: nothing is indexed yet.
            FingerprintError: it was made with another embedding model.
        """
        folder, hold = home.hold_current()
        register: Register | None = None
        try:
            register = Register(folder)
            _check_fingerprint(register, embeddings.fingerprint)
            return cls(
                folder,
                register=register,
                lexical=LexicalIndex.load(
                    folder / LEXICAL_FOLDER, fingerprint=analysis_fingerprint()
                ),
                dense=DenseIndex(folder, folder.name, chroma_url),
                hold=hold,
            )
        except BaseException:
            if register is not None:
                register.close()
            hold.close()
            raise


def _check_fingerprint(register: Register, model: str) -> None:
    made_with = register.meta("model")
    if made_with != model:
        raise FingerprintError(
            f"The index was made with model {made_with}, the settings ask for {model}: run "
            "`stifinner ingest --rebuild`, or set STIFINNER_EMBEDDING_MODEL back."
        )
    if register.meta("version") != INDEX_VERSION:
        raise FingerprintError(
            "The index was made by another version of Stifinner: run `stifinner ingest --rebuild`."
        )
