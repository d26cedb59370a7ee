"""Sources and documents for the tests of structure and chunking."""

from __future__ import annotations

from pathlib import Path

from corpus.records import Document, DocumentId, DocumentInfo
from ingest.repair import repair
from ingest.source import (
    ElementKind,
    Line,
    LineRole,
    RepairedPage,
    RepairedSource,
    SourceDocument,
    SourceElement,
    SourcePage,
)
from ingest.structure import build_document

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"
DOCUMENTS = ("fou-side", "smart-city", "samfunnsdel", "naeringsplan", "veikart-helse")
INFO = DocumentInfo(id=DocumentId("prove"), file="prove.txt", title="Prøveplan")
_ROLES = {"^": LineRole.FOOTNOTE, "~": LineRole.CAPTION, "%": LineRole.FURNITURE}


def source_of(*pages: str, first: int | None = 1) -> RepairedSource:
    """Pages of flat text; a line that begins with ^ is a footnote, ~ a caption, % furniture."""
    return RepairedSource(
        pages=tuple(
            RepairedPage(
                number=None if first is None else first + index,
                lines=tuple(_line(text) for text in page.strip("\n").split("\n")),
            )
            for index, page in enumerate(pages)
        ),
        repairs=(),
    )


def _line(text: str) -> Line:
    text = text.strip()
    role = _ROLES.get(text[:1], LineRole.BODY if text else LineRole.BLANK)
    if role in (LineRole.BODY, LineRole.BLANK):
        return Line(text=text, role=role)
    text = text[1:].strip()
    mark = text.split()[0] if role is LineRole.FOOTNOTE and text[0].isdigit() else None
    return Line(text=text, role=role, mark=mark)


def typed(*elements: SourceElement) -> RepairedSource:
    """A marked-up source without pages."""
    return RepairedSource(pages=(RepairedPage(number=None, lines=elements),), repairs=())


def build(*pages: str, first: int | None = 1) -> Document:
    """The document of flat pages."""
    return build_document(INFO, source_of(*pages, first=first))


def corpus_source(name: str) -> RepairedSource:
    """One of the five documents, repaired."""
    text = (CORPUS / f"{name}.txt").read_text(encoding="utf-8")
    lines = SourceElement(kind=ElementKind.LINES, text=text)
    return repair(SourceDocument(pages=(SourcePage(number=None, elements=(lines,)),)))


def corpus_document(name: str) -> Document:
    """One of the five documents with its structure."""
    info = DocumentInfo(id=DocumentId(name), file=f"{name}.txt", title=name)
    return build_document(info, corpus_source(name))
