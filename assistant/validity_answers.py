"""Answers to questions about force and dates: the register's state, with the text that proves it.

The document is the one that the question names; where it names none, the one that most of the best
passages come from, if the question asks about force or about nothing else. A question about
another plan, or another part of the same ("når ble arealdelen vedtatt?"), is left to the
passages. Each date of its entry is looked for in the stored texts in the forms people write;
where it stands, that sentence is the citation. The best statements found follow as evidence, so
that what another document says ("ble fornyet i 2016") is not lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.citations import Citer
from assistant.document_names import DocumentNames
from assistant.library import Library
from assistant.query import Query
from assistant.retrieval import Ranking
from assistant.statements import score_statements
from assistant.validity import day_text, describe, validity_of
from corpus.analysis import informative_words, stems
from corpus.glossary import expand_english
from corpus.index import SearchIndex, statements
from corpus.language import Language
from corpus.records import DocumentInfo, Passage

EVIDENCE_STATEMENTS = 3
# What a question about a document's state is made of beside the document's name.
_OF_STATE = re.compile(
    r"(gjeld\w*|gyldig\w*|kraft|utløp\w*|utgå\w*|utdater\w*|forelde\w*|bind\w*|forplikt\w*|vedt\w+|"
    r"oppdater\w*|revider\w*|erstatt\w*|avløs\w*|forny\w*|forslag\w*|utkast\w*|politikk\w*|status\w*|"
    r"versjon\w*|lenge|gam\w+|gang(er)?|slutt|siste?|først\w*|enn?å|fortsatt|fremdeles|framleis|fremleis|formelt|endelig\w*|dato\w*|"
    r"årstall?\w*|år\w*|måned\w*|månad\w*|dag\w*|tidspunkt\w*|kommune\w*|bystyre\w*|"
    r"plan(en|ar|er|ane|ene)?|dokument\w*|strategi(en|er|ar)?|rapport(en)?|side[nr]?|sida|"
    r"force|long|old|time|times|valid\w*|binding|adopt\w*|expir\w*|outdated|updat\w*|supersed\w*|replac\w*|renew\w*|"
    r"appl\w+|propos\w*|draft\w*|polic\w+|versions?|last|first|still|final\w*|formal\w*|dates?|years?|"
    r"months?|days?|today|now|city|council|municipal\w*|plans?|documents?|strateg\w+|reports?|pages?)",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"(januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|january|"
    r"february|march|may|june|july|october|december)",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(gjeld(er|ende|ande)?|gyldig|i kraft|utløpt|utgått|utdatert|foreldet|bindende|bindande|"
    r"forpliktende|in force|valid|binding|expired|outdated|up to date|still appl\w+)\b",
    re.IGNORECASE,
)

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
_WHICH_YEAR = re.compile(r"\b(hvilke[nt]?|kva|which|what) (år|years?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityAnswer:
    """The text with markers, and the passages that prove its dates."""

    text: str
    proof: tuple[Passage, ...]


class ValidityAnswerer:
    """Writes answers about force and dates."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._names = DocumentNames(library.infos.values())

    def write(
        self, query: Query, ranking: Ranking, index: SearchIndex, as_of: date, citer: Citer
    ) -> ValidityAnswer | None:
        """The answer, or None when no document can be told."""
        info = self._document_of(query, ranking)
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

    def _document_of(self, query: Query, ranking: Ranking) -> DocumentInfo | None:
        """The document whose state is asked for; None when it is none of the register's."""
        mentions = self._names.mentions(query.text, query.language)
        info = self._library.info(mentions[0].document_id) if mentions else None
        rest = query.text
        for one in reversed(mentions):
            rest = f"{rest[: one.start]} {rest[one.end :]}"
        others = _other_subjects(rest, info)
        asks_now = _NOW.search(query.text) and not _WHICH_YEAR.search(query.text)
        if others and not asks_now:
            return None
        return info or self._most_found(ranking)

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


def _stems(word: str) -> set[str]:
    """Those of a word and of what the glossary says that it is in Norwegian."""
    return {stem for one in (word, *expand_english(word)) for stem in stems(one, "nb")}


def _other_subjects(rest: str, info: DocumentInfo | None) -> list[str]:
    """What a question is about beside a document's state.

    Args:
        rest: the question without the document's name.
        info: the document, if one was named.
    """
    days = (
        (info.adopted, info.published, info.updated, info.valid_from, info.valid_to) if info else ()
    )
    years = {str(day.year) for day in days if day is not None}
    own = set(stems(f"{info.title} {info.publisher}", "nb")) if info else set()
    return [
        word
        for word in informative_words(rest)
        if not (_OF_STATE.fullmatch(word) or _MONTHS.fullmatch(word) or word in years)
        and not (_stems(word) & own or (word.isdecimal() and len(word) < 3))
    ]


def written_forms(day: date) -> tuple[str, ...]:
    """How a day is written in Norwegian and English documents."""
    norwegian, english = day_text(day, "nb"), day_text(day, "en")
    numeric = (f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y-%m-%d}")
    return (norwegian, english, *numeric)
