"""The documents of one snapshot as answers need them: text, entry, page and markers."""

from __future__ import annotations

from assistant.citations import Citer
from corpus.index import SearchIndex
from corpus.records import Document, DocumentId, DocumentInfo, Passage


class Library:
    """Documents of one snapshot, read once."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._documents: dict[str, Document] = {}
        self.infos = {str(s.info.id): s.info for s in index.register.summaries()}

    def document(self, document_id: str) -> Document:
        """A document with text and blocks."""
        if document_id not in self._documents:
            self._documents[document_id] = self._index.register.document(DocumentId(document_id))
        return self._documents[document_id]

    def info(self, document_id: str) -> DocumentInfo:
        """A document's manifest entry."""
        return self.infos[document_id]

    def text(self, document_id: str) -> str:
        """A document's stored text."""
        return self.document(document_id).text

    def page(self, document_id: str, offset: int) -> int | None:
        """The page an offset stands on."""
        return self.document(document_id).page_at(offset)

    def passage(self, document_id: str, start: int, end: int) -> Passage | None:
        """A passage that holds a stretch of a document."""
        return self._index.register.passage_holding(document_id, start, end)

    def citer(self) -> Citer:
        """A fresh hander-out of markers."""
        return Citer(self.text, self.info, self.page)
