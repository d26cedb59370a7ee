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
    r"(planen?|kommuneplan\w*|samfunnsdel\w*|strategien?|næringsplan\w*|rapporten?|veikart\w*|"
    r"dokumentet|siden|sida|nettsiden|retningslinjene|føringene|plan|roadmap|report|strategy|"
    r"document|page|guidelines?)"
)
_FORCE = (
    r"(gjelder|gjeld|gyldig|gjeldende|gjeldande|i kraft|utløpt|utgått|utdatert|foreldet|bindende|"
    r"bindande|forpliktende|vedtatt|vedteke|vedteken|vedtok|oppdatert|revidert|erstatta?t?|erstattet|"
    r"in force|"
    r"valid|binding|adopted|expired|outdated|up to date|updated|superseded|replaced|still appl\w+)"
)
_VALIDITY = re.compile(
    rf"\b{_DOCUMENT}\b.*\b{_FORCE}\b|\b{_FORCE}\b.*\b{_DOCUMENT}\b", re.IGNORECASE
)
_SENTENCES = re.compile(r"[^.!?]+\?")
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
_DAY = r"(dato|dag|år|årstall|årstal|måned|månad|tidspunkt|date|day|year|month|versjon|version)"
_ASKS_STATE = re.compile(
    r"(når|kva tid|when|(hvor|kor) (lenge|gam\w+|gyldig|bindende|bindande)|"
    r"how (long|old|recent|up)|"
    rf"(hvilke[nt]?|kva( for)?( ein| eit| ei)?|hva( for)?|what|which) {_DAY}|"
    r"(hva|kva|what) (er|is) (status|gyldig|the status)|"
    r"(hvem|kven|who) (har |has )?(vedt|adopt|approv|revider|oppdater|updat)\w*|"
    r"(hva|kva|what) (har |has )?(erstatt|avløs|replac|supersed)\w*)\b",
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


def _asks_about_force(question: str) -> bool:
    """Whether a document's state or dates are asked for, and not something that held at one."""
    asking = "".join(_SENTENCES.findall(question)) or question  # not what is told before it
    asking = _ASIDE.sub("", asking)
    if not _VALIDITY.search(asking):
        return False
    first = _QUESTION_WORD.search(asking)
    return first is None or _ASKS_STATE.match(asking, first.start()) is not None
