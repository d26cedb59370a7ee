"""The nouns of the house. All text is NFC; spans are 0-based, half-open, in code points of the
document's stored text; pages count from 1; a higher score is better within one ranking only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

DocumentId = NewType("DocumentId", str)
PassageId = NewType("PassageId", str)


class DocumentKind(StrEnum):
    """What sort of publication a document is."""

    PLAN = "plan"
    STRATEGY = "strategy"
    REPORT = "report"
    GUIDELINE = "guideline"
    WEB_PAGE = "web page"
    UNKNOWN = "unknown"


class DocumentStatus(StrEnum):
    """How binding a document is, as far as its publisher says."""

    ADOPTED = "adopted"
    PROPOSAL = "proposal"
    ADVISORY = "advisory"
    IN_FORCE_AT_DATE = "in force at date"
    UNKNOWN = "unknown"


class BlockKind(StrEnum):
    """What a block is on its page. Furniture (folios, "back to top") is kept but never indexed."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_ROW = "table row"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What the manifest says of a document. None and "unknown" both mean that nobody knows."""

    id: DocumentId
    file: str
    title: str
    publisher: str = "unknown"
    kind: DocumentKind = DocumentKind.UNKNOWN
    status: DocumentStatus = DocumentStatus.UNKNOWN
    adopted: date | None = None
    published: date | None = None
    updated: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    language: str = "unknown"
    source_url: str | None = None
    rights: str | None = None
    sha256: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpan:
    """The text [start, end) stands on page `number` (None: the source has no pages)."""

    start: int
    end: int
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table row: its column's header and where its text stands in the document.

    `doubt` says why column or row may be wrong, for cells rebuilt from a flattened table.
    """

    column: str
    start: int
    end: int
    text: str
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading, paragraph, list item, table row, footnote or caption of a document.

    `text == document.text[start:end]`. `section` is the path of headings above, outermost first;
    a heading's own text is not in its section. `lead_in` is the sentence that opens the list
    ("Kommunen vil"). A table row has `cells`; a cell that spans several rows is shared by them, so
    it may stand before the row's own span.
    """

    kind: BlockKind
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    page: int | None
    level: int | None = None
    lead_in: str | None = None
    cells: tuple[Cell, ...] = ()
    mark: str | None = None  # footnote number, or the list item's own number ("3.", "a.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One change the repair step made: its name, page, and the text before and after."""

    name: str
    page: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A repaired document: its stored text, what is known of it, and its blocks in text order."""

    info: DocumentInfo
    text: str
    pages: tuple[PageSpan, ...]
    blocks: tuple[Block, ...]
    repairs: tuple[Repair, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page that `offset` stands on; None when the source has no pages."""
        for span in self.pages:
            if span.start <= offset < span.end:
                return span.number
        return self.pages[-1].number if self.pages and offset >= self.pages[-1].end else None

    def blocks_within(self, start: int, end: int) -> range:
        """Numbers of the blocks that share text with [start, end), found by bisection."""
        first = bisect_right(self.blocks, start, key=lambda block: block.end)
        last = bisect_left(self.blocks, end, lo=first, key=lambda block: block.start)
        return range(first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The span that is indexed and cited: `text == document.text[start:end]`.

    `context` is what a reader needs and the span itself lacks (title, section path, lead-in, the
    goal and strategy of a table row); it is indexed with the passage but never quoted.
    `readable` is how a table row reads as a sentence ("Tiltak: …"); equals `text` elsewhere.
    """

    id: PassageId
    document_id: DocumentId
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    page: int | None
    kind: BlockKind
    context: str
    readable: str
    token_count: int


class Modality(StrEnum):
    """How binding a commitment's wording is."""

    MUST = "must"
    WILL = "will"
    SHOULD = "should"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promised measure. Names and deadlines as printed; `quote == document.text[start:end]`."""

    id: str
    document_id: DocumentId
    goal: str | None
    strategy_no: str | None
    strategy: str | None
    measure: str
    indicator: str | None
    responsible: tuple[str, ...]
    partners: tuple[str, ...]
    when: str | None
    page: int | None
    quote: str
    start: int
    end: int
    passage_id: PassageId | None
    source_kind: str
    modality: Modality
    due: tuple[str, ...] = ()  # machine-readable: "2012", "yearly", "2010-2012", "continuous"
    responsible_names: tuple[str, ...] = ()  # normalised, for filters
    partner_names: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with its rank (from 1) and score in one search; `features` explain the score."""

    passage: Passage
    rank: int
    score: float
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """From the marker `[n]` to a verbatim quote: `quote == document.text[start:end]`."""

    marker: int
    document_id: DocumentId
    title: str
    publisher: str
    status: DocumentStatus
    section: tuple[str, ...]
    page: int | None
    quote: str
    start: int
    end: int
    passage_id: PassageId
    url: str | None
