"""What is in force, as of when: read off the register's dates, never guessed.

A document's state is one of five, from its manifest entry and a day: in force, past its period,
replaced, not (yet) adopted, or unknown. Answers that cite anything but the first carry a note, and
questions about force are answered from here with the passages that say so as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from corpus.records import DocumentInfo, DocumentStatus


class Force(StrEnum):
    """Whether a document binds on a day."""

    IN_FORCE = "in force"
    NOT_YET = "not yet in force"
    PAST = "past its period"
    REPLACED = "replaced"
    PROPOSAL = "proposal"
    ADVISORY = "advisory"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The state of one document on the day `as_of`."""

    info: DocumentInfo
    as_of: date
    force: Force


def validity_of(info: DocumentInfo, as_of: date) -> Validity:
    """State of a document: being a proposal or advice comes first, then its period."""
    return Validity(info=info, as_of=as_of, force=_force(info, as_of))


def _force(info: DocumentInfo, as_of: date) -> Force:
    if info.status is DocumentStatus.PROPOSAL:
        return Force.PROPOSAL
    if info.status is DocumentStatus.ADVISORY:
        return Force.ADVISORY
    begins = info.valid_from or info.adopted
    if begins is not None and as_of < begins:
        return Force.NOT_YET
    if info.valid_to is not None and as_of > info.valid_to:
        return Force.PAST
    if info.replaced_by:
        return Force.REPLACED
    if info.status is DocumentStatus.ADOPTED and info.valid_to is not None:
        return Force.IN_FORCE
    if info.status is DocumentStatus.IN_FORCE_AT_DATE:
        same_day = info.updated is not None and as_of <= info.updated
        return Force.IN_FORCE if same_day else Force.UNKNOWN
    return Force.UNKNOWN


def describe(validity: Validity, language: str) -> str:
    """One sentence for people: the document's status and dates, and what follows on the day."""
    info = validity.info
    english = language == "en"
    title = f"«{info.title}»" if not english else f'"{info.title}"'
    parts = _ENGLISH if english else _NORWEGIAN
    sentence = parts[validity.force].format(
        title=title,
        day=_day(validity.as_of, english),
        until=_day(info.valid_to, english),
        begins=_day(info.valid_from or info.adopted, english),
        updated=_day(info.updated or info.published, english),
        publisher=info.publisher,
    )
    return sentence + _replaced(info, english)


def _replaced(info: DocumentInfo, english: bool) -> str:
    if not info.replaced_by:
        return ""
    label = "Newer version" if english else "Nyere versjon"
    return f" {label}: {info.replaced_by.rstrip('.')}."


_NORWEGIAN = {
    Force.IN_FORCE: "{title} gjelder per {day}.",
    Force.NOT_YET: "{title} gjelder først fra {begins}.",
    Force.PAST: "{title} hadde planperiode til {until} og er utløpt per {day}.",
    Force.REPLACED: "{title} er erstattet.",
    Force.PROPOSAL: "{title} er et forslag, ikke en vedtatt plan.",
    Force.ADVISORY: "{title} er en rådgivende rapport, ikke vedtatt politikk.",
    Force.UNKNOWN: "Det er ukjent om {title} fortsatt gjelder (sist oppdatert: {updated}).",
}
_ENGLISH = {
    Force.IN_FORCE: "{title} is in force as of {day}.",
    Force.NOT_YET: "{title} is in force only from {begins}.",
    Force.PAST: "{title} covered the period to {until} and has expired as of {day}.",
    Force.REPLACED: "{title} has been replaced.",
    Force.PROPOSAL: "{title} is a proposal, not an adopted plan.",
    Force.ADVISORY: "{title} is an advisory report, not adopted policy.",
    Force.UNKNOWN: "It is unknown whether {title} is still in force (last updated: {updated}).",
}
_MONTHS_NO = (
    "januar februar mars april mai juni juli august september oktober november desember".split()
)
_MONTHS_EN = (
    "January February March April May June July August September October November December".split()
)


def _day(day: date | None, english: bool) -> str:
    if day is None:
        return "unknown" if english else "ukjent"
    if english:
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.day}. {_MONTHS_NO[day.month - 1]} {day.year}"


def day_text(day: date | None, language: str) -> str:
    """A date as people write it in the language; 'unknown'/'ukjent' for None."""
    return _day(day, language == "en")


def validity_notes(infos: Iterable[DocumentInfo], as_of: date, language: str) -> list[str]:
    """A note for each cited document that does not simply bind, in order, each once."""
    notes: list[str] = []
    for info in infos:
        validity = validity_of(info, as_of)
        if validity.force is not Force.IN_FORCE:
            note = describe(validity, language)
            if note not in notes:
                notes.append(note)
    return notes
