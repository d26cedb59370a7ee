"""Names of actors: one spelling for a filter, whatever was printed.

A printed name is folded (case, hyphens, slashes at line ends, quotes) and looked up among the
aliases below. The list holds public bodies and bodies of national or regional standing only; the
abbreviations that a document explains itself ("Sør-Trøndelag Fylkeskommune (STFK)") are read from
its text with `abbreviations_in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Name -> other names it goes by. A name is the form people search by.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "NTNU": ("Norges teknisk-naturvitenskapelige universitet",),
    "HiST": ("HIST", "Høgskolen i Sør-Trøndelag"),
    "HiNT": ("HINT", "Høgskolen i Nord-Trøndelag"),
    "SINTEF": ("Stiftelsen SINTEF",),
    "NHO": ("Næringslivets Hovedorganisasjon",),
    "LO": ("Landsorganisasjonen i Norge", "Landsorganisasjonen"),
    "KS": ("Kommunesektorens organisasjon", "Kommunenes Sentralforbund"),
    "NAV": ("Arbeids- og velferdsetaten",),
    "SIVA": ("Selskapet for industrivekst",),
    "Innovasjon Norge": ("IN",),
    "Norges forskningsråd": ("Forskningsrådet", "NFR"),
    "Jernbaneverket": ("JBV",),
    "Statens vegvesen": ("SVV", "Vegvesenet"),
    "Avinor": (),
    "Stortingsbenken": (),
    "Trondheim kommune": ("Trondheim Municipality", "City of Trondheim"),
    "Trondheimsregionen": (),
    "Kommunene": ("Hver kommune", "Alle kommuner", "Alle kommunene"),
    "STFK": ("Sør-Trøndelag fylkeskommune",),
    "NTFK": ("Nord-Trøndelag fylkeskommune",),
    "Fylkesmannen": ("Fylkesmann", "Statsforvalteren"),
    "St. Olavs hospital": ("St.Olavs Hospital", "St. Olav"),
    "Helse Midt-Norge": ("Helse Midt-Norge RHF",),
}
# Words for all public bodies of a kind, and how the kind shows in the name of one.
KINDS: Mapping[tuple[str, ...], re.Pattern[str]] = {
    ("Universitetene", "Universiteta", "Universities"): re.compile(r"\buniversitet(et)?\b", re.I),
    (
        "Høgskolene",
        "Høyskolene",
        "Høgskulane",
        "University colleges",
    ): re.compile(r"\bhø[gy]sk[ou]l(e|en|a)\b", re.I),
    (
        "Fylkeskommunene",
        "Fylkeskommunane",
        "County councils",
        "County municipalities",
    ): re.compile(r"\bfylkeskommune(n|ne)?\b", re.I),
}
_QUOTES = re.compile(r"[\"'“”„«»‘’`´*]")
_EXPLAINED = re.compile(
    # Bounded, and tried at the heads of words alone: else a line without blanks takes minutes.
    r"(?<![\w/.-])((?:[\w/.-]{1,60} ){1,6}[\w/.-]{1,60}) \(([A-ZÆØÅ][A-Za-zÆØÅæøå]{1,7})\)"
)
_SMALL_WORDS = {"for", "i", "og", "av", "på", "the", "of", "and", "til", "ved"}


def fold(name: str) -> str:
    """`name` as names are compared: in lower case, without quotes, hyphens and blanks."""
    bare = _QUOTES.sub("", name).strip(" .,;:()")
    return re.sub(r"[\s-]+", "", bare).lower()


_BY_FOLD = {fold(form): name for name, forms in ALIASES.items() for form in (name, *forms)}


_KIND_BY_FOLD = {fold(word): shown for words, shown in KINDS.items() for word in words}


def is_known(name: str) -> bool:
    """Whether `name` is one of the names or aliases above."""
    return fold(name) in _BY_FOLD


def normalise(name: str, explained: Mapping[str, str] | None = None) -> str:
    """The one spelling of `name`: an alias resolved, else as given with blanks put right.

    Args:
        name: one actor as printed.
        explained: a document's own abbreviations, from `abbreviations_in`.
    """
    known = _BY_FOLD.get(fold(name))
    if known is None and explained:
        folded = {fold(long): short for short, long in explained.items()}
        known = folded.get(fold(name))
    return known or " ".join(_QUOTES.sub("", name).split())


def forms_of(name: str, explained: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Every form `name` is known by, its normal form first; what a filter should accept."""
    normal = normalise(name, explained)
    long = (explained or {}).get(normal)
    forms = (normal, *ALIASES.get(normal, ()), *((long,) if long else ()))
    return tuple(dict.fromkeys(forms))


def is_of_kind(name: str, kind: str) -> bool:
    """Whether `name`, in any of its forms, is a body of the kind that a word of KINDS stands for.

    False for a `kind` that is none: "is_of_kind('NTNU', 'universitetene')" holds.
    """
    shown = _KIND_BY_FOLD.get(fold(kind))
    return shown is not None and any(shown.search(form) for form in forms_of(name))


def abbreviations_in(text: str) -> dict[str, str]:
    """Abbreviations that `text` explains as "Long Name (LN)", short form to long form.

    The long form opens with the word that the first letter stands for, and its initials must hold
    the letters of the abbreviation in order.
    """
    found: dict[str, str] = {}
    for match in _EXPLAINED.finditer(" ".join(text.split())):
        words, short = match.group(1).split(), match.group(2)
        long = _explanation(words, short)
        if long:
            found.setdefault(short, long)
    return found


def _explanation(words: list[str], short: str) -> str | None:
    if sum(letter.isupper() for letter in short) < 2:
        return None
    for start in range(len(words) - 1, -1, -1):
        candidate = words[start:]
        if candidate[0][0].upper() == short[0].upper() and _in_order(
            short.lower(), " ".join(_initial_parts(candidate))
        ):
            return " ".join(candidate)
    return None


def _initial_parts(words: Iterable[str]) -> list[str]:
    # "Fylkeskommune" gives f and k only if compounds count, so the whole word may give letters.
    return [word.lower() for word in words if word.lower() not in _SMALL_WORDS or len(word) == 1]


def _in_order(letters: str, text: str) -> bool:
    position = 0
    for letter in letters:
        position = text.find(letter, position) + 1
        if position == 0:
            return False
    return True
