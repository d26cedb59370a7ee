"""Norwegian verb forms that plans use: which word opens a measure, which modality a sentence has.

Bokmål and nynorsk infinitives as they open measures in municipal plans. Words in -ere, and words
that end in a listed verb ("tilrettelegge"), count too; other words in -e get a weak score only,
because many nouns and adjectives end so.
"""

from __future__ import annotations

import re

from corpus.records import Modality

_INFINITIVES = frozenset(
    """
    ansette anskaffe anvende arbeide arrangere avklare avholde avvikle basere bedre begrense begynne
    beholde bekjempe benytte bestille bestemme besøke bevare bevege bevilge bidra binde bistå bli
    bruke bryte bygge bytte bære danne dekke dele delta dempe dra drive drifte dyrke effektivisere
    endre engasjere ensrette erstatte etablere etterspørre evaluere fange fastsette finne
    finansiere fjerne flytte folde forankre forbedre forberede fordele forebygge forenkle foreslå
    forhindre forhandle forlenge formidle forme forplikte forsere forske forsterke forsyne fortelle
    fortette fortsette forutsette forvalte framheve fremheve fremme framme fremskaffe fullføre
    følge føre få ga ge gi gjenbruke gjennomgå gjennomføre gjøre gå ha handle hente heve hjelpe
    holde hindre identifisere imøtekomme implementere informere inkludere innarbeide inngå
    innføre innhente inspirere integrere invitere ivareta jobbe justere kartlegge knytte koble
    kommunisere kompetanseheve konkretisere koordinere krevje kreve kutte kvalifisere kvalitetssikre
    kjøpe kjøre la lage legge lede leie levere lokalisere lære løfte løse markedsføre medvirke melde
    minimere mobilisere motivere motta motvirke måle nedsette nytte ombygge omstille oppdatere
    oppfordre oppmuntre opparbeide opprette opprettholde oppsøke opptre opplyse ordne organisere
    overføre overvåke planlegge pleie prioritere produsere profilere prøve påse påvirke realisere
    redusere redegjøre regulere rekruttere representere revidere rydde ruste rådgi samarbeide samle
    samordne samspille samhandle samskape sammenligne samkjøre satse se sette sikre sjekke skaffe
    skape skille skjerme skrive slutte sluttføre spare spille spre starte stille stimulere stoppe
    strukturere strømlinjeforme styrke støtte stå supplere sy synliggjøre søke sørge ta
    teste tilby tilføre tilgjengeliggjøre tilpasse tilrettelegge tilstrebe tilsette trekke trene
    trygge tydeliggjøre undersøke understøtte utarbeide utbedre utbygge utdanne utfordre utføre
    utforme utjevne utlyse utnytte utrede utstyre utveksle utvide utvikle utøve utprøve validere
    varsle vedlikeholde vedta vektlegge velge verdsette verne videreføre videreutvikle vise vurdere
    være vise åpne øke ønske arbeida auke byggje vidareutvikle vere gjere setje leggje styrkje
    halde greie leve løyse møte nå oppnå opprioritere
    """.split()
)
_SHORT = frozenset({"bli", "dra", "få", "gi", "gå", "ha", "la", "nå", "se", "stå", "sy", "ta"})
_SUFFIXES = tuple(verb for verb in _INFINITIVES if len(verb) >= 5)
_NOUNS_IN_ERE = frozenset({"flere", "høyere", "større", "ledere", "medarbeidere", "innbyggere"})
_MODALS = (
    (Modality.MUST, re.compile(r"\b(?:må|plikter|pålegges|forplikter|kreves|must)\b", re.I)),
    (Modality.MUST, re.compile(r"\b(?:skal|shall)\b", re.I)),
    (Modality.WILL, re.compile(r"\b(?:vil|will)\b", re.I)),
    (Modality.SHOULD, re.compile(r"\b(?:bør|anbefales|anbefaler|foreslås|should)\b", re.I)),
    (Modality.EXPECTED, re.compile(r"\b(?:forventes|forventer|expected)\b", re.I)),
)


def infinitive_strength(word: str, following: str = "") -> float:
    """How surely `word`, which opens a text, is an infinitive: 1 for a known verb, 0.3 for others.

    `following` is the next word; short verbs ("gi") count only before a word in small letters.
    """
    lower = word.lower().strip(".,:;•")
    if lower in _SHORT:
        return 1.0 if following[:1].islower() else 0.0
    if lower in _INFINITIVES or lower.endswith(_SUFFIXES):
        return 1.0
    if lower.endswith("ere") and len(lower) > 5 and lower not in _NOUNS_IN_ERE:
        return 1.0
    return 0.3 if lower.endswith("e") and len(lower) > 4 and following[:1].islower() else 0.0


def modality_of(text: str) -> Modality | None:
    """The most binding modality that a modal verb of `text` states; None without any."""
    for modality, pattern in _MODALS:
        if pattern.search(text):
            return modality
    return None
