"""What a comparison compares: the sides of a question, each as a question of its own.

"Hva sier næringsplanen og samfunnsdelen om studenter?" has two sides, one a document, and both are
about students. The words that name documents or ask to compare say nothing about students and draw
the search towards passages on plans, so a side's question goes without them. Where a clause names
one document alone ("… siktar samfunnsdelen mot, og kva er EUs mål slik veikartet omtalar det?"), it
belongs to that side; clauses that name none or several belong to all.

Without named documents the sides are the two things between which a difference is asked for, or
the clauses that each ask something ("Hva koster A, og hvem eier B?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.document_names import Mention
from corpus.analysis import informative_words

_CLAUSE_END = re.compile(
    r"[.;:?!]+\s+|\s[–—-]\s|,\s+(?:og|and|mens|while|whereas|men|but|eller|or)\s+|"
    r",?\s+(?:og|and|mens|while|whereas)\s+(?=(?:(?:på|i|in|on|for|with|med|av|to|til)\s+)?"
    r"(?:hva|kva|hvor|kor|hvem|kven|hvilken|hvilke|hvilket|hvordan|korleis|når|what|how|who|which|"
    r"when|where|why|hvorfor|kvifor)\b)|,\s+",
    re.IGNORECASE,
)
_LEADING = (
    r"(?:\b(?:både|begge|i|in|on|på|ifølgj?e|according to|av|from|fra|frå|etter|by|og|and|med|with|"
    r"to|til|the|both|mellom|between|den|det|de|an?|under|som|as|about|om|hos|does|do|did|egen|"
    r"eigen|own|kommunens|municipality['’]?s?|byens|city['’]?s?|sitt?|sin|for|of|this|denne|"
    r"dette)\s+)*"
)
_TRAILING = r"(?:['’]s\b)?"
_SCAFFOLD = re.compile(
    r"\b(?:sammenlikn\w*|sammenlign\w*|samanlikn\w*|compar\w+|forskjell\w*|skilnad\w*|"
    r"differ\w*|respektivt|henholdsvis|høvesvis|respectively|"
    r"de to (?:planene|dokumentene|tekstene)|dei to (?:planane|dokumenta|tekstane)|"
    r"(?:the )?two (?:plans|documents|texts)|begge (?:planene|dokumentene|tekstene|stedene)|"
    r"each|både|begge|both)\b",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"\b(?:forskjell\w*|skilnad\w*|ulikhet\w*|likhet\w*|likskap\w*|differences?|similarit\w+|skiller|"
    r"skil|compare|sammenlign|samanlikn|sammenlikn)\s+(?:(?:mellom|på|between|hos|i)\s+)?"
    r"(?P<one>[^,;:?]+?)\s+(?:og|and|fra|frå|from|kontra|versus|vs\.?|med|with|to)\s+"
    r"(?P<other>[^,;:?]+)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?P<one>[^\s,;:?]+)\s+(?:kontra|versus|vs\.?)\s+(?P<other>[^\s,;:?]+)", re.IGNORECASE
)
_ASKS = re.compile(
    r"\b(?:hva|kva|hvor|kor|hvem|kven|hvilken|hvilke|hvilket|hvordan|korleis|når|what|how|who|which|"
    r"when|where|why|hvorfor|kvifor)\b",
    re.IGNORECASE,
)
OWN_WORDS = 2  # a clause with fewer is no question of its own
ENOUGH_WORDS = 2  # a side with fewer is asked the whole question
MAX_SIDES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One side: what to search for, and the document to search in, if one is named."""

    text: str
    document_id: str | None = None


def aspects_of_documents(question: str, mentions: Sequence[Mention]) -> list[Aspect]:
    """A side for each document that the question names, in the order of their names."""
    named = list(dict.fromkeys(one.document_id for one in mentions))[:MAX_SIDES]
    clauses = _clauses(question)
    own: dict[str, list[str]] = {name: [] for name in named}
    for start, end in clauses:
        inside = [one for one in mentions if one.start < end and start < one.end]
        text = _without(question, start, end, inside)
        belongs = set(one.document_id for one in inside)
        single = len(belongs) == 1 and _count(text) >= OWN_WORDS
        for name in named:
            if not single or name in belongs:
                own[name].append(text)
    whole = _without(question, 0, len(question), mentions)
    texts = {name: " ".join(part for part in own[name] if part) for name in named}
    return [
        Aspect(text=texts[name] if _count(texts[name]) >= ENOUGH_WORDS else whole, document_id=name)
        for name in named
    ]


def aspects_of_things(question: str) -> list[Aspect]:
    """The two things that a difference is asked between, or the clauses that ask; else nothing."""
    found = _THINGS.search(question) or _AGAINST.search(question)
    if found is not None:
        rest = f"{question[: found.start()]} {question[found.end() :]}"
        sides = [f"{found[side]} {_tidy(rest)}".strip() for side in ("one", "other")]
        if all(_count(found[side]) for side in ("one", "other")):
            return [Aspect(text=side) for side in sides]
    asking = [question[s:e] for s, e in _clauses(question) if _ASKS.search(question[s:e])]
    asking = [clause for clause in asking if _count(clause) >= OWN_WORDS]
    return [Aspect(text=clause) for clause in asking[:MAX_SIDES]] if len(asking) > 1 else []


def _clauses(question: str) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for boundary in _CLAUSE_END.finditer(question):
        spans.append((start, boundary.start()))
        start = boundary.end()
    spans.append((start, len(question)))
    return [(s, e) for s, e in spans if s < e]


def _without(question: str, start: int, end: int, mentions: Sequence[Mention]) -> str:
    """question[start:end] without the names of documents and what leads up to them."""
    kept = ""
    at = start
    for one in mentions:
        before = question[at : max(at, one.start)]
        kept += re.sub(_LEADING + "$", " ", before, flags=re.IGNORECASE)
        rest = re.match(_TRAILING, question[one.end : end])
        at = max(at, one.end + (rest.end() if rest else 0))
    return _tidy(kept + " " + question[at:end])


def _tidy(text: str) -> str:
    return " ".join(_SCAFFOLD.sub(" ", text).split()).strip(" ,.;:–-")


def _count(text: str) -> int:
    """How many words of a text say what it is about."""
    return len(informative_words(text)) if any(c.isalnum() for c in text) else 0
