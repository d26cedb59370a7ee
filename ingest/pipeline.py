"""One repeatable pass from documents to a served snapshot.

Paths → documents' bytes and manifest entries → fingerprint (equal to the served one: nothing is
written, no model is loaded) → read, repair, structure, chunk, commitments for what changed, the
rest taken from the served snapshot → vectors from the cache or the model → a staging folder →
published by one rename. A kill at any moment leaves the served snapshot as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from corpus.analysis import analysis_fingerprint
from corpus.errors import DocumentError
from corpus.expansions import Expansion, attach, expansions_fingerprint
from corpus.home import Home
from corpus.index import INDEX_VERSION, BulkEmbeddings, SnapshotWriter, digest
from corpus.records import Commitment, Document, DocumentId, Passage, PassageId
from corpus.register import Register
from corpus.vectors import collection_name, connect, drop_stale_collections
from ingest.chunking import chunk
from ingest.commitments import extract_commitments
from ingest.discovery import Found, document_key
from ingest.duplicates import DuplicatePair, find_duplicates
from ingest.readers import read
from ingest.repair import repair
from ingest.structure import build_document

PIPELINE_VERSION = 1  # raise when repair, structure, chunking or extraction change their output


class TokenCounter(Protocol):
    """Counts tokens as the embedding model does."""

    def count(self, text: str) -> int:
        """Number of tokens without the special ones."""


class Models(Protocol):
    """The models an ingest may need; made lazily, so that an unchanged corpus loads none."""

    @property
    def fingerprint(self) -> str:
        """Names the embedding model without loading it."""

    def counter(self) -> TokenCounter:
        """The model's tokenizer."""

    def embeddings(self) -> BulkEmbeddings:
        """The model for bulk embedding, with the cache in front."""


