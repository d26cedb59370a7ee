"""From a question about commitments to a query on the register, by a grammar over its fields.

A question is one when it names what rows are made of (tiltak, strategi, frist, ansvarlig, partner,
forventes …) and at least one field value is found in it: a goal or strategy number, a known actor
with a role, a year or recurrence as deadline. Known values come from the register, so the grammar
holds for any plan. Anything else is left to the passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.commitment_query import CommitmentQuery
from corpus.deadlines import machine_readable
from corpus.names import fold, forms_of
from corpus.records import Commitment

_ROWS = re.compile(
    r"\b(tiltak\w*|strategi(en|er|ene|ane|ar)?\b|delmål\w*|forplikt\w*|lovna?d?\w*|ansvar\w*|"
    r"samarbeidspart\w*|partner\w*|frist\w*|forvent\w*|vent(ar|ast)\b|measures?|strateg(y|ies)|"
    r"commit\w*|promis\w*|responsib\w*|deadlines?|due|expect\w*|actions?)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(hvor mange|kor mange|antall|talet på|how many|number of)\b", re.IGNORECASE)
_STRATEGIES = re.compile(r"\b(strategi(er|ene|ar|ane)?|strategies|delmål\w*)\b", re.IGNORECASE)
_MEASURES = re.compile(r"\b(tiltak\w*|measures?|actions?|commitments?)\b", re.IGNORECASE)
_GOAL = re.compile(
    r"\b((?:hoved)?(?:mål|målet)|goal)\s*(?:nr\.?|nummer|number|no\.?)?\s*(\d{1,2})\b(?!\.\d)", re.I
)
_STRATEGY = re.compile(r"(?<![\d.])(\d{1,2}\.\d{1,2})(?![\d.]*\d)")
_PARTNER = re.compile(
    r"(partner\w*|samarbeidspart\w*|samarbeid\w*|i lag med|saman med|sammen med|together with|"
    r"cooperat\w*|collaborat\w*|involved|involver\w*)",
    re.IGNORECASE,
)
_RESPONSIBLE = re.compile(
    r"(ansvar\w*|forvent\w*|ventar|ventast|responsib\w*|expect\w*|in charge|skal gjøre|må gjøre|"
    r"har lovet|lova|lover|promis\w*|commit\w*)",
    re.IGNORECASE,
)
_EXPECTED = re.compile(r"\b(forvent\w*|ventar|ventast|expect\w*)\b", re.IGNORECASE)
_DUE = re.compile(
    r"(?:frist\w*|innan|innen|før|due|deadline|by|gjennomføre\w*|ferdig\w*|i løpet av|når|in)"
    r"\W+(?:\w+\W+){0,4}?((?:19|20)\d{2})\b"
    r"|\b((?:19|20)\d{2})\b(?=\W*(?:som frist|er frist|as (?:the )?deadline|\W*$))",
    re.IGNORECASE,
)
_RECURRING = re.compile(
    r"\b(årlig\w*|årleg\w*|hvert år|kvart år|månedlig\w*|månadleg\w*|løpende|løpande|yearly|"
    r"annual\w*|monthly|continuous\w*)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(r"\b(frist\w*|innen|innan|deadline\w*|due|ferdig\w*)\b", re.IGNORECASE)
NEAR = 45  # characters between a name and the word that gives its role


class Wanted(StrEnum):
    """What the answer counts or lists."""

    ROWS = "rows"
    COUNT_MEASURES = "count of measures"
    COUNT_STRATEGIES = "count of strategies"
    STRATEGIES = "strategies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question as a query, and what is wanted of its rows."""

    query: CommitmentQuery
    wanted: Wanted


