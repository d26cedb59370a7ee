"""From spans of the stored text to citations that a reader can check.

A citation is made only here, and only from a span: its quote is cut out of the stored document
text, so it is verbatim by construction, and `verify` proves it once more before an answer leaves.
Markers count from 1 in the order of first use; the same span keeps its marker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.records import Citation, DocumentInfo, Passage


class Citer:
    """Hands out markers for spans of passages."""

    def __init__(
        self,
        text_of: Callable[[str], str],
        info_of: Callable[[str], DocumentInfo],
        page_of: Callable[[str, int], int | None],
    ) -> None:
        self._text_of = text_of
        self._info_of = info_of
        self._page_of = page_of
        self._citations: list[Citation] = []

    def cite(self, passage: Passage, start: int, end: int) -> int:
        """Marker of a citation of `document_text[start:end]`."""
        for citation in self._citations:
            if (citation.document_id, citation.start, citation.end) == (
                passage.document_id,
                start,
                end,
            ):
                return citation.marker
        info = self._info_of(passage.document_id)
        self._citations.append(
            Citation(
                marker=len(self._citations) + 1,
                document_id=passage.document_id,
                title=info.title,
                publisher=info.publisher,
                status=info.status,
                section=passage.section,
                page=self._page_of(passage.document_id, start),
                quote=self._text_of(passage.document_id)[start:end],
                start=start,
                end=end,
                passage_id=passage.id,
                url=info.source_url,
            )
        )
        return len(self._citations)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations so far, in marker order."""
        return tuple(self._citations)


def unverified(citations: Sequence[Citation], text_of: Callable[[str], str]) -> list[Citation]:
    """The citations whose quote does not stand at its place in the stored text."""
    return [
        citation
        for citation in citations
        if not citation.quote
        or text_of(citation.document_id)[citation.start : citation.end] != citation.quote
    ]


def renumber(citations: Sequence[Citation], used: Sequence[int]) -> tuple[Citation, ...]:
    """Only the citations whose old markers are in `used`, numbered from 1 in that order."""
    by_marker = {citation.marker: citation for citation in citations}
    return tuple(
        replace(by_marker[old], marker=new) for new, old in enumerate(dict.fromkeys(used), start=1)
    )
