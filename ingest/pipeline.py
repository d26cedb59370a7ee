"""One repeatable pass from documents to a served snapshot.

Paths → documents' bytes and manifest entries → fingerprint (equal to the served one: nothing is
written, no model is loaded) → read, repair, structure, chunk, commitments for what changed, the
rest taken from the served snapshot; each written into a staging folder before the next is read →
vectors from the cache or the model → published by one rename. A kill at any moment leaves the
served snapshot as it was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from corpus.analysis import analysis_fingerprint
from corpus.errors import DocumentError
from corpus.expansions import Expansion, attach, expansions_fingerprint
from corpus.home import Home
from corpus.index import INDEX_VERSION, BulkEmbeddings, SnapshotWriter, digest
from corpus.records import DocumentId
from corpus.register import Register
from corpus.vectors import collection_names, connect, drop_stale_collections
from ingest.code_version import code_digest
from ingest.discovery import Found, document_key
from ingest.duplicates import DuplicateFinder, DuplicatePair
from ingest.parsing import Parsed, TokenCounter, parse

__all__ = [
    "DocumentOutcome",
    "IngestOptions",
    "IngestOutcome",
    "Models",
    "Parsed",
    "Progress",
    "TokenCounter",
    "ingest",
    "parse",
]


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

    def fitting(self, done: int, total: int) -> None:
        """`done` of `total` steps of fitting the collection's map are there."""


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

    def followed_by(self, later: IngestOutcome) -> IngestOutcome:
        """Two passes over the same documents as one: what this one did, and what then serves."""
        return replace(
            self,
            snapshot=later.snapshot,
            changed=self.changed or later.changed,
            lost_anchors=later.lost_anchors,
            chroma_writes=self.chroma_writes + later.chroma_writes,
            embedded=self.embedded + later.embedded,
            seconds=self.seconds + later.seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What changes the outcome of a pass."""

    max_tokens: int
    bm25: tuple[float, float]
    chroma_url: str | None
    rebuild: bool = False
    wait_s: float = 0


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
        previous = _previous(home)
        try:
            one_pass = _Pass(home, found, expansions, models, options, progress, previous)
            return replace(one_pass.run(), seconds=time.monotonic() - started)
        finally:
            if previous is not None:
                previous.close()
            home.sweep()
            if options.chroma_url is not None:
                _drop_swept(home, options.chroma_url)


def _drop_swept(home: Home, url: str) -> None:
    """Remove the collections of snapshots that are gone from the home."""
    kept = [name for one in home.snapshot_ids() for name in collection_names(one, url)]
    drop_stale_collections(connect(home.root, url), home.identity(), kept)


def _previous(home: Home) -> Register | None:
    return None if home.current_id() is None else Register(home.current())


class _Landed:
    """What a pass remembers of the documents that it has written or left out: nothing long."""

    def __init__(self) -> None:
        self.outcomes: list[DocumentOutcome] = []
        self.keys: dict[str, str] = {}
        self.warnings: dict[str, list[str]] = {}
        self.duplicates = DuplicateFinder()
        self.lost_anchors = 0

    @property
    def left_out(self) -> tuple[DocumentOutcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.change == "failed")

    @property
    def reasons(self) -> dict[str, str | None]:
        return {outcome.id: outcome.reason for outcome in self.left_out}

    def note(self, one: Parsed, lost_anchors: int) -> None:
        identity = one.document.info.id
        self.keys[identity] = one.key
        self.warnings[identity] = list(one.warnings)
        self.duplicates.add(one.document)
        self.lost_anchors += lost_anchors


class _Pass:
    """One ingest under the lock."""

    def __init__(
        self,
        home: Home,
        found: Sequence[Found],
        expansions: Mapping[str, Sequence[Expansion]],
        models: Models,
        options: IngestOptions,
        progress: Progress,
        previous: Register | None,
    ) -> None:
        self._home = home
        self._found = found
        self._expansions = expansions
        self._models = models
        self._options = options
        self._progress = progress
        self._previous = previous
        self._fingerprint = self._made_of()

    def run(self) -> IngestOutcome:
        """Nothing if the served snapshot fits, else a new one."""
        served = self._previous
        fits = served is not None and served.meta("fingerprint") == self._fingerprint
        fits = fits and not self._options.rebuild
        if fits and served is not None and not served.meta("failures"):
            return _unchanged(self._home, served)
        snapshot_id = f"{self._fingerprint}-{time.time_ns() // 1_000_000:x}"
        staging = self._home.new_staging(snapshot_id)
        url = self._options.chroma_url
        with closing(SnapshotWriter(staging, snapshot_id, url, self._home.identity())) as writer:
            landed = self._write_documents(writer)
            if fits and served is not None and landed.reasons == served.meta("failures"):
                unchanged = _unchanged(self._home, served)
                return replace(unchanged, documents=unchanged.documents + landed.left_out)
            if not landed.keys:  # an index of nothing serves nobody: what is served stays
                return _nothing_landed(self._home, landed)
            return self._finish(writer, landed, staging, snapshot_id)

    def _made_of(self) -> str:
        """The fingerprint of the snapshot that this pass is to bring about."""
        return digest(
            {
                "documents": sorted(document_key(entry) for entry in self._found),
                "model": self._models.fingerprint,
                "max_tokens": self._options.max_tokens,
                "bm25": self._options.bm25,
                "versions": [code_digest(), INDEX_VERSION, analysis_fingerprint()],
                "expansions": expansions_fingerprint(self._expansions),
                "chroma": self._options.chroma_url,
            }
        )

    def _write_documents(self, writer: SnapshotWriter) -> _Landed:
        landed = _Landed()
        for one, outcome in self._parsed():
            landed.outcomes.append(outcome)
            if one is None:
                continue
            entries = self._expansions.get(one.document.info.id, ())
            questions, missing = attach(one.document, one.passages, entries)
            writer.add_document(one.document, one.passages, one.commitments, questions)
            landed.note(one, len(missing))
        present = {outcome.id for outcome in landed.outcomes}
        landed.outcomes += [
            DocumentOutcome(id=name, change="removed")
            for name in self._old_keys
            if name not in present
        ]
        return landed

    @property
    def _old_keys(self) -> dict[str, str]:
        return (self._previous.meta("keys") or {}) if self._previous else {}

    def _parsed(self) -> Iterator[tuple[Parsed | None, DocumentOutcome]]:
        """Every document parsed or taken over; one that fails is told of and left out."""
        old_keys = self._old_keys
        for entry in self._found:
            identity = entry.info.id
            key = self._key(entry)
            self._progress.document(identity, "reading")
            try:
                if entry.error is not None:
                    raise entry.error
                if (
                    self._previous is not None
                    and old_keys.get(identity) == key
                    and not self._options.rebuild
                ):
                    one, change = _taken_over(self._previous, identity, key), "unchanged"
                else:
                    one = parse(entry, self._models.counter(), self._options.max_tokens, key)
                    change = "changed" if identity in old_keys else "added"
            except Exception as exc:  # one document must not stop the others; it is told
                known = isinstance(exc, DocumentError)
                reason = str(exc) if known else f"{type(exc).__name__}: {exc}"
                yield None, DocumentOutcome(id=identity, change="failed", reason=reason)
                continue
            yield one, _outcome(one, change)

    def _key(self, entry: Found) -> str:
        return digest(
            [
                document_key(entry),
                self._options.max_tokens,
                self._models.fingerprint,
                code_digest(),
            ]
        )

    def _finish(
        self, writer: SnapshotWriter, landed: _Landed, staging: Path, snapshot_id: str
    ) -> IngestOutcome:
        embeddings = self._models.embeddings()
        done = 0

        def count(number: int) -> None:
            nonlocal done
            done += number
            self._progress.embedding(done, writer.unit_count, writer.passage_count)

        duplicates = landed.duplicates.pairs()
        writer.finish(
            embeddings,
            self._reusable_vectors(),
            {
                "fingerprint": self._fingerprint,
                "version": INDEX_VERSION,
                "keys": landed.keys,
                "max_tokens": self._options.max_tokens,
                "failures": landed.reasons,
                "lost_anchors": landed.lost_anchors,
                "sources": sorted({entry.origin for entry in self._found}),
                "warnings": landed.warnings,
                "duplicates": [list(pair.as_row()) for pair in duplicates],
            },
            self._options.bm25,
            count,
            self._progress.fitting,
        )
        self._home.publish(staging, snapshot_id)
        return IngestOutcome(
            snapshot=snapshot_id,
            changed=True,
            documents=tuple(landed.outcomes),
            duplicates=duplicates,
            lost_anchors=landed.lost_anchors,
            chroma_writes=writer.chroma_writes,
            embedded=getattr(embeddings, "embedded", 0),
            seconds=0.0,
        )

    def _reusable_vectors(self) -> Path | None:
        """The served snapshot if its vectors may be kept: of the same model, laid out alike."""
        served = self._previous
        if served is None or self._options.rebuild:
            return None
        made = (served.meta("model"), served.meta("version"))
        kept = made == (self._models.fingerprint, INDEX_VERSION)
        return self._home.current() if kept else None


def _nothing_landed(home: Home, landed: _Landed) -> IngestOutcome:
    return IngestOutcome(
        snapshot=home.current_id(),
        changed=False,
        documents=landed.left_out,
        duplicates=(),
        lost_anchors=0,
        chroma_writes=0,
        embedded=0,
        seconds=0.0,
    )


def _unchanged(home: Home, previous: Register) -> IngestOutcome:
    warnings = previous.meta("warnings") or {}
    doubtful = Counter(row.document_id for row in previous.commitments() if row.doubts)
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
                doubtful_commitments=doubtful[summary.info.id],
                repairs=summary.repairs,
                warnings=tuple(warnings.get(summary.info.id, ())),
            )
            for summary in previous.summaries()
        ),
        duplicates=tuple(DuplicatePair.of_row(row) for row in previous.meta("duplicates") or ()),
        lost_anchors=previous.meta("lost_anchors") or 0,
        chroma_writes=0,
        embedded=0,
        seconds=0.0,
    )


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