class CommitmentGrammar:
    """Knows the values of one register."""

    def __init__(self, rows: Iterable[Commitment], titles: Mapping[str, str]) -> None:
        kept = list(rows)
        names = {
            name
            for row in kept
            for name in (*row.responsible_names, *row.partner_names)
            if len(name) > 1
        }
        self._forms: list[tuple[str, re.Pattern[str]]] = []
        for name in sorted(names, key=len, reverse=True):
            for form in forms_of(name):
                self._forms.append((name, _name_pattern(form)))
        self._strategies = {row.strategy_no for row in kept if row.strategy_no}
        self._title_words = {
            document: _telling_words(title, titles.values(), names)
            for document, title in titles.items()
        }

    def understand(self, question: str, documents: Sequence[str] = ()) -> Understood | None:
        """The query a question asks for; None when it is not a question for the register."""
        if not _ROWS.search(question):
            return None
        goal = _GOAL.search(question)
        strategy = next((s for s in _STRATEGY.findall(question) if s in self._strategies), None)
        due = self._due(question)
        partner, responsible, actor = self._actors(question)
        expected = bool(_EXPECTED.search(question)) and (responsible or actor)
        query = CommitmentQuery(
            documents=tuple(documents) or self._documents(question),
            goal=_goal_wanted(goal),
            strategy=strategy,
            responsible=(responsible or actor) if expected else responsible,
            partner=partner,
            actor=None if expected else actor,
            due=due,
            modality="expected" if expected else None,
        )
        if query.is_open or (_only_due(query) and not _DEADLINE.search(question)):
            return None
        return Understood(query=query, wanted=_wanted(question))

    def _due(self, question: str) -> str | None:
        recurring = _RECURRING.search(question)
        if recurring:
            meanings = machine_readable(recurring.group())
            return meanings[0] if meanings else "yearly"
        year = _DUE.search(question)
        return (year.group(1) or year.group(2)) if year else None

    def _actors(self, question: str) -> tuple[str | None, str | None, str | None]:
        """(partner, responsible, either): names in the question by the role words near them."""
        partner = responsible = actor = None
        taken: list[tuple[int, int]] = []
        for name, pattern in self._forms:
            match = pattern.search(question)
            if match is None or any(match.start() < e and s < match.end() for s, e in taken):
                continue
            taken.append(match.span())
            as_partner = _distance(question, match, _PARTNER)
            as_responsible = _distance(question, match, _RESPONSIBLE)
            if as_partner is not None and (as_responsible is None or as_partner < as_responsible):
                partner = partner or name
            elif as_responsible is not None:
                responsible = responsible or name
            else:
                actor = actor or name
        return partner, responsible, actor

    def _documents(self, question: str) -> tuple[str, ...]:
        lowered = question.casefold()
        return tuple(
            document
            for document, words in self._title_words.items()
            if any(word in lowered for word in words)
        )


def _goal_wanted(found: re.Match[str] | None) -> str | None:
    """The number of a goal; a main goal ("hovedmål 3") keeps its word, as plans number both."""
    if found is None:
        return None
    word, number = found.group(1).casefold(), found.group(2)
    return f"hovedmål {number}" if word.startswith("hoved") else number


def _only_due(query: CommitmentQuery) -> bool:
    fields = (query.goal, query.strategy, query.responsible, query.partner, query.actor, query.text)
    return query.due is not None and not any(fields)


def _wanted(question: str) -> Wanted:
    strategies = _STRATEGIES.search(question) and not _MEASURES.search(question)
    if _COUNT.search(question):
        return Wanted.COUNT_STRATEGIES if strategies else Wanted.COUNT_MEASURES
    return Wanted.STRATEGIES if strategies else Wanted.ROWS


def _distance(question: str, name: re.Match[str], role: re.Pattern[str]) -> int | None:
    gaps = [
        max(word.start() - name.end(), name.start() - word.end(), 0)
        for word in role.finditer(question)
    ]
    near = [gap for gap in gaps if gap <= NEAR]
    return min(near, default=None)


def _name_pattern(form: str) -> re.Pattern[str]:
    """A name as a word; short abbreviations keep their case, so that "nat" is no name."""
    flags = 0 if len(form) <= 4 else re.IGNORECASE
    genitive = r"(?:s|'s|-s)?"
    return re.compile(rf"(?<!\w){re.escape(form)}{genitive}(?!\w)", flags)


def _telling_words(title: str, titles: Iterable[str], names: Iterable[str]) -> set[str]:
    """Long words of a title that no other title has and that name no actor."""
    others = " ".join(other for other in titles if other != title).casefold()
    actors = {fold(name) for name in names}
    return {
        word
        for word in re.findall(r"\w+", title.casefold())
        if len(word) >= 8 and word not in others and fold(word) not in actors
    }
