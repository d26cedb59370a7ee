"""Answers from the register: commitments asked for by field, and where to send a question.

A question that the grammar understands (assistant/commitment_grammar.py) is answered with all rows
that fit, as a table whose every row is cited; counts are counted from those rows. The filter is
told, so that a reader can correct it. A question that is not understood, or that no row fits,
gives None, and the passages answer it. With a language model a question that names what rows are
made of, and that the grammar does not understand, is turned into a query by the model
(assistant/commitment_tool.py); the rows are the register's all the same.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.citations import Citer
from assistant.commitment_grammar import (
    CommitmentGrammar,
    Understood,
    Wanted,
    mentions_commitments,
)
from assistant.commitment_query import CommitmentQuery, deadline_years, describe, select
from assistant.commitment_tables import strategies_of
from assistant.commitment_tool import CommitmentTool
from assistant.frames import (
    REGISTER_BY_MODEL,
    REGISTER_COUNT,
    REGISTER_EARLIEST,
    REGISTER_HEADER,
    REGISTER_LATEST,
    REGISTER_SINGLE,
    REGISTER_STRATEGIES,
)
from assistant.library import Library
from assistant.query import Query
from corpus.errors import GenerationError
from corpus.index import SearchIndex, statements
from corpus.language import Language
from corpus.records import Commitment, Passage

logger = logging.getLogger(__name__)

ASKS_WHO = re.compile(
    r"\b(hvem|kven|kontakt\w*|henvend\w*|vend\w* (meg|oss|seg)|spørre|søke|who|contact|reach|"
    r"get in touch|apply|propose|kommunen|municipality)\b",
    re.IGNORECASE,
)
FORM = re.compile(
    r"\b(skjema|melde inn|innmelding|meld inn|kontaktskjema|submit|application form|"
    r"contact form)\b",
    re.IGNORECASE,
)


EXTREMES = {Wanted.LATEST: REGISTER_LATEST, Wanted.EARLIEST: REGISTER_EARLIEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """Rows as text with markers, and the filter that chose them in words."""

    text: str
    filter_text: str
    query: CommitmentQuery
    rows: tuple[Commitment, ...]
    passages: tuple[Passage, ...]


class RegisterAnswerer:
    """Answers from rows instead of passages."""

    def __init__(
        self, index: SearchIndex, library: Library, tool: CommitmentTool | None = None
    ) -> None:
        self._index = index
        self._library = library
        self._form: tuple[Passage, int, int] | None = None
        self._looked = False
        self._rows = index.register.commitments()
        self._titles = {name: info.title for name, info in library.infos.items()}
        self._grammar = CommitmentGrammar(self._rows, self._titles)
        self._tool = tool

    def write(
        self, query: Query, document_ids: Sequence[str], citer: Citer
    ) -> RegisterAnswer | None:
        """The rows that a question about commitments asks for; None for any other question."""
        understood = self._grammar.understand(query.text, document_ids)
        if understood is not None:
            return self._answer(understood, query.language, citer)
        if self._tool is None or not mentions_commitments(query.text):
            return None
        try:
            understood = self._tool.understand(query.text, self._rows, self._titles, document_ids)
        except GenerationError as exc:
            logger.warning("no query from the language model: %s", exc)
            return None
        answer = understood and self._answer(understood, query.language, citer)
        if not answer:
            return None
        by_model = REGISTER_BY_MODEL[query.language]
        return replace(answer, filter_text=f"{answer.filter_text}. {by_model}")

    def _answer(
        self, understood: Understood, language: Language, citer: Citer
    ) -> RegisterAnswer | None:
        asked = self._at_extreme(understood)
        rows = select(self._rows, asked.query)
        if not rows:
            return None
        return RegisterAnswer(
            text=self._render(rows, asked, language, citer),
            filter_text=describe(asked.query, language == "en"),
            query=asked.query,
            rows=tuple(rows),
            passages=self._passages_of(rows),
        )

    def _at_extreme(self, understood: Understood) -> Understood:
        """For the latest or earliest deadline, the query with that year as deadline."""
        if understood.wanted not in (Wanted.LATEST, Wanted.EARLIEST):
            return understood
        rows = select(self._rows, understood.query)
        years = [year for row in rows for year in deadline_years(row)]
        if not years:
            return understood
        extreme = max(years) if understood.wanted is Wanted.LATEST else min(years)
        return replace(understood, query=replace(understood.query, due=str(extreme)))

    def _render(
        self, rows: Sequence[Commitment], understood: Understood, language: Language, citer: Citer
    ) -> str:
        strategies = strategies_of(rows)
        if understood.wanted in (Wanted.STRATEGIES, Wanted.COUNT_STRATEGIES) and strategies:
            lines = [REGISTER_STRATEGIES[language].format(count=len(strategies))]
            write = self._strategy_lines
        else:
            count = REGISTER_SINGLE if len(rows) == 1 else REGISTER_COUNT
            lines = [count[language].format(count=len(rows))]
            write = self._table_lines
        if understood.wanted in EXTREMES and understood.query.due:
            frame = EXTREMES[understood.wanted][language]
            lines[0] = f"{frame.format(year=understood.query.due)} {lines[0]}"
        documents = list(dict.fromkeys(row.document_id for row in rows))
        for document in documents:
            if len(documents) > 1:  # plans number their goals alike: 3.1 stands in each
                lines += ["", f"**{self._library.info(document).title}**"]
            own = [row for row in rows if row.document_id == document]
            lines += write(own, language, citer)
        return "\n".join(lines)

    def _strategy_lines(
        self, rows: Sequence[Commitment], language: Language, citer: Citer
    ) -> list[str]:
        del language  # a strategy is quoted as it stands
        first = {row.strategy_no: row for row in reversed(rows)}
        return [
            f"- {number}: {text} {self._cite(first[number], citer)}"
            for _, number, text in strategies_of(rows)
        ]

    def _table_lines(
        self, rows: Sequence[Commitment], language: Language, citer: Citer
    ) -> list[str]:
        lines = ["", "| " + " | ".join(REGISTER_HEADER[language]) + " |"]
        lines.append("|" + "---|" * len(REGISTER_HEADER[language]))
        for row in rows:
            cells = (
                row.strategy_no or "",
                row.measure,
                ", ".join(row.responsible),
                ", ".join(row.partners),
                row.when or "–",
                self._cite(row, citer),
            )
            lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
        return lines

    def _cite(self, row: Commitment, citer: Citer) -> str:
        passage = self._passage_of(row)
        return "" if passage is None else f"[{citer.cite(passage, row.start, row.end)}]"

    def _passages_of(self, rows: Sequence[Commitment]) -> tuple[Passage, ...]:
        """The passages that hold the rows, each once, in row order."""
        found = {p.id: p for row in rows if (p := self._passage_of(row)) is not None}
        return tuple(found.values())

    def _passage_of(self, row: Commitment) -> Passage | None:
        if row.passage_id is None:
            return None
        number = self._index.register.row_of(row.passage_id)
        return None if number is None else self._index.register.passages([number])[number]

    def contact(self, query: Query, citer: Citer, document_ids: Sequence[str] = ()) -> str | None:
        """The sentence that names a form for approaching the municipality, with its marker.

        Only for questions to or about approaching somebody, and only when the documents have one;
        of `document_ids` alone where any are given.
        """
        if not ASKS_WHO.search(query.text):
            return None
        found = self._find_form()
        if found is None:
            return None
        passage, start, end = found
        if document_ids and passage.document_id not in document_ids:
            return None
        marker = citer.cite(passage, start, end)
        quote = " ".join(self._library.text(passage.document_id)[start:end].split())
        return f"«{quote}» [{marker}]"

    def _find_form(self) -> tuple[Passage, int, int] | None:
        if not self._looked:
            self._looked = True
            self._form = next(
                (
                    (passage, passage.start + start, passage.start + end)
                    for _, passage in self._index.register.all_passages()
                    for start, end in statements(passage)
                    if FORM.search(passage.text[start:end]) and end - start > 40
                ),
                None,
            )
        return self._form
