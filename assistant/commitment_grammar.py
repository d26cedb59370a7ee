"""From a question about commitments to a query on the register, by a grammar over its fields.

A question is one when it names what rows are made of (tiltak, strategi, frist, ansvarlig, partner,
forventes …) and at least one field value is found in it: a goal or strategy number, a known actor
with a role, a year or recurrence as deadline. "What must X do", with an actor and nothing else, is
one too, and so is the latest or earliest deadline. Known values come from the register, so the
grammar holds for any plan. What the grammar cannot place is counted: a question with many such
words asks for content and is left to the passages, like anything else that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.commitment_query import CommitmentQuery, select
from corpus.analysis import informative_words, stemmed_words
from corpus.glossary import expand_english
from corpus.language import detect_language
from corpus.names import KINDS, forms_of, is_of_kind
from corpus.records import Commitment

_ROWS = re.compile(
    r"\b(tiltak\w*|strategi(en|er|ene|ane|ar)?\b|delmål\w*|forplikt\w*|lovna?d?\w*|ansvar\w*|"
    r"samarbeidspart\w*|partn[ea]r\w*|frist\w*|forvent\w*|vent(ar|ast)\b|measures?|strateg(y|ies)|"
    r"commit\w*|promis\w*|responsib\w*|deadlines?|due|expect\w*|actions?)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(hvor mange|kor mange|antall|talet på|how many|number of)\b", re.IGNORECASE)
_STRATEGIES = re.compile(r"\b(strategi(er|ene|ar|ane)?|strategies|delmål\w*)\b", re.IGNORECASE)
_CELLS = re.compile(
    r"\b(samarbeidspart\w*|partn[ea]r\w*|ansvarlig\w*|ansvarleg\w*|frist\w*|indikator\w*|"
    r"hvem|kven|who|ansvar|responsib\w*|deadline|indicator)\b",
    re.IGNORECASE,
)
_MEASURES = re.compile(r"\b(tiltak\w*|measures?|actions?|commitments?)\b", re.IGNORECASE)
_GOAL = re.compile(
    r"\b((?:hoved)?(?:mål|målet)|goal)\s*(?:nr\.?|nummer|number|no\.?)?\s*(\d{1,2})\b(?!\.\d)", re.I
)
_STRATEGY = re.compile(r"(?<![\d.])(\d{1,2}\.\d{1,2})(?![\d.]*\d)")
_PARTNER = re.compile(
    r"(partn[ea]r\w*|samarbeidspart\w*|samarbeid\w*|i lag med|saman med|sammen med|together with|"
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
_RECURRING: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\b(årlig\w*|årleg\w*|hvert år|kvart år|yearly|annual\w*|(every|each) year)\b", re.I
        ),
        "yearly",
    ),
    (
        re.compile(
            r"\b(månedlig\w*|månadleg\w*|hver måned|kvar månad|monthly|(every|each) month)\b", re.I
        ),
        "monthly",
    ),
    (
        re.compile(
            r"\b((fort)?løpende|(fort)?løpande|kontinuerlig\w*|kontinuerleg\w*|continuous\w*|"
            r"ongoing)\b",
            re.I,
        ),
        "continuous",
    ),
)
_DOES = re.compile(
    r"^\W*(?:hva|kva|what)\s+(?:må|skal|bør|vil|lyt|must|shall|should|will)\s+"
    r"(?:[\w.-]+\s+){1,5}?(?:gjøre|gjere|gjera|do)\b",
    re.IGNORECASE,
)
_DO = re.compile(r"\b(gjøre|gjere|gjera|do)\b", re.IGNORECASE)
_LATEST_WORD = r"(?:seneste|seinaste|senaste|siste|latest|last|final)"
_EARLIEST_WORD = r"(?:tidligste|tidlegaste|tidlegste|første|fyrste|earliest|first|soonest)"
_DEADLINE_WORD = r"(?:frist\w*|deadlines?)"
_SUPERLATIVE = r"\b{word}\W+{due}\b|\b{due}\W+(?:\w+\W+){{0,2}}?{word}\b"
_LATEST = re.compile(_SUPERLATIVE.format(word=_LATEST_WORD, due=_DEADLINE_WORD), re.IGNORECASE)
_EARLIEST = re.compile(_SUPERLATIVE.format(word=_EARLIEST_WORD, due=_DEADLINE_WORD), re.IGNORECASE)
# "by 2012 at the latest" is a deadline, no superlative.
_AT_THE_LATEST = re.compile(r"\bat the latest\b", re.IGNORECASE)
_DEADLINE = re.compile(r"\b(frist\w*|innen|innan|deadline\w*|due|ferdig\w*)\b", re.IGNORECASE)
_DOCUMENT_WORD = re.compile(
    r"(plan|del|veikart|strategi|rapport|melding|program|roadmap|report|strategy)"
    r"(s|en|ens|et|ets|a|as)?$"
)
NEAR = 45  # characters between a name and the word that gives its role
MANY_LEFT = 4  # words of content that the grammar cannot place, beside a field with its word
SUBJECT_WORDS = 2  # so many unplaced words tell a subject
SOME_LEFT = 2  # the same, beside a mere name or recurrence


class Wanted(StrEnum):
    """What the answer counts or lists."""

    ROWS = "rows"
    COUNT_MEASURES = "count of measures"
    COUNT_STRATEGIES = "count of strategies"
    STRATEGIES = "strategies"
    LATEST = "rows with the latest deadline"
    EARLIEST = "rows with the earliest deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question as a query, and what is wanted of its rows."""

    query: CommitmentQuery
    wanted: Wanted


