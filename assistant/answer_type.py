"""What type of answer a question asks for, and whether a text holds one.

"Hvor mange …" wants a number, "Hva kostet …" an amount, "Hvem er …" somebody, "Når …" a time. A
passage on the right subject that holds no such thing does not answer: the surest sign of a
neighbouring fact that nobody wrote down. Types are read off question words in three languages.
"""

from __future__ import annotations

import re
from enum import StrEnum


class AnswerType(StrEnum):
    """The kinds of answer that can be looked for in a text. OPEN is everything else."""

    NUMBER = "number"
    AMOUNT = "amount"
    SHARE = "share"
    PERSON = "person"
    TIME = "time"
    OPEN = "open"


_ASKED: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            AnswerType.AMOUNT,
            r"\b(hva|kva|how much|what) (\w+ ){0,3}(kost(e[rt]?|a|ar)?|costs?|betal\w+|pris\w*)\b|"
            r"\b(hvor|kor) mye\b.*\b(penger|kroner|koster|kostet|kosta|betal\w+|brukt|omsatt\w*|"
            r"omsette|midler|tjen\w+|budsjett\w*)|\bhvor mye (penger|omsatte)|\bhvor mange (kroner|"
            r"millioner|milliarder)|\bkor mange (kroner|millionar|milliardar)|\bhow much\b|"
            r"\bbudsjett(et|ramme\w*)\b.*\b(størr?else|stort|på)\b|\bstort\b.*\bbudsjett|"
            r"\b(budget|price|fee|gebyr\w*|honorar)\b",
        ),
        (
            AnswerType.SHARE,
            r"\b(andel\w*|prosent\w*|per ?cent|percentage|share|hvor stor (del|andel))\b",
        ),
        (
            AnswerType.NUMBER,
            r"\b((hvor|kor) mange|how many|antall|talet på|number of|(hvor|kor) (stor|stort|høy|"
            r"høyt|langt?|mye)\b|how (large|big|high|far)\b|average|gjennomsnitt\w*)",
        ),
        (
            AnswerType.TIME,
            r"^\W*(når|when)\b|\b(hvilket år|hvilken dato|kva år|what (year|date)|which year|"
            r"(hvor|kor) lenge|how long|innen når|innan når|by when|since when)\b",
        ),
        (
            AnswerType.PERSON,
            r"\b((hvem|kven) (er|var) (?!ansvarl|med|part|samarbeid|målgr|viktig)|"
            r"hva heter .*(leder|sjef|direktør|ordfører|"
            r"kontakt)\w*|kva heiter|who (is|was|leads|heads) (?!respons)|whose|name of the|"
            r"(navnet|namnet) på)\b",
        ),
    )
)
_NUMBER_WORDS = (
    r"(to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv|halvparten|two|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve|half|ingen|none)"
)
_HELD: dict[AnswerType, re.Pattern[str]] = {
    AnswerType.NUMBER: re.compile(
        rf"(?<![\d.])(?!(?:19|20)\d\d\b)\d+(?![\d.]*\.\d)|\b{_NUMBER_WORDS}\b", re.IGNORECASE
    ),
    AnswerType.AMOUNT: re.compile(
        r"\b(kr|kroner|nok|mnok|mill(\.|ion\w*)|mrd|milliard\w*|euro|€|øre|gratis|kostnadsfri\w*)\b",
        re.IGNORECASE,
    ),
    AnswerType.SHARE: re.compile(
        r"\d\s*(%|prosent|pst|per ?cent)|\b(halvparten|\w+ prosent|tredjedel\w*|én av|"
        r"andel\w* .*\d)",
        re.IGNORECASE,
    ),
    AnswerType.TIME: re.compile(
        r"\b(19|20)\d{2}\b|\d{1,2}\.\s?(\d{1,2}\.|jan|feb|mars|apr|mai|jun|jul|aug|sep|okt|nov|des)|"
        r"\b(januar|februar|april|juni|juli|august|september|oktober|november|desember|årlig|"
        r"månedlig|hvert år|løpende|år|years?|dager|uker|måneder|før|innen|starter)\b",
        re.IGNORECASE,
    ),
    AnswerType.PERSON: re.compile(
        r"\b[A-ZÆØÅ][a-zæøå]+(?:-[A-ZÆØÅ][a-zæøå]+)?\s+(?:[A-ZÆØÅ]\.?\s+|[A-ZÆØÅ][a-zæøå]+\s+)?"
        r"[A-ZÆØÅ][a-zæøå]{2,}\b|\b[A-ZÆØÅ]{2,}\b|[A-ZÆØÅ]\w+(sjef|leder|direktør|ordfører)"
    ),
}


_NUMBERING = re.compile(  # goals, strategies and sections are numbered; that is no answer
    r"^\W*\d+(\.\d+)*[.:)]?\s|\b(mål|strategi|nr|figur|tabell|kapittel|punkt)\.?:?\s*\d+(\.\d+)*",
    re.IGNORECASE,
)


def asked_type(question: str) -> AnswerType:
    """The type of answer a question asks for; OPEN when its words do not tell."""
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), AnswerType.OPEN)


def holds_type(text: str, kind: AnswerType) -> bool:
    """Whether a text holds an answer of that type; any text holds an OPEN one."""
    return kind is AnswerType.OPEN or _HELD[kind].search(_NUMBERING.sub(" ", text)) is not None
