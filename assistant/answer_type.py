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
    DATE = "date"
    DURATION = "duration"
    CONTACT = "contact"
    OPEN = "open"


_ASKED: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            AnswerType.CONTACT,
            r"\b(e-?post\w*|e-?mail\w*|telefon\w*|phone( number)?s?|tlf|mobilnummer\w*|"
            r"kontaktinfo\w*|kontaktopplysning\w*|contact (details|information)|"
            r"(post|besøks)?adressen?|address|åpningstid\w*|opningstid\w*|opening hours|"
            r"office hours)\b",
        ),
        (
            AnswerType.AMOUNT,
            r"\b(hva|kva|how much|what) (\w+ ){0,3}(kost(e[rt]?|a|ar)?|costs?|betal\w+|pris\w*)\b|"
            r"\b(hvor|kor) (mye|mykje)\b.*\b(penger|pengar|kroner|kost\w+|betal\w+|brukt?|bruker|"
            r"brukar|omsatt\w*|omset\w*|midler|midlar|tjen\w+|budsjett\w*|støtte|stønad)|"
            r"\b(hvor|kor) (mye|mykje) (penger|pengar|omsatte)|\b(hvor|kor) mange (kroner|"
            r"millioner|millionar|milliarder|milliardar)|\bhow much\b|"
            r"\b(what|how)\b.*\b(cost|costs|pay|salary|wage)\b|"
            r"\bbudsjett(et|ramme\w*)\b.*\b(størr?else|stort|på)\b|\bstort\b.*\bbudsjett|"
            r"\b(budget|price|fee|rent|\w*gebyr\w*|\w*avgift\w*|egenandel\w*|eigendel\w*|takst\w*|"
            r"\w*skattesats\w*|husleie\w*|honorar\w*|årslønn\w*|lønna|lønnen|timeprisen)\b",
        ),
        (
            AnswerType.SHARE,
            r"\b(andel\w*|prosent\w*|per ?cent|percentage|share|(hvor|kor) stort? "
            r"(del|andel))\b",
        ),
        (
            AnswerType.DURATION,
            r"\b((hvor|kor) (lenge|lang tid)|how long|(hvor|kor) mange (år|dager|dagar|uker|veker|"
            r"måneder|månader|timer|timar)|how many (years|days|weeks|months|hours))\b",
        ),
        (
            AnswerType.NUMBER,
            r"\b((hvor|kor) mange|how many|antall|talet på|number of|(hvor|kor) (stor|stort|høy|"
            r"høyt|høg|høgt|langt?|mye|mykje)\b|how (large|big|high|far)\b|average|"
            r"gjennomsnitt\w*)",
        ),
        (
            AnswerType.DATE,
            r"\b((hvilken|kva for ein|kva|what|which) (dato|dag|date|day)|søknadsfrist\w*|"
            r"fristen for å søk\w+|application deadline|deadline (to|for) appl\w+)\b",
        ),
        (
            AnswerType.TIME,
            r"^\W*(når|when)\b|\b(hvilket år|kva år|what year|which year|innen når|innan når|"
            r"by when|since when)\b",
        ),
        (
            AnswerType.PERSON,
            r"\b((hvem|kven) (er|var|skrev|skreiv) (?!ansvarl|med|part|"
            r"samarbeid|målgr|viktig|invit|bedt)|(hva|kva) (heter|heiter) .*(leder|leiar|sjef|"
            r"direktør|ordfører|ordførar|kontakt|ansvarlig|forsker|forskar|rektor)\w*|"
            r"who (is|was|leads|heads|chairs|wrote|became) (?!respons)|"
            r"whose|name of the (?:\w+ ){0,2}(leader|head|director|mayor|manager|contact|officer)|"
            r"(navnet|namnet) på (?:\w+ ){0,2}(leder|leiar|direktør|ordfører|kontakt|sjef)\w*)\b",
        ),
    )
)
_NOW = re.compile(
    r"\b(i dag|i morgen|i morgon|akkurat nå|nåværende|noverande|neste|i år|"
    r"denne (uka|veka|måneden)|for tiden|for tida|ledige?|today|tomorrow|"
    r"right now|current(ly)?|next (?!to)|this (year|week|month)|latest|vacant)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(  # not "evaluering" alone: plans write of evaluations that are to come
    r"\b(faktisk\w*|nådde|oppnådde|endte|gikk det|gjekk det|ble det av|vart det av|ble ansatt|"
    r"vart tilsett|vant|viste (evalueringen|sluttrapporten)|"
    r"(evalueringen|evalueringa|sluttrapporten) (viste?|viser|konkluder\w*|fant)|"
    r"konkluderte (evaluering|sluttrapport)\w*|actually|turned out|"
    r"(evaluation|final report) .*(conclude|show|find|found)|did .* (reach|meet|achieve))\b",
    re.IGNORECASE,
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
        r"månedlig|hvert år|kvart år|løpende|years?|dager|uker|måneder|før|innen|starter)\b",
        re.IGNORECASE,
    ),
    AnswerType.DATE: re.compile(
        r"\b\d{1,2}\.\s?(\d{1,2}\.|jan|feb|mars|apr|mai|jun|jul|aug|sep|okt|nov|des)|"
        r"\b(january|february|march|april|may|june|july|august|september|october|november|december)"
        r" \d|\b(januar|februar|april|juni|juli|august|september|oktober|november|desember)\b",
        re.IGNORECASE,
    ),
    AnswerType.DURATION: re.compile(
        rf"\b(\d+|{_NUMBER_WORDS}|et|ett|a|one|flere|hele)[ -]?(år|års|årig\w*|dager|dagar|uker|"
        r"uke|veker|måneder|månader|måned|timer|timar|years?|days?|weeks?|months?|hours?)\b|"
        r"\b(19|20)\d\d\s?[-–]\s?(19|20)?\d\d\b|\b(fram til|frem til|until|langsiktig)\b",
        re.IGNORECASE,
    ),
    AnswerType.CONTACT: re.compile(
        r"\S@\S|\b\d{2} ?\d{2} ?\d{2} ?\d{2}\b|https?://|\bwww\.|\bkl\.? ?\d|"
        r"\b(e-?post|telefon|postboks|skjema)\b",
        re.IGNORECASE,
    ),
    AnswerType.PERSON: re.compile(
        r"\b[A-ZÆØÅ][a-zæøå]+(?:-[A-ZÆØÅ][a-zæøå]+)?\s+(?:[A-ZÆØÅ]\.?\s+|[A-ZÆØÅ][a-zæøå]+\s+)?"
        r"[A-ZÆØÅ][a-zæøå]{2,}\b|\b[A-ZÆØÅ]{2,}\b|[A-ZÆØÅ]\w+(sjef|leder|direktør|ordfører)|"
        r"\b(?i:\w*(sjef|direktør|ordfører|ordførar|rådmann|rektor|koordinator)(en)?|\w*lederen|"
        r"leiaren|mayor|director|manager|coordinator)\b"
    ),
}


_NUMBERING = re.compile(  # goals, strategies and sections are numbered; that is no answer
    r"^\W*\d+(\.\d+)*[.:)]?\s(?!%|prosent|pst|per ?cent|mill|mrd|kr)|"
    r"\b(mål|strategi|nr|figur|tabell|kapittel|punkt)\.?:?\s*\d+(\.\d+)*",
    re.IGNORECASE,
)


def asked_type(question: str) -> AnswerType:
    """The type of answer a question asks for; OPEN when its words do not tell."""
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), AnswerType.OPEN)


def asks_for_now(question: str) -> bool:
    """Whether a question asks how things stand today, which an older plan cannot tell."""
    return bool(_NOW.search(question))


def asks_for_result(question: str) -> bool:
    """Whether a question asks what became of something; plans mostly tell what is intended."""
    return bool(_RESULT.search(question))


def holds_type(text: str, kind: AnswerType) -> bool:
    """Whether a text holds an answer of that type; any text holds an OPEN one."""
    return kind is AnswerType.OPEN or _HELD[kind].search(_NUMBERING.sub(" ", text)) is not None
