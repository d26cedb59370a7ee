"""What a reader hands on: a document as pages of elements, before any repair.

Two kinds of source meet here. Flat text (TXT, a PDF's text layer) comes as `ElementKind.LINES`,
whose headings, lists and tables must still be found. Marked-up sources (DOCX, HTML, Markdown, a
PDF's ruled tables) come as typed elements, which are believed as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from corpus.records import Repair


class ElementKind(StrEnum):
    """How much a reader knows about a piece of its source."""

    LINES = "lines"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE = "table"
    FOOTNOTE = "footnote"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceElement:
    """One piece of a page in reading order.

    `text` holds line breaks only for LINES. `level` is the depth of a heading or list item, from 1.
    `rows` are a table's cells as text, the header row first, with line breaks where the source
    breaks a cell's lines; a cell merged downwards is repeated as None. `mark` is a footnote's
    number or a list item's own ("3.", "a)"); the text is without it.
    `continued` is a table that goes on from the page before: its header row is repeated from there
    and does not stand on this page.
    """

    kind: ElementKind
    text: str = ""
    level: int | None = None
    rows: tuple[tuple[str | None, ...], ...] = ()
    mark: str | None = None
    continued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """One page; `number` is None where the format has no pages (HTML, Markdown, DOCX)."""

    number: int | None
    elements: tuple[SourceElement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document as read. `title` is what the file says of itself; `warnings` are for the user."""

    pages: tuple[SourcePage, ...]
    title: str | None = None
    warnings: tuple[str, ...] = ()


class LineRole(StrEnum):
    """What the repair step found a line of flat text to be."""

    BODY = "body"
    BLANK = "blank"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One repaired line, without its line break. `mark` is the footnote number it opens with."""

    text: str
    role: LineRole = LineRole.BODY
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedPage:
    """A page after repair, in reading order: lines of flat text, and typed elements untouched."""

    number: int | None
    lines: tuple[Line | SourceElement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootnoteReference:
    """A footnote mark taken out of a sentence: it stood after `before` on page `page`."""

    mark: str
    page: int | None
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedSource:
    """A whole document after repair, with the list of what was changed."""

    pages: tuple[RepairedPage, ...]
    repairs: tuple[Repair, ...]
    references: tuple[FootnoteReference, ...] = ()
    undecoded_runs: int = 0