class CommitmentGrammar:
    """Knows the values of one register."""

    def __init__(self, rows: Iterable[Commitment], titles: Mapping[str, str]) -> None:
        kept = list(rows)
        self._rows = kept
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
        for kind in KINDS:
            if any(is_of_kind(name, kind[0]) for name in names):
                self._forms += [(kind[0], _name_pattern(word)) for word in kind]
        self._words = _single_words(kept)
        self._strategies = {row.strategy_no for row in kept if row.strategy_no}
        self._titles = {
            document: words
            for document, title in titles.items()
            if (words := _document_words(title, titles.values()))
        }

    def understand(self, question: str, documents: Sequence[str] = ()) -> Understood | None:
        """The query a question asks for; None when it is not a question for the register."""
        does = bool(_DOES.search(question))
        if not does and not _ROWS.search(question):
            return None
        goal = _GOAL.search(question)
        numbers = [s for s in _STRATEGY.findall(question) if s in self._strategies]
        strategy = ", ".join(dict.fromkeys(numbers)) or None
        due = _due(question)
        expects = bool(_EXPECTED.search(question))
        partner, responsible, actor = self._actors(question)
        if not (partner or responsible or actor) and (goal or strategy or due or expects or does):
            partner, responsible, actor = self._common_noun(question)
        if does and actor:
            responsible, actor = actor, None
        expected = expects and bool(responsible or actor)
        extreme = _extreme(question)
        if extreme is not None and due is not None:  # "the last deadline before 2015"
            return None
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
        if query.is_open and extreme is None:
            return None
        if does and not (responsible and not self._left(_DO.sub(" ", question))):
            return None  # "what must a researcher do", "what will it do for the climate"
        left = self._left(question)
        if len(left) > _tolerated(query, question) or self._elsewhere(left, query):
            return None
        return Understood(query=query, wanted=extreme or _wanted(question))

    def _elsewhere(self, left: Sequence[str], query: CommitmentQuery) -> bool:
        """Whether the words that could not be placed ask for a subject no row of these is about."""
        if len(left) < SUBJECT_WORDS or query.goal or query.strategy or query.due:
            return False
        rows = select(self._rows, query)
        text = " ".join(
            part for row in rows for part in (row.measure, row.strategy, row.indicator) if part
        )
        return bool(rows) and not _stems(" ".join(left)) & _stems(text)

    def _left(self, question: str) -> list[str]:
        """The content words that the grammar cannot place."""
        patterns = (
            *(_LATEST, _EARLIEST, _ROWS, _PARTNER, _RESPONSIBLE, _COUNT, _GOAL, _STRATEGY),
            *(_DUE, _DEADLINE),
        )
        rest = question
        for pattern in (*patterns, *(p for p, _ in _RECURRING), *(p for _, p in self._forms)):
            rest = pattern.sub(" ", rest)
        named = {stem for words in self._titles.values() for stem in words}
        placed = named | set(self._words)
        return [word for word in _content(rest) if not _stems(word) & placed]

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

    def _common_noun(self, question: str) -> tuple[str | None, str | None, str | None]:
        """As `_actors`, for actors printed as a common noun: "kommunen", "the business sector".

        Such words stand in many questions, so they count only beside another field.
        """
        asked = set(re.findall(r"\w+", question.casefold()))
        for term in expand_english(question) if detect_language(question) == "en" else ():
            asked |= {term.casefold(), *_stems(term)}
        name = next((name for word, name in self._words.items() if word in asked), None)
        if _RESPONSIBLE.search(question):
            return None, name, None
        return (name, None, None) if _PARTNER.search(question) else (None, None, name)

    def _documents(self, question: str) -> tuple[str, ...]:
        asked = _stems(question)
        if detect_language(question) == "en":
            asked |= _stems(" ".join(expand_english(question)))
        return tuple(name for name, words in self._titles.items() if words & asked)


