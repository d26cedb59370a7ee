"""Every fixed sentence of an answer, in bokmål, nynorsk and English. None of them states a fact."""

from __future__ import annotations

from typing import Final

from corpus.language import Language

SAYS: Final[dict[Language, str]] = {
    "nb": "sier:",
    "nn": "seier:",
    "en": "says (in Norwegian):",
}
SAYS_SAME_LANGUAGE: Final = "says:"
PAGE: Final[dict[Language, str]] = {
    "nb": " (s. {page})",
    "nn": " (s. {page})",
    "en": " (p. {page})",
}
ABSTAIN: Final[dict[Language, str]] = {
    "nb": "Dokumentene gir ikke svar på dette.",
    "nn": "Dokumenta gir ikkje svar på dette.",
    "en": "The documents do not answer this.",
}
MISSING: Final[dict[Language, str]] = {
    "nb": "Jeg fant ingenting om: {words}.",
    "nn": "Eg fann ingenting om: {words}.",
    "en": "Nothing was found about: {words}.",
}
NEAREST: Final[dict[Language, str]] = {
    "nb": "Nærmeste steder: {places}.",
    "nn": "Næraste stader: {places}.",
    "en": "Nearest places: {places}.",
}
CONTACT: Final[dict[Language, str]] = {
    "nb": "Du kan selv spørre kommunen; dokumentene viser til: {quote}",
    "nn": "Du kan sjølv spørje kommunen; dokumenta viser til: {quote}",
    "en": "You can ask the municipality yourself; the documents point to (in Norwegian): {quote}",
}
EMPTY: Final[dict[Language, str]] = {
    "nb": "Skriv et spørsmål om Trondheims planer og strategier.",
    "nn": "Skriv eit spørsmål om planane og strategiane til Trondheim.",
    "en": "Write a question about Trondheim's plans and strategies.",
}
MODEL_FAILED: Final[dict[Language, str]] = {
    "nb": "Språkmodellen svarte ikke; svaret er utdrag fra dokumentene.",
    "nn": "Språkmodellen svara ikkje; svaret er utdrag frå dokumenta.",
    "en": "The language model did not answer; these are extracts from the documents.",
}
TRUNCATED: Final[dict[Language, str]] = {
    "nb": "Bare de første {count} tegnene i spørsmålet ble lest.",
    "nn": "Berre dei første {count} teikna i spørsmålet vart lesne.",
    "en": "Only the first {count} characters of the question were read.",
}
SUBJECT_CHANGED: Final[dict[Language, str]] = {
    "nb": "Forstått som et nytt tema, uavhengig av de forrige spørsmålene.",
    "nn": "Forstått som eit nytt tema, uavhengig av dei førre spørsmåla.",
    "en": "Read as a new subject, apart from the earlier questions.",
}
FOLLOWED_UP: Final[dict[Language, str]] = {
    "nb": "Forstått som: {question}",
    "nn": "Forstått som: {question}",
    "en": "Understood as: {question}",
}
UNRESOLVED: Final[dict[Language, str]] = {
    "nb": "{count} setninger fra språkmodellen manglet kilde og er utelatt.",
    "nn": "{count} setningar frå språkmodellen mangla kjelde og er utelatne.",
    "en": "{count} sentences of the language model named no source and were left out.",
}
REGISTER_COUNT: Final[dict[Language, str]] = {
    "nb": "{count} tiltak i registeret:",
    "nn": "{count} tiltak i registeret:",
    "en": "{count} commitments in the register (texts in Norwegian):",
}
REGISTER_SINGLE: Final[dict[Language, str]] = {
    "nb": "1 tiltak i registeret:",
    "nn": "1 tiltak i registeret:",
    "en": "1 commitment in the register (text in Norwegian):",
}
REGISTER_STRATEGIES: Final[dict[Language, str]] = {
    "nb": "{count} strategier i registeret:",
    "nn": "{count} strategiar i registeret:",
    "en": "{count} strategies in the register (texts in Norwegian):",
}
REGISTER_LATEST: Final[dict[Language, str]] = {
    "nb": "Seneste frist er {year}.",
    "nn": "Seinaste frist er {year}.",
    "en": "The latest deadline is {year}.",
}
REGISTER_EARLIEST: Final[dict[Language, str]] = {
    "nb": "Tidligste frist er {year}.",
    "nn": "Tidlegaste frist er {year}.",
    "en": "The earliest deadline is {year}.",
}
REGISTER_BY_MODEL: Final[dict[Language, str]] = {
    "nb": "Språkmodellen valgte filteret; radene er registerets.",
    "nn": "Språkmodellen valde filteret; radene er frå registeret.",
    "en": "The language model chose the filter; the rows are the register's.",
}
REGISTER_EXPORT: Final[dict[Language, str]] = {
    "nb": "Radene som fil: {command}",
    "nn": "Radene som fil: {command}",
    "en": "The rows as a file: {command}",
}
REGISTER_HEADER: Final[dict[Language, tuple[str, ...]]] = {
    "nb": ("Nr", "Tiltak", "Ansvarlig", "Partnere", "Frist", "Kilde"),
    "nn": ("Nr", "Tiltak", "Ansvarleg", "Partnarar", "Frist", "Kjelde"),
    "en": ("No", "Measure", "Responsible", "Partners", "Deadline", "Source"),
}
