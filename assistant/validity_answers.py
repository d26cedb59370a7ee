"""Answers to questions about force and dates: the register's state, with the text that proves it.

The document is the one whose title the question names; else the one that most of the best passages
come from. Each date of its entry is looked for in the stored texts in the forms people write;
where it stands, that sentence is the citation. The best statements found follow as evidence, so
that what another document says ("ble fornyet i 2016") is not lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.citations import Citer
from assistant.library import Library
from assistant.query import Query
from assistant.retrieval import Ranking
from assistant.statements import score_statements
from assistant.validity import day_text, describe, validity_of
from corpus.analysis import analyse
from corpus.index import SearchIndex, statements
from corpus.language import Language
from corpus.records import DocumentInfo, Passage

NAMED_SHARE = 0.4
EVIDENCE_STATEMENTS = 3

LABELS: Mapping[Language, Mapping[str, str]] = {
    "nb": {
        "adopted": "Vedtatt {day}.",
        "published": "Publisert {day}.",
        "updated": "Sist oppdatert {day}.",
        "evidence": "Dokumentene sier:",
        "register": "(dokumentregisteret)",
    },
    "nn": {
        "adopted": "Vedteke {day}.",
        "published": "Publisert {day}.",
        "updated": "Sist oppdatert {day}.",
        "evidence": "Dokumenta seier:",
        "register": "(dokumentregisteret)",
    },
    "en": {
        "adopted": "Adopted {day}.",
        "published": "Published {day}.",
        "updated": "Last updated {day}.",
        "evidence": "The documents say (quoted):",
        "register": "(document register)",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityAnswer:
    """The text with markers, and the passages that prove its dates."""

    text: str
    proof: tuple[Passage, ...]


class ValidityAnswerer:
    """Writes answers about force and dates."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def write(
        self, query: Query, ranking: Ranking, index: SearchIndex, as_of: date, citer: Citer
    ) -> ValidityAnswer | None:
        """The answer, or None when no document can be told."""
        info = self._named(query, index) or self._most_found(ranking)
        if info is None:
            return None
        labels = LABELS[query.language]
        lines = [
            describe(validity_of(info, as_of), query.language) + self._proof(info, index, citer)
        ]
        for name, day in (
            ("adopted", info.adopted),
            ("published", info.published),
            ("updated", info.updated),
        ):
            if day is not None:
                shown = labels[name].format(day=day_text(day, query.language))
                marker = self._cite_date(info, day, index, citer)
                lines.append(f"{shown} {marker or labels['register']}")
        proof = self._passages_cited(citer, index)
        best = score_statements(query, ranking, index)[:EVIDENCE_STATEMENTS]
        if best:
            lines += ["", labels["evidence"]]
            for statement in best:
                marker_number = citer.cite(statement.passage, statement.start, statement.end)
                lines.append(f"«{' '.join(statement.text.split())}» [{marker_number}]")
        return ValidityAnswer(text="\n".join(lines), proof=proof)

    def _passages_cited(self, citer: Citer, index: SearchIndex) -> tuple[Passage, ...]:
        rows = [index.register.row_of(c.passage_id) for c in citer.citations]
        known = [row for row in rows if row is not None]
        return tuple(index.register.passages(known).values())

    def _named(self, query: Query, index: SearchIndex) -> DocumentInfo | None:
        """The document of whose title the question holds most, weighted by rarity."""
        asked = set(query.terms) | set(query.added_terms)
        best: tuple[float, DocumentInfo] | None = None
        for info in self._library.infos.values():
            terms = set(analyse(info.title))
            total = sum(index.lexical.idf(term) for term in terms) or 1.0
            share = sum(index.lexical.idf(term) for term in terms & asked) / total
            if best is None or share > best[0]:
                best = (share, info)
        return best[1] if best is not None and best[0] >= NAMED_SHARE else None

    def _most_found(self, ranking: Ranking) -> DocumentInfo | None:
        counts = Counter(hit.passage.document_id for hit in ranking.hits[:5])
        return self._library.info(counts.most_common(1)[0][0]) if counts else None

    def _proof(self, info: DocumentInfo, index: SearchIndex, citer: Citer) -> str:
        """Markers of the sentences that hold the end of the period or the adoption."""
        for day in (info.adopted, info.updated, info.published):
            if day is not None:
                marker = self._cite_date(info, day, index, citer)
                return f" {marker}" if marker else ""
        return ""

    def _cite_date(
        self, info: DocumentInfo, day: date, index: SearchIndex, citer: Citer
    ) -> str | None:
        for passage in self._passages(info, index):
            for start, end in statements(passage):
                text = passage.text[start:end]
                if any(form in text for form in written_forms(day)):
                    return f"[{citer.cite(passage, passage.start + start, passage.start + end)}]"
        return None

    def _passages(self, info: DocumentInfo, index: SearchIndex) -> list[Passage]:
        rows = index.register.rows_of_documents([info.id])
        return list(index.register.passages(rows).values())


def written_forms(day: date) -> tuple[str, ...]:
    """How a day is written in Norwegian and English documents."""
    norwegian, english = day_text(day, "nb"), day_text(day, "en")
    numeric = (f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y-%m-%d}")
    return (norwegian, english, *numeric)