def _due(question: str) -> str | None:
    for pattern, meaning in _RECURRING:
        if pattern.search(question):
            return meaning
    year = _DUE.search(question)
    return (year.group(1) or year.group(2)) if year else None


def _goal_wanted(found: re.Match[str] | None) -> str | None:
    """The number of a goal; a main goal ("hovedmål 3") keeps its word, as plans number both."""
    if found is None:
        return None
    word, number = found.group(1).casefold(), found.group(2)
    return f"hovedmål {number}" if word.startswith("hoved") else number


def _tolerated(query: CommitmentQuery, question: str) -> int:
    """How many words may stay unplaced; -1 when the fields are too little to go by."""
    if any((query.goal, query.strategy, query.responsible, query.partner)):
        return MANY_LEFT
    if query.actor:
        return SOME_LEFT
    if _extreme(question) is not None:  # without a measure, any deadline may be meant
        return SOME_LEFT if _MEASURES.search(question) or query.documents else 0
    if _DEADLINE.search(question):
        return MANY_LEFT
    recurs = any(pattern.search(question) for pattern, _ in _RECURRING)
    return SOME_LEFT if recurs and _MEASURES.search(question) else -1


def _extreme(question: str) -> Wanted | None:
    text = _AT_THE_LATEST.sub(" ", question)
    if _LATEST.search(text):
        return Wanted.LATEST
    return Wanted.EARLIEST if _EARLIEST.search(text) else None


def mentions_commitments(question: str) -> bool:
    """Whether a question uses a word for what rows are made of, and so may ask for some."""
    return bool(_ROWS.search(question))


def _wanted(question: str) -> Wanted:
    other = _MEASURES.search(question) or _CELLS.search(question)
    strategies = _STRATEGIES.search(question) and not other
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


def _single_words(rows: Iterable[Commitment]) -> dict[str, str]:
    """Actors printed as one common noun, by the word and by its stem where only one has it."""
    found: dict[str, str] = {}
    stems: dict[str, set[str]] = {}
    for row in rows:
        if len(row.responsible) != len(row.responsible_names):
            continue
        for printed, name in zip(row.responsible, row.responsible_names, strict=True):
            if re.fullmatch(r"[A-ZÆØÅ][a-zæøå]{5,}", printed):
                found.setdefault(printed.casefold(), name)
                for stem in _stems(printed):
                    stems.setdefault(stem, set()).add(name)
    alone = {stem: next(iter(names)) for stem, names in stems.items() if len(names) == 1}
    return alone | found


def _document_words(title: str, titles: Iterable[str]) -> frozenset[str]:
    """Stems of the words of a title that say what document it is and that no other title has."""
    others = {stem for other in titles if other != title for stem in _stems(other)}
    words = {word for word in re.findall(r"\w+", title.casefold()) if len(word) > 6}
    return frozenset(
        stem
        for word in words
        if _DOCUMENT_WORD.search(word)
        for stem in _stems(word)
        if stem not in others
    )


def _stems(text: str) -> set[str]:
    return {stem for _, stem in stemmed_words(text, "nb", function_words_too=True)}


def _content(text: str) -> list[str]:
    return informative_words(text) if any(character.isalnum() for character in text) else []
