"""A query on the register of commitments: one field for each column that can be asked for.

The command line fills it from its options, the chat from a question (assistant/commitment_grammar),
a language model from its structured output. Whoever fills it, the rows come from the register.
All fields given must hold. Names match in any of their forms; a due date matches its printed form
and its meaning (2011 lies in 2010–2012).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

from corpus.commitment_kinds import goal_number, is_primary
from corpus.deadlines import machine_readable
from corpus.names import fold, forms_of, is_of_kind
from corpus.records import Commitment


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentQuery:
    """Which rows are wanted; None or empty means any. `weak` adds sentences with skal/vil/bør."""

    documents: tuple[str, ...] = ()
    goal: str | None = None
    strategy: str | None = None
    responsible: str | None = None
    partner: str | None = None
    actor: str | None = None  # responsible or partner
    due: str | None = None
    text: str | None = None
    modality: str | None = None
    weak: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing but documents is asked for."""
        fields = (self.goal, self.strategy, self.responsible, self.partner, self.actor, self.due)
        return not any((*fields, self.text, self.modality))


def select(rows: Iterable[Commitment], query: CommitmentQuery) -> list[Commitment]:
    """The rows that fit, in document order.

    A word for a kind of bodies ("universitetene") finds all of that kind, unless one of `rows`
    prints that very word.
    """
    register = list(rows)
    tests = [test for test in _tests(query, register) if test is not None]
    return [row for row in register if all(test(row) for test in tests)]


def _tests(
    query: CommitmentQuery, register: Sequence[Commitment]
) -> list[Callable[[Commitment], bool] | None]:
    def when(
        value: str | None, test: Callable[[Commitment, str], bool]
    ) -> Callable[[Commitment], bool] | None:
        return None if value is None else lambda row: test(row, value)

    def named(
        value: str | None, names: Callable[[Commitment], Sequence[str]]
    ) -> Callable[[Commitment], bool] | None:
        return None if value is None else _name_test(value, names, register)

    return [
        None if query.weak else is_primary,
        (lambda row: row.document_id in query.documents) if query.documents else None,
        when(query.goal, _has_goal),
        when(query.strategy, lambda row, value: row.strategy_no in _numbers(value)),
        named(query.responsible, _responsible),
        named(query.partner, _partners),
        named(query.actor, lambda row: (*_responsible(row), *_partners(row))),
        when(query.due, _is_due),
        when(query.text, _has_text),
        when(query.modality, lambda row, value: row.modality.value == value),
    ]


def _numbers(value: str) -> set[str]:
    """The strategy numbers of a filter: "4.2, 4.3" wants both."""
    return {number.strip().rstrip(".") for number in value.split(",")}


def goal_of(row: Commitment) -> str | None:
    """The number of a row's goal, "6"; None when its goal has none."""
    number = goal_number(row.goal)
    if number is None and row.strategy_no and "." in row.strategy_no:
        return row.strategy_no.split(".")[0]
    return number


def _has_goal(row: Commitment, value: str) -> bool:
    if value.strip().isdigit():
        return goal_of(row) == value.strip()
    return row.goal is not None and value.casefold() in row.goal.casefold()


def _responsible(row: Commitment) -> tuple[str, ...]:
    return (*row.responsible, *row.responsible_names)


def _partners(row: Commitment) -> tuple[str, ...]:
    return (*row.partners, *row.partner_names)


def _name_test(
    wanted: str, names: Callable[[Commitment], Sequence[str]], register: Sequence[Commitment]
) -> Callable[[Commitment], bool]:
    forms = {fold(form) for form in forms_of(wanted)}
    if any(_is_named(forms, names(row)) for row in register):
        return lambda row: _is_named(forms, names(row))
    return lambda row: any(is_of_kind(name, wanted) for name in names(row))


def _is_named(forms: Set[str], printed: Sequence[str]) -> bool:
    for name in printed:
        parts = {fold(name), *(fold(part) for part in re.split(r"[/,]", name))}
        if forms & parts:
            return True
    return False


def _is_due(row: Commitment, value: str) -> bool:
    if row.when is not None and " ".join(value.split()).casefold() in row.when.casefold():
        return True
    wanted = machine_readable(value) or (value.casefold(),)
    return any(_covers(have, want) for want in wanted for have in row.due)


def _covers(have: str, want: str) -> bool:
    if have == want or (have.startswith(f"{want}-") and len(have) == 10):
        return True
    span = re.fullmatch(r"(\d{4})-(\d{4})", have)
    return bool(span and want.isdigit() and int(span[1]) <= int(want) <= int(span[2]))


def _has_text(row: Commitment, value: str) -> bool:
    whole = " ".join(filter(None, (row.measure, row.strategy, row.indicator, row.goal))).casefold()
    return all(word in whole for word in value.casefold().split())


def deadline_years(row: Commitment) -> list[int]:
    """The years a row is due in; of a span the last one, of what recurs none."""
    years = (re.fullmatch(r"(?:\d{4}-)?(\d{4})|(\d{4})-\d\d-\d\d", due) for due in row.due)
    return [int(year[1] or year[2]) for year in years if year]


def command_line(query: CommitmentQuery) -> str:
    """The `stifinner commitments` command with the same filter."""
    fields = (
        *(("document", name) for name in query.documents),
        ("goal", query.goal),
        ("strategy", query.strategy),
        ("responsible", query.responsible),
        ("partner", query.partner),
        ("actor", query.actor),
        ("due", query.due),
        ("text", query.text),
        ("modality", query.modality),
    )
    options = [part for name, value in fields if value for part in (f"--{name}", value)]
    weak = ["--weak"] if query.weak else []
    return shlex.join(["stifinner", "commitments", *options, *weak])


_NORWEGIAN = {
    "yearly": "årlig",
    "monthly": "månedlig",
    "continuous": "løpende",
    "must": "må",
    "will": "vil",
    "should": "bør",
    "expected": "forventet",
}


def describe(query: CommitmentQuery, english: bool) -> str:
    """The filter in words, so that a reader can correct it."""
    labels = (
        ("goal", "mål", query.goal),
        ("strategy", "strategi", query.strategy),
        ("responsible", "ansvarlig", query.responsible),
        ("partner", "samarbeidspartner", query.partner),
        ("actor", "aktør", query.actor),
        ("due", "frist", query.due),
        ("text", "tekst", query.text),
        ("modality", "forpliktelse", query.modality),
        ("document", "dokument", ", ".join(query.documents) or None),
    )
    parts = [
        f"{en} = {value}" if english else f"{no} = {_NORWEGIAN.get(value, value)}"
        for en, no, value in labels
        if value
    ]
    return ("Filter: " if parts else "Filter: –") + "; ".join(parts)
