"""One document from bytes to passages and commitments: read, repair, structure, chunk, extract."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from corpus.errors import DocumentError
from corpus.records import Commitment, Document, Passage
from ingest.chunking import chunk
from ingest.commitments import extract_commitments
from ingest.discovery import Found
from ingest.readers import read
from ingest.repair import repair
from ingest.structure import build_document


class TokenCounter(Protocol):
    """Counts tokens as the embedding model does."""

    def count(self, text: str) -> int:
        """Number of tokens without the special ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document with its passages and commitments, and the key of what it was made from."""

    key: str
    document: Document
    passages: tuple[Passage, ...]
    commitments: tuple[Commitment, ...]
    warnings: tuple[str, ...] = ()


def parse(found: Found, counter: TokenCounter, max_tokens: int, key: str) -> Parsed:
    """Bytes to document, passages and commitments.

    Raises:
        DocumentError: the document cannot be read.
    """
    source = read(found.load(), found.name, found.options)
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
    commitments = tuple(_with_passages(passages, extract_commitments(document)))
    return Parsed(
        key=key,
        document=document,
        passages=passages,
        commitments=commitments,
        warnings=source.warnings + found.warnings,
    )


def _with_passages(passages: Sequence[Passage], rows: Sequence[Commitment]) -> Iterator[Commitment]:
    """Each commitment with the passage that holds the start of its quote."""
    starts = [passage.start for passage in passages]
    for row in rows:
        index = bisect_right(starts, row.start) - 1
        held = index >= 0 and row.start < passages[index].end
        yield replace(row, passage_id=passages[index].id if held else None)
