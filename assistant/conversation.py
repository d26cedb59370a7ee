"""Follow-ups made to stand alone, without a language model.

A question leans on the earlier ones when it opens like a continuation ("Og hva med …"), points
back ("den", "disse", "der", "they"), or holds too little of its own to be searched. Then the
content words of the question it continues are put behind it. Anything else stands on its own,
which is how a change of subject is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.question_kind import QuestionKind, asks_which_documents, kind_of
from corpus.analysis import informative_words

_OPENS = re.compile(
    r"^\W*(og\b|men\b|enn\b|hva med\b|kva med\b|hva da\b|hvorfor( det| ikke)?\W*$|"
    r"hvordan( da| det)?\W*$|når( da)?\W*$|hvem( da)?\W*$|hvor( da)?\W*$|and\b|but\b|"
    r"what about\b|how about\b|also\b|why( is that| not)?\W*$|when\W*$|who\W*$|"
    r"how( so)?\W*$|mer\b|flere\b|fleire\b|more\b|others?\b|i så fall\b|in that case\b|"
    r"hva gjelder\b|gjelder det(te)?\b|gjeld det(te)?\b|then\b|så\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(den|det|de|dem|dei|denne|dette|desse|disse|han|hun|ho|hans|hennes|deres|dens|dets|der|"
    r"sistnevnte|førstnevnte|samme|same|this|that|these|those|it|its|they|them|their|there|he|she|"
    r"his|her|the latter|the former)\b",
    re.IGNORECASE,
)
_POINTS_FORWARD = re.compile(
    r"\b(er|finnes|fins|var|blir) (det|there)\b|"
    r"\b(det|it) (er|finnes|fins|blir|ble|står|gjelder|is|was|are) |\b(de|den|det|dei|the) "
    r"(\w+[-\w]* )?(elleve|fem|fire|tre|to|seks|sju|syv|ti|største|viktigste|nye|ulike|regionale|"
    r"europeiske|nasjonale|internasjonale|første|siste|offentlige|private)\b",
    re.IGNORECASE,
)
ENOUGH_OF_ITS_OWN = 3
MAX_BORROWED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Standalone:
    """A question that needs no history. `followed` says whether earlier words were borrowed."""

    text: str
    followed: bool


def stand_alone(question: str, history: Sequence[str]) -> Standalone:
    """The question as it can be searched; `history` are earlier user questions, oldest first."""
    if not history or not _leans(question):
        return Standalone(text=question, followed=False)
    own = {word.casefold() for word in informative_words(question)}
    borrowed: list[str] = []
    for earlier in reversed(history):
        borrowed = [w for w in informative_words(earlier) if w.casefold() not in own]
        if _names(question):  # the one asked about now takes the place of the one before
            borrowed = [w for w in borrowed if w.casefold() not in _names(earlier)]
        if borrowed and not _leans(earlier):
            break
    if not borrowed:
        return Standalone(text=question, followed=False)
    words = " ".join(borrowed[:MAX_BORROWED])
    return Standalone(text=f"{question.rstrip(' ?.!')} – {words}?", followed=True)


def _names(question: str) -> set[str]:
    """Names and abbreviations in a question: its capitalised words but the first."""
    words = re.findall(r"\w+", question)
    kept = [w for n, w in enumerate(words) if w[0].isupper() and (n > 0 or w[1:2].isupper())]
    return {word.casefold() for word in kept}


def _leans(question: str) -> bool:
    words = informative_words(question)
    if _OPENS.search(question):
        return True
    if asks_which_documents(question) and kind_of(question) is QuestionKind.VALIDITY:
        return False  # "hvilke planer gjelder?" is put to all documents
    points = _POINTS_BACK.search(_POINTS_FORWARD.sub(" ", question)) is not None
    return (points and len(words) <= ENOUGH_OF_ITS_OWN) or len(words) <= 1
