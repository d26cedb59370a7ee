"""Who is meant: names printed in cells, headings, lead-ins and sentences of a plan.

Printed names keep the document's letters; only what a line end did to them is undone. Normalised
names (`responsible_names`, `partner_names`) are what filters compare: a slash between two names
parts them, abbreviations and aliases are resolved by `corpus.names`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from corpus import names
from corpus.deadlines import DASH

_COMMA = re.compile(r",(?![^(]*\))\s*|;\s*|\n")
_AND = re.compile(r",\s*(?:og\s+|and\s+)?|\s+(?:og|and)\s+")
_WITH = re.compile(
    r"\b(?:i samarbeid med|sammen med|in cooperation with|together with)\s+(?P<who>[^.;:()]+)", re.I
)
_AFTER_NAMES = re.compile(
    r"\s+(?:for å|for at|om å|om|til|slik at|gjennom|ved|som|i|på|lage|utvikle|velge|to)\s.*$"
)
_VAGUE = re.compile(
    r"^(?:de |den |det )?(?:andre|relevante|aktuelle|ulike|flere|partnerne|other)\b"
)
_SUBJECT = re.compile(
    r"^(?P<who>[A-ZÆØÅ][^.:;]{1,60}?)\s+(?:skal|vil|bør|må|will|shall|should|must)\b"
)
_INVERTED = re.compile(r"\b(?:skal|vil|bør|må)\s+(?P<who>[\wæøåÆØÅ]+(?:\s[\wæøåÆØÅ]+)?)")
_GAP = re.compile(r"[\s-]")


def printed_names(cells: Iterable[str]) -> tuple[str, ...]:
    """The names in cells of an actor column, in order; a dash is no name.

    Names are parted by commas, semicolons and line breaks outside brackets, not by slashes
    ("HiST/HiNT" is how two are printed as one).
    """
    found: list[str] = []
    for cell in cells:
        for part in _COMMA.split(cell):
            name = " ".join(part.split())
            if name and not DASH.match(name):
                found.extend(_parted(name))
    return tuple(dict.fromkeys(found))


def _parted(name: str) -> list[str]:
    """Names that only blanks part, where each word is a known name or an abbreviation."""
    words = name.split()
    alone = [names.is_known(word) or _is_abbreviation(word) for word in words]
    if len(words) > 1 and all(alone) and not names.is_known(name):
        return words
    return [name]


def _is_abbreviation(word: str) -> bool:
    return sum(letter.isupper() for letter in word) > 1 and word.replace("/", "").isalpha()


def normal_names(printed: Iterable[str], explained: Mapping[str, str]) -> tuple[str, ...]:
    """The normalised names in printed ones, each once; `explained` are the document's own."""
    found = (
        names.normalise(part, explained)
        for name in printed
        for part in _slashed(name)
        if part.strip()
    )
    return tuple(dict.fromkeys(found))


def _slashed(name: str) -> list[str]:
    parts = [part.strip() for part in name.split("/")]
    if len(parts) > 1 and all(part[:1].isupper() for part in parts):
        return parts
    return [name]


def spellings(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """From names broken at a line end to the document's usual spelling of them.

    "Trondheims Regionen" becomes "Trondheimsregionen" when that is printed more often. Names that
    differ in more than a blank, a hyphen and the letter after it are left alone ("HIST", "HiST").
    """
    counts = Counter(name for row in rows for name in row)
    usual: dict[str, str] = {}
    for name, _ in counts.most_common():
        usual.setdefault(names.fold(name), name)
    return {
        name: usual[names.fold(name)]
        for name in counts
        if usual[names.fold(name)] != name and _is_broken_form(name, usual[names.fold(name)])
    }


def _is_broken_form(name: str, usual: str) -> bool:
    has_gap = bool(_GAP.search(name)) and not _GAP.search(usual)
    inner_capital = len(name) > 8 and bool(re.search(r"[a-zæøå][A-ZÆØÅ]", name))
    return has_gap or (inner_capital and not re.search(r"[a-zæøå][A-ZÆØÅ]", usual))


def partners_in(text: str) -> tuple[str, ...]:
    """Partners that a sentence names after "i samarbeid med" or "sammen med".

    Empty when it only says that there are some ("sammen med andre aktører").
    """
    match = _WITH.search(text)
    if match is None:
        return ()
    who = _AFTER_NAMES.sub("", match.group("who").strip())
    if _VAGUE.match(who):
        return ()
    parts = [part.strip() for part in _AND.split(who) if part.strip()]
    return tuple(part for part in parts if len(part.split()) <= 4)


def subject_of(text: str) -> str | None:
    """The known actor a sentence begins with, as printed ("Kommunene skal …"), or None."""
    match = _SUBJECT.match(text)
    if match and names.is_known(match.group("who")):
        return match.group("who")
    return None


def duty_bearer(lead_in: str) -> str | None:
    """The known actor that a lead-in lays duties on ("I tillegg må hver kommune gjøre …")."""
    for match in _INVERTED.finditer(lead_in):
        words = match.group("who").split()
        for name in (" ".join(words), words[0]):
            if names.is_known(name):
                return names.normalise(name)
    subject = subject_of(lead_in)
    return names.normalise(subject) if subject else None


def actor_heading(heading: str) -> str:
    """The actor a heading of an expectation list names: "Til STFK/NTFK" gives "STFK/NTFK"."""
    return re.sub(r"^(?:Til|To|For)\s+(?=\S)", "", heading).strip(" :")
