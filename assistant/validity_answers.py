"""Answers to questions about force and dates: the register's state, with the text that proves it.

The document is the one that the question names; where it names none, the one whose title holds all
that is asked about; where nothing more is asked about ("gjelder planen?"), or whether something
without a name is in force ("gjelder kravene ennå?"), the one that most of the best passages come
from. "Hvilke planer gjelder?" is answered of each document. A question about another plan, or
another part of the same ("når ble arealdelen vedtatt?"), is left to the passages. Each date of an
entry is looked for in the stored texts in the forms people write; where it stands, that sentence is
the citation. The best statements found follow as evidence, so that what another document says ("ble
fornyet i 2016") is not lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from assistant.abstention import names_in
from assistant.citations import Citer
from assistant.document_names import Mention, names_publication
from assistant.library import Library
from assistant.query import Query
from assistant.question_kind import asks_what_is_in_force, asks_which_documents
from assistant.retrieval import Ranking
from assistant.statements import score_statements
from assistant.validity import day_text, describe, validity_of
from corpus.analysis import informative_words, stems
from corpus.glossary import expand_english
from corpus.index import SearchIndex, statements
from corpus.language import Language
from corpus.records import DocumentInfo, DocumentKind, Passage

EVIDENCE_STATEMENTS = 3
# Words that a question about a document's state is made of, beside the document's name.
STATE_WORDS: Mapping[Language, str] = {
    "nb": (
        "gjelder gjeldende gyldig gyldighet kraft utløpt utløper utgått utdatert foreldet "
        "bindende forpliktende vedta vedtar vedtok vedtatt vedtatte vedtak oppdatert oppdatere "
        "revidert erstattet erstatte avløst fornyet forslag utkast politikk status versjon "
        "lenge gammel gamle gang slutt først første sist siste ennå enda fortsatt fremdeles "
        "fremleis framleis formelt endelig dato dag år årstall måned tidspunkt kommune kommunen "
        "kommunestyre kommunestyret bystyre bystyret fylkesting fylkestinget plan planer "
        "dokument januar februar mars april mai juni juli august september oktober november "
        "desember "
    ),
    "en": (
        "apply applies force valid validity binding adopt adopted expired outdated update "
        "updated supersede superseded replace replaced renew renewed proposal proposed draft "
        "policy status version long old time last first still final finally formally date day "
        "year month today now city council municipality municipal plan document january "
        "february march april may june july august september october november december "
    ),
}
MAX_DAY_DIGITS = 2

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
        self,
        query: Query,
        ranking: Ranking,
        index: SearchIndex,
        as_of: date,
        citer: Citer,
        *,
        mentions: Sequence[Mention] = (),
        document_ids: Sequence[str] = (),
    ) -> ValidityAnswer | None:
        """The answer, or None when no document can be told.

        Args:
            query: the question.
            ranking: its hits.
            index: where they come from.
            as_of: the day to judge force by.
            citer: numbers the citations.
            mentions: where the question names documents.
            document_ids: the only documents to speak of; all when empty.
        """
        others = _other_subjects(query, mentions)
        if asks_which_documents(query.text) and not mentions:
            known = [self._library.info(name) for name in document_ids or self._library.infos]
            if others or not known:
                return None
            lines = [f"- {self._state(one, query.language, as_of, index, citer)}" for one in known]
            return ValidityAnswer(text="\n".join(lines), proof=self._passages_cited(citer, index))
        info = self._document_of(query, ranking, mentions, others)
        if info is None:
            return None
        labels = LABELS[query.language]
        lines = [self._state(info, query.language, as_of, index, citer)]
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

    def _state(
        self,
        info: DocumentInfo,
        language: Language,
        as_of: date,
        index: SearchIndex,
        citer: Citer,
    ) -> str:
        told = describe(validity_of(info, as_of), language)
        return f"{told} {self._proof(info, index, citer) or LABELS[language]['register']}"

    def _passages_cited(self, citer: Citer, index: SearchIndex) -> tuple[Passage, ...]:
        rows = [index.register.row_of(c.passage_id) for c in citer.citations]
        known = [row for row in rows if row is not None]
        return tuple(index.register.passages(known).values())

    def _document_of(
        self, query: Query, ranking: Ranking, mentions: Sequence[Mention], others: Sequence[str]
    ) -> DocumentInfo | None:
        """The document whose state is asked for; None when it is none of the register's."""
        if mentions:
            info = self._library.info(mentions[0].document_id)
            own = _dates(info) | set(stems(f"{info.title} {info.publisher}", "nb"))
            rest = [word for word in others if not _terms(word, query.language) & own]
            return info if not rest or asks_what_is_in_force(query.text) else None
        titled = self._titled(query, others) if others else None
        found = self._most_found(ranking)
        if titled is not None or found is None or not others:
            return titled or found
        own = set(stems(f"{found.title} {found.publisher}", "nb"))
        named = [name for name in names_in(query.text) if not _terms(name.casefold(), "nb") & own]
        named += filter(names_publication, others)
        return found if asks_what_is_in_force(query.text) and not named else None

    def _titled(self, query: Query, words: Sequence[str]) -> DocumentInfo | None:
        """The one document whose title holds all the words; a page is called by its kind."""
        found = [
            info
            for info in self._library.infos.values()
            if info.kind is not DocumentKind.WEB_PAGE
            and all(_terms(w, query.language) & set(stems(info.title, "nb")) for w in words)
        ]
        return found[0] if len(found) == 1 else None

    def _most_found(self, ranking: Ranking) -> DocumentInfo | None:
        counts = Counter(hit.passage.document_id for hit in ranking.hits[:5])
        return self._library.info(counts.most_common(1)[0][0]) if counts else None

    def _proof(self, info: DocumentInfo, index: SearchIndex, citer: Citer) -> str:
        """Markers of the sentences that hold the end of the period or the adoption."""
        for day in (info.adopted, info.updated, info.published):
            if day is not None:
                marker = self._cite_date(info, day, index, citer)
                return marker or ""
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


@cache
def _state_terms() -> frozenset[str]:
    return frozenset(
        stem for language, words in STATE_WORDS.items() for stem in stems(words, language)
    )


def _terms(word: str, language: Language) -> set[str]:
    """The word itself, its stem, and in English the stems of what it is in Norwegian."""
    meant = (word, *expand_english(word)) if language == "en" else (word,)
    return {word, *(stem for one in meant for stem in stems(one, "nb"))}


def _dates(info: DocumentInfo) -> set[str]:
    """The years that a document's entry names."""
    days = (info.adopted, info.published, info.updated, info.valid_from, info.valid_to)
    return {str(day.year) for day in days if day is not None}


def _other_subjects(query: Query, mentions: Sequence[Mention]) -> list[str]:
    """What a question is about beside the documents it names and their state."""
    rest = query.text
    for one in sorted(mentions, key=lambda mention: -mention.start):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
    return [
        word
        for word in informative_words(rest)
        if not set(stems(word, query.language)) & _state_terms()
        and not (word.isdecimal() and len(word) <= MAX_DAY_DIGITS)
    ]


def written_forms(day: date) -> tuple[str, ...]:
    """How a day is written in Norwegian and English documents."""
    norwegian, english = day_text(day, "nb"), day_text(day, "en")
    numeric = (f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y-%m-%d}")
    return (norwegian, english, *numeric)
