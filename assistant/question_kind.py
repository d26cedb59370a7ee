"""What a question asks for, read from its wording in three languages.

The kind changes how an answer is put together (a whole list, both sides of a comparison, a state
of validity), never what is searched. Patterns are of the language, not of any document.
"""

from __future__ import annotations

import re
from enum import StrEnum


class QuestionKind(StrEnum):
    """How an answer must be shaped."""

    PLAIN = "plain"
    LIST = "list"
    COMPARE = "compare"
    VALIDITY = "validity"


_LIST = re.compile(
    r"^\W*(hvilke[nt]?\b(?! (dato|år|årstall|tall))|kva for\b|kva\b.*\b(krav|mål|tiltak|område)|"
    r"list(e)? opp|nevn|nemn|ramse? opp|gi (meg )?(en |ei )?(liste|oversikt)|vis (meg )?alle|"
    r"kva (\w+ )?\w+[aei]r (er|har|vart|blei|skal|vil|bør|må|seier|nemner)\b|"
    r"(hva|kva) (vil|skal|bør|må) \w+ (\w+ )?(gjøre|gjere|bidra)\b|what (will|should|must|does) "
    r"the \w+ (do|want)\b|what are\b|what (\w+[- ]){0,3}?\w*[^\Wsiu]s (does|do|did|have|has|are|"
    r"were|must|should|shall|will|can)\b|which\b.*\b\w+s\b|list\b|name (all|the)|enumerate|"
    r"give me (a|the) list)"
    r"|\b(alle|samtlige) (krav|mål|tiltak|punkt|strategi|område|delmål|kriteri)\w*"
    r"|\bhvor mange\b.*\bog hvilke\b|\ball (the )?\w+s\b"
    r"|^\W*(hva|kva) (er|var|vil|skal|må|bør|forventes|forventer|inngår|består)\b.*"
    r"\b(punktene|kravene|tiltakene|målene|områdene|kriteriene|kravene|strategiane|krava|punkta|"
    r"forventningene|satsingsområdene|oppgavene|indikatorene|driverne|verdiene)\b",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(sammenlign|samanlikn|forskjell\w*|skilnad\w*|ulik(t|e|ler|het)|likhet\w*|likskap\w*|"
    r"begge (planene|dokumentene)|i forhold til .* og|både .* og .*(plan|rapport|veikart|dokument)|"
    r"compare|comparison|differ(s|ence|ences|ent)?|both (the )?\w+|in common|versus|vs\.?|"
    r"felles for|til felles|sams for|respektivt|respectively)\b",
    re.IGNORECASE,
)
_DOCUMENT = (
    r"(\w*plan(en)?s?|\w*strategi(en)?s?|\w*rapport(en)?s?|\w*program(met)?s?|veikart\w*|"
    r"(samfunns|areal)del\w*|dokumentet|siden|sida|nettsiden|retningslinjene|føringene|roadmap|"
    r"report|strategy|document|page|guidelines?)"
)
_HOLDS = (
    r"gjelder|gjeld|gyldig|gjeldende|gjeldande|i kraft|utløpt|utgått|utdatert|foreldet|bindende|"
    r"bindande|forpliktende|in force|valid|binding|expired|outdated|up to date|still appl\w+"
)
_FORCE = (
    rf"({_HOLDS}|vedtatt|vedteke|vedteken|vedtok|oppdatert|revidert|erstatt(?:a|at|et)|"
    r"adopted|updated|superseded|replaced)"
)
_IN_FORCE = re.compile(rf"\b({_HOLDS})\b", re.IGNORECASE)
_OF_FORCE = re.compile(rf"\b{_FORCE}\b", re.IGNORECASE)
_OF_DOCUMENT = re.compile(rf"\b{_DOCUMENT}\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.!?]+\??")
# "Hvem var rådmann da planen ble vedtatt?", "når det gjelder": nothing of this asks about force.
_ASIDE = re.compile(
    r"(?<=\w )(?<!\bog )(?<!\band )(?<!\btil )(?<!\buntil )(da|etter at|når|før|when|after|before) "
    r"[^,?]*|\b(når det gjeld(er)?|hva gjelder|kva gjeld|with regard to)\b",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"\b(når|kva tid|hvor|kor|hva|kva|hvilke[nt]?|hvem|kven|hvorfor|kvifor|hvordan|korleis|what|"
    r"which|when|who|whom|whose|why|where|how)\b",
    re.IGNORECASE,
)
# "Er planen gyldig, og hva …?": whether it is so is asked first, whatever comes after.
_WHETHER = re.compile(
    r"\W*(og |men |så |and |but |so )?(er|gjeld(er)?|har|ble|blei|vart|is|are|was|were|do|does|has|"
    r"have)\b",
    re.IGNORECASE,
)
_FIRST_CLAUSE = re.compile(r",|\b(og|and|men|but)\b")
_WHICH = r"(hvilke[nt]?|kva( for)?( ein| eit| ei)?|hva( for)?|what|which)"
_DAY = r"(dato|dag|år|årstall|årstal|måned|månad|tidspunkt|date|day|year|month|versjon|version)"
_WHICH_DAY = re.compile(rf"{_WHICH} {_DAY}\b", re.IGNORECASE)
_ASKS_STATE = re.compile(
    r"(når|kva tid|when|(hvor|kor) (lenge|gam\w+|gyldig|bindende|bindande)|"
    rf"how (long|old|recent|up)|{_WHICH} {_DAY}|"
    r"(hva|kva|what) (er|is) (status|gyldig|the status)|"
    r"(hvem|kven|who) (har |has )?(vedt|adopt|approv|revider|oppdater|updat)\w*|"
    r"(hva|kva|what) (har |has )?(erstatt|avløs|replac|supersed)\w*)\b",
    re.IGNORECASE,
)
_WHICH_DOCUMENTS = re.compile(
    rf"{_WHICH}( av| of)?( de| dei| disse| the| these)? (plan(er|ar|ene|ane|s)?|dokument\w*|"
    r"documents?|rapport(er|ar|ene|ane)?|reports?|retningslinje\w*|guidelines?|sider|pages?) "
    r"(er|gjeld(er)?|har|som|is|are|have|has|that)\b",
    re.IGNORECASE,
)


def kind_of(question: str) -> QuestionKind:
    """The kind of a question; plain when no pattern speaks clearly."""
    if _COMPARE.search(question):
        return QuestionKind.COMPARE
    if _asks_about_force(question):
        return QuestionKind.VALIDITY
    if _LIST.search(question):
        return QuestionKind.LIST
    return QuestionKind.PLAIN


def asks_which_documents(question: str) -> bool:
    """Whether a question about force is put to all documents: "hvilke planer gjelder?"."""
    return _opens_with(_WHICH_DOCUMENTS, _asking(question))


def asks_what_is_in_force(question: str) -> bool:
    """Whether a question about force is about the day it is asked, not about a day to be told."""
    asking = _asking(question)
    return _IN_FORCE.search(asking) is not None and not _opens_with(_WHICH_DAY, asking)


def _asks_about_force(question: str) -> bool:
    """Whether a document's state or dates are asked for, and not something that held at one."""
    asking = _asking(question)
    if _opens_with(_WHICH_DOCUMENTS, asking):
        return _OF_FORCE.search(asking) is not None
    if not _is_of_force(asking):
        return False
    word = _QUESTION_WORD.search(asking)
    if word is None or _ASKS_STATE.match(asking, word.start()):
        return True
    first = _FIRST_CLAUSE.split(asking[: word.start()])[0]
    return bool(_WHETHER.match(first) and _is_of_force(first))


def _is_of_force(text: str) -> bool:
    """Whether a document and its being in force or its dates are spoken of."""
    return bool(_OF_DOCUMENT.search(text) and _OF_FORCE.search(text))


def _opens_with(pattern: re.Pattern[str], asking: str) -> bool:
    first = _QUESTION_WORD.search(asking)
    return first is not None and pattern.match(asking, first.start()) is not None


def _asking(question: str) -> str:
    """What is asked: not what is told before it, nor when something else was so."""
    asked = [one for one in _SENTENCES.findall(question) if one.endswith("?")]
    return _ASIDE.sub("", "".join(asked) or question)