class Progress(Protocol):
    """What a pass tells the person who waits."""

    def document(self, document_id: str, step: str) -> None:
        """A document entered a step."""

    def embedding(self, done: int, total: int, passages: int) -> None:
        """`done` of `total` vectors of `passages` passages are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOutcome:
    """What became of one document."""

    id: str
    change: str  # added, changed, unchanged, removed, failed
    pages: int = 0
    passages: int = 0
    commitments: int = 0
    doubtful_commitments: int = 0
    repairs: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOutcome:
    """The result of one pass. `changed` is False when the served snapshot already fits."""

    snapshot: str | None
    changed: bool
    documents: tuple[DocumentOutcome, ...]
    duplicates: tuple[DuplicatePair, ...]
    lost_anchors: int
    chroma_writes: int
    embedded: int
    seconds: float

    @property
    def failures(self) -> tuple[DocumentOutcome, ...]:
        """Documents that did not land."""
        return tuple(outcome for outcome in self.documents if outcome.change == "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document with its passages and commitments, and the key of what it was made from."""

    key: str
    document: Document
    passages: tuple[Passage, ...]
    commitments: tuple[Commitment, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What changes the outcome of a pass."""

    max_tokens: int
    bm25: tuple[float, float]
    chroma_url: str | None
    rebuild: bool = False
    wait_s: float = 0


def parse(found: Found, counter: TokenCounter, max_tokens: int, key: str) -> Parsed:
    """Bytes to document, passages and commitments.

    Raises:
        DocumentError: the document cannot be read.
    """
    source = read(found.content, found.name, found.options)
    repaired = repair(
        source, page_break=found.options.page_break, first_page=found.options.first_page
    )
    info = found.info
    if source.title and not found.has_entry:
        info = replace(info, title=source.title)
    document = build_document(info, repaired)
    if not document.text.strip():
        raise DocumentError(f"{found.name} holds no text; check the file or use another format.")
    passages = chunk(document, counter, max_tokens)
    commitments = tuple(
        replace(row, passage_id=_passage_of(passages, row)) for row in extract_commitments(document)
    )
    return Parsed(
        key=key,
        document=document,
        passages=passages,
        commitments=commitments,
        warnings=source.warnings + found.warnings,
    )


def ingest(
    home: Home,
    found: Sequence[Found],
    expansions: Mapping[str, Sequence[Expansion]],
    models: Models,
    options: IngestOptions,
    progress: Progress,
    on_wait: Callable[[], None],
) -> IngestOutcome:
    """Bring the served snapshot to the given documents.

    Raises:
        IngestRunningError: another ingest holds the home longer than `options.wait_s`.
    """
    started = time.monotonic()
    with home.ingest_lock(options.wait_s, on_wait):
        fingerprint = _fingerprint(found, expansions, models, options)
        previous = _previous(home)
        try:
            return _ingest(
                home, found, expansions, models, options, progress, fingerprint, previous, started
            )
        finally:
            if previous is not None:
                previous.close()
            home.sweep()
            if options.chroma_url is not None:
                _drop_swept(home, options.chroma_url)


def _drop_swept(home: Home, url: str) -> None:
    """Remove the collections of snapshots that are gone from the home."""
    kept = [collection_name(snapshot, url) for snapshot in home.snapshot_ids()]
    drop_stale_collections(connect(home.root, url), home.identity(), kept)


def _previous(home: Home) -> Register | None:
    return None if home.current_id() is None else Register(home.current())


def _fingerprint(
    found: Sequence[Found],
    expansions: Mapping[str, Sequence[Expansion]],
    models: Models,
    options: IngestOptions,
) -> str:
    return digest(
        {
            "documents": sorted(document_key(entry) for entry in found),
            "model": models.fingerprint,
            "max_tokens": options.max_tokens,
            "bm25": options.bm25,
            "versions": [PIPELINE_VERSION, INDEX_VERSION, analysis_fingerprint()],
            "expansions": expansions_fingerprint(expansions),
            "chroma": options.chroma_url,
        }
    )


def _ingest(
    home: Home,
    found: Sequence[Found],
    expansions: Mapping[str, Sequence[Expansion]],
    models: Models,
    options: IngestOptions,
    progress: Progress,
    fingerprint: str,
    previous: Register | None,
    started: float,
) -> IngestOutcome:
    fits = previous is not None and previous.meta("fingerprint") == fingerprint
    if fits and not options.rebuild and previous is not None and not previous.meta("failures"):
        return _unchanged(home, previous, started)
    parsed, outcomes = _parse_all(found, models, options, progress, previous)
    failed = {o.id: o.reason for o in outcomes if o.change == "failed"}
    if (
        fits
        and not options.rebuild
        and previous is not None
        and failed == previous.meta("failures")
    ):
        unchanged = _unchanged(home, previous, started)
        failures = tuple(o for o in outcomes if o.change == "failed")
        return replace(unchanged, documents=unchanged.documents + failures)
    if not parsed:  # an index of nothing serves nobody: what is served stays
        return IngestOutcome(
            snapshot=home.current_id(),
            changed=False,
            documents=tuple(o for o in outcomes if o.change == "failed"),
            duplicates=(),
            lost_anchors=0,
            chroma_writes=0,
            embedded=0,
            seconds=time.monotonic() - started,
        )
    snapshot_id = f"{fingerprint}-{time.time_ns() // 1_000_000:x}"
    staging = home.new_staging(snapshot_id)
    writer = SnapshotWriter(staging, snapshot_id, options.chroma_url, home.identity())
    lost = 0
    for entry in parsed:
        questions, missing = attach(
            entry.document, entry.passages, expansions.get(entry.document.info.id, ())
        )
        lost += len(missing)
        writer.add_document(entry.document, entry.passages, entry.commitments, questions)
    embeddings = models.embeddings()
    done = 0

    def count(number: int) -> None:
        nonlocal done
        done += number
        progress.embedding(done, writer.unit_count, writer.passage_count)

    duplicates = find_duplicates([entry.document for entry in parsed])
    writer.finish(
        embeddings,
        _reusable_vectors(home, previous, models, options),
        {
            "fingerprint": fingerprint,
            "version": INDEX_VERSION,
            "keys": {entry.document.info.id: entry.key for entry in parsed},
            "max_tokens": options.max_tokens,
            "failures": failed,
            "lost_anchors": lost,
            "sources": sorted({entry.origin for entry in found}),
            "warnings": {e.document.info.id: list(e.warnings) for e in parsed},
            "duplicates": [list(pair.as_row()) for pair in duplicates],
        },
        options.bm25,
        count,
    )
    home.publish(staging, snapshot_id)
    return IngestOutcome(
        snapshot=snapshot_id,
        changed=True,
        documents=tuple(outcomes),
        duplicates=duplicates,
        lost_anchors=lost,
        chroma_writes=writer.chroma_writes,
        embedded=getattr(embeddings, "embedded", 0),
        seconds=time.monotonic() - started,
    )


def _reusable_vectors(
    home: Home, previous: Register | None, models: Models, options: IngestOptions
) -> Path | None:
    """The served snapshot if its vectors may be kept: a unit's id does not name the model."""
    if previous is None or options.rebuild or previous.meta("model") != models.fingerprint:
        return None
    return home.current()


def _unchanged(home: Home, previous: Register, started: float) -> IngestOutcome:
    return IngestOutcome(
        snapshot=home.current_id(),
        changed=False,
        documents=tuple(
            DocumentOutcome(
                id=summary.info.id,
                change="unchanged",
                pages=summary.pages,
                passages=summary.passages,
                commitments=summary.commitments,
                repairs=summary.repairs,
            )
            for summary in previous.summaries()
        ),
        duplicates=tuple(DuplicatePair.of_row(row) for row in previous.meta("duplicates") or ()),
        lost_anchors=previous.meta("lost_anchors") or 0,
        chroma_writes=0,
        embedded=0,
        seconds=time.monotonic() - started,
    )


def _parse_all(
    found: Sequence[Found],
    models: Models,
    options: IngestOptions,
    progress: Progress,
    previous: Register | None,
) -> tuple[list[Parsed], list[DocumentOutcome]]:
    """Every document parsed or taken over; one that fails is told of and left out."""
    old_keys: dict[str, str] = (previous.meta("keys") or {}) if previous else {}
    parsed: list[Parsed] = []
    outcomes: list[DocumentOutcome] = []
    for entry in found:
        identity = entry.info.id
        key = digest(
            [document_key(entry), options.max_tokens, models.fingerprint, PIPELINE_VERSION]
        )
        progress.document(identity, "reading")
        try:
            if entry.error is not None:
                raise entry.error
            if previous is not None and old_keys.get(identity) == key and not options.rebuild:
                one, change = _taken_over(previous, identity, key), "unchanged"
            else:
                one = parse(entry, models.counter(), options.max_tokens, key)
                change = "changed" if identity in old_keys else "added"
        except Exception as exc:  # one document must not stop the others; it is counted and told
            reason = str(exc) if isinstance(exc, DocumentError) else f"{type(exc).__name__}: {exc}"
            outcomes.append(DocumentOutcome(id=identity, change="failed", reason=reason))
            continue
        parsed.append(one)
        outcomes.append(_outcome(one, change))
    present = {outcome.id for outcome in outcomes}
    outcomes += [
        DocumentOutcome(id=name, change="removed") for name in old_keys if name not in present
    ]
    return parsed, outcomes


def _outcome(parsed: Parsed, change: str) -> DocumentOutcome:
    repairs: dict[str, int] = {}
    for one in parsed.document.repairs:
        repairs[one.name] = repairs.get(one.name, 0) + 1
    return DocumentOutcome(
        id=parsed.document.info.id,
        change=change,
        pages=len({span.number for span in parsed.document.pages} - {None}),
        passages=len(parsed.passages),
        commitments=len(parsed.commitments),
        doubtful_commitments=sum(1 for row in parsed.commitments if row.doubts),
        repairs=dict(sorted(repairs.items())),
        warnings=parsed.warnings,
    )


def _taken_over(previous: Register, identity: str, key: str) -> Parsed:
    rows = previous.rows_of_documents([identity])
    passages = previous.passages(rows)
    return Parsed(
        key=key,
        document=previous.document(DocumentId(identity)),
        passages=tuple(passages[row] for row in rows),
        commitments=tuple(previous.commitments([identity])),
        warnings=tuple((previous.meta("warnings") or {}).get(identity, ())),
    )


def _passage_of(passages: Sequence[Passage], row: Commitment) -> PassageId | None:
    """The passage that holds the start of a commitment's quote."""
    for passage in passages:
        if passage.start <= row.start < passage.end:
            return passage.id
    return None
