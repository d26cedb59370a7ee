"""Every text of the page in Norwegian and English. The answers' own sentences are in `frames`."""

from __future__ import annotations

from typing import Final, Literal

Interface = Literal["nb", "en"]
DEFAULT: Final[Interface] = "nb"

# key: (Norwegian, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Stifinner", "Stifinner"),
    "tagline": (
        "Svar med kilder fra kommunens planer og strategier",
        "Cited answers from the municipality's plans and strategies",
    ),
    "language": ("Språk", "Language"),
    "day": ("Gyldighet per dato", "Validity as of"),
    "bad_day": (
        "Skriv datoen som ÅÅÅÅ-MM-DD. Dagens dato er brukt.",
        "Write the date as YYYY-MM-DD. Today's date was used.",
    ),
    "skip": ("Hopp til spørsmålsfeltet", "Skip to the question field"),
    "close": ("Lukk", "Close"),
    # chat
    "tab_chat": ("Spør", "Ask"),
    "question": ("Spørsmål", "Question"),
    "placeholder": (
        "Spør om forskning, planer, mål eller tiltak …",
        "Ask about research, plans, goals or measures …",
    ),
    "send": ("Spør", "Ask"),
    "new_chat": ("Ny samtale", "New chat"),
    "filters": ("Avgrens søket", "Narrow the search"),
    "documents": ("Dokumenter", "Documents"),
    "documents_info": ("Tomt felt: alle dokumenter", "Leave empty for all documents"),
    "welcome": ("Hva vil du vite?", "What would you like to know?"),
    "welcome_text": (
        "Hvert svar viser hvor det står: trykk på et tall som {marker} for å se sitatet i "
        "dokumentet. Spørsmål lagres ikke.",
        "Every answer shows where it stands: press a number such as {marker} to see the quote in "
        "the document. Questions are not stored. The answer is in the language of your question.",
    ),
    "researcher": ("Forsker", "Researcher"),
    "staff": ("Ansatt i kommunen", "Municipal staff"),
    "evaluator": ("Evaluator", "Evaluator"),
    "you_asked": ("Du spurte", "You asked"),
    "searching": ("Leter i dokumentene …", "Searching the documents …"),
    "writing": ("Skriver …", "Writing …"),
    "ready": ("Svaret er klart. Kilder: {count}.", "The answer is ready. Sources: {count}."),
    "ready_none": (
        "Dokumentene gir ikke svar på dette.",
        "The documents do not answer this.",
    ),
    "unanswered": ("Ikke funnet i dokumentene", "Not found in the documents"),
    "from_register": ("Fra tiltaksregisteret", "From the commitments register"),
    "from_model": ("Skrevet av {model}", "Written by {model}"),
    "export_rows": ("Last ned radene:", "Download the rows:"),
    "show_sources": ("Vis kilder ({count})", "Show sources ({count})"),
    "show_source": ("Vis kilde {marker}: {title}", "Show source {marker}: {title}"),
    "copy": ("Kopier med kilder", "Copy with sources"),
    "copied": ("Kopiert", "Copied"),
    "helpful": ("Nyttig svar", "Helpful answer"),
    "not helpful": ("Ikke nyttig svar", "Not a helpful answer"),
    "error": (
        "Beklager, spørsmålet kunne ikke besvares nå. Prøv igjen om litt.",
        "Sorry, the question could not be answered just now. Try again in a moment.",
    ),
    "error_detail": (
        "Melding til den som drifter tjenesten: {detail}",
        "For whoever runs this service: {detail}",
    ),
    # feedback
    "feedback_title": ("Tilbakemelding: {verdict}", "Feedback: {verdict}"),
    "feedback_about": (
        "Gjelder svaret på «{question}». Når du trykker Send, lagres spørsmålet, de tidligere "
        "spørsmålene i samtalen, svaret, vurderingen og kommentaren på maskinen som kjører "
        "Stifinner, så en kollega kan se på det. Ellers lagres ingenting. Skriv ikke "
        "personopplysninger.",
        'About the answer to "{question}". When you press Send, the question, the chat\'s earlier '
        "questions, the answer, your verdict and your comment are stored on the machine that runs "
        "Stifinner, for a colleague to review. Otherwise nothing is stored. Do not write personal "
        "data.",
    ),
    "comment": ("Kommentar (valgfri)", "Comment (optional)"),
    "comment_placeholder": ("Hva var bra, feil eller manglet?", "What was good, wrong or missing?"),
    "feedback_send": ("Send tilbakemelding", "Send feedback"),
    "cancel": ("Avbryt", "Cancel"),
    "feedback_thanks": (
        "Takk! Tilbakemeldingen er lagret.",
        "Thank you! Your feedback is stored.",
    ),
    "feedback_failed": (
        "Tilbakemeldingen kunne ikke lagres.",
        "The feedback could not be stored.",
    ),
    # sources
    "sources": ("Kilder", "Sources"),
    "sources_empty": (
        "Her vises sitatene et svar bygger på, i sammenhengen de står i.",
        "The quotes that an answer rests on appear here, in their surroundings.",
    ),
    "sources_none": ("Dette svaret har ingen kilder.", "This answer has no sources."),
    "excerpt": ("Utdrag fra dokumentet", "Extract from the document"),
    "page": ("s. {page}", "p. {page}"),
    "page_break": ("side {page}", "page {page}"),
    "publisher": ("Utgiver", "Publisher"),
    "status": ("Status", "Status"),
    "dates": ("Datoer", "Dates"),
    "validity": ("Gyldighet", "Validity"),
    "link": ("Lenke", "Link"),
    "open_link": ("Åpne originalen", "Open the original"),
    "adopted_on": ("vedtatt {day}", "adopted {day}"),
    "published_on": ("publisert {day}", "published {day}"),
    "updated_on": ("oppdatert {day}", "updated {day}"),
    "period": ("gjelder {first} – {last}", "valid {first} – {last}"),
    "valid_from": ("gjelder fra {first}", "valid from {first}"),
    "valid_to": ("gjelder til {last}", "valid until {last}"),
    "unknown": ("ukjent", "unknown"),
    # statuses and kinds, by the value of corpus.records
    "adopted": ("vedtatt", "adopted"),
    "proposal": ("forslag", "proposal"),
    "advisory": ("rådgivende", "advisory"),
    "in force at date": ("gjaldt ved oppdatering", "in force when updated"),
    "plan": ("plan", "plan"),
    "strategy": ("strategi", "strategy"),
    "report": ("rapport", "report"),
    "guideline": ("retningslinje", "guideline"),
    "web page": ("nettside", "web page"),
    "in force": ("gjelder", "in force"),
    "not yet in force": ("ikke trådt i kraft", "not yet in force"),
    "past its period": ("utløpt", "expired"),
    "replaced": ("erstattet", "replaced"),
    # register
    "tab_register": ("Tiltak", "Commitments"),
    "register_title": ("Hvem har lovet hva, med hvem og til når?", "Who promised what, by when?"),
    "register_text": (
        "Hver rad bygger på et ordrett sitat. Velg en rad for å se sitatet i dokumentet. "
        "Teksten står som i dokumentet.",
        "Every row rests on a verbatim quote. Choose a row to see the quote in its document. The "
        "texts are in the language of the document.",
    ),
    "all": ("Alle", "All"),
    "document": ("Dokument", "Document"),
    "goal": ("Mål", "Goal"),
    "strategy_no": ("Nr", "No"),
    "strategy_text": ("Strategi", "Strategy"),
    "measure": ("Tiltak", "Measure"),
    "indicator": ("Indikator", "Indicator"),
    "responsible": ("Ansvarlig", "Responsible"),
    "partner": ("Partner", "Partner"),
    "partners": ("Partnere", "Partners"),
    "due": ("Frist", "Deadline"),
    "page_column": ("Side", "Page"),
    "text": ("Ord i teksten", "Words in the text"),
    "text_placeholder": ("f.eks. gründer", "e.g. gründer"),
    "weak": (
        "Ta med setninger med skal, vil og bør i løpende tekst",
        "Also sentences with skal, vil and bør in running text",
    ),
    "clear": ("Nullstill", "Reset"),
    "count": ("{count} av {all} tiltak", "{count} of {all} commitments"),
    "export": ("Last ned utvalget:", "Download this view:"),
    "no_rows": (
        "Ingen tiltak passer til dette utvalget. Fjern et filter.",
        "No commitment fits these filters. Remove one.",
    ),
    "overview": ("Oversikt over utvalget", "This view at a glance"),
    "chart_due": ("Tiltak etter frist og mål", "Commitments by deadline and goal"),
    "chart_responsible": ("Tiltak etter ansvarlig", "Commitments by responsible"),
    "chart_partners": ("De viktigste partnerne", "Most frequent partners"),
    "chart_network": ("Hvem samarbeider med hvem", "Who works with whom"),
    "undated": ("I tillegg {count} tiltak uten frist", "Besides, {count} without a deadline"),
    "no_goal": ("uten mål", "no goal"),
    "yearly": ("årlig", "yearly"),
    "monthly": ("månedlig", "monthly"),
    "weekly": ("ukentlig", "weekly"),
    "quarterly": ("kvartalsvis", "quarterly"),
    "twice yearly": ("to ganger i året", "twice yearly"),
    "continuous": ("løpende", "continuous"),
    "status_column": ("Status", "Status"),
    "open": ("åpent", "open"),
    "done": ("gjennomført", "done"),
    "dropped": ("skrinlagt", "dropped"),
    "status_moved": ("{status} (teksten er endret)", "{status} (text has changed)"),
    "notes_title": ("Hvordan står det til?", "How does it stand?"),
    "notes_text": (
        "Det du lagrer her, ser alle som bruker denne siden, og det blir stående når dokumentene "
        "leses inn på nytt.",
        "What you save here is seen by everybody who uses this page, and stays when the documents "
        "are ingested anew.",
    ),
    "noted_by": ("Hvem sier det (valgfritt)", "Who says so (optional)"),
    "noted_by_placeholder": ("navn eller enhet", "name or unit"),
    "noted_source": ("Kilde (valgfri)", "Source (optional)"),
    "noted_source_placeholder": ("f.eks. årsmelding 2012, s. 8", "e.g. annual report 2012, p. 8"),
    "note_save": ("Lagre status", "Save status"),
    "note_kept": ("Statusen er lagret.", "The status is saved."),
    "note_failed": ("Statusen kunne ikke lagres.", "The status could not be saved."),
    "note_moved": (
        "Teksten er endret siden. Den gang: «{measure}»",
        "The text has changed since. At the time: «{measure}»",
    ),
    "unmatched_notes": (
        "{count} statusnotater gjelder tiltak som ikke lenger står i registeret. De er tatt vare "
        "på; `stifinner commitments --notes` viser dem.",
        "{count} notes are on commitments that are no longer in the register. They are kept; "
        "`stifinner commitments --notes` shows them.",
    ),
    "commitment_source": ("Sitatet bak raden", "The quote behind the row"),
    # documents
    "tab_documents": ("Dokumenter", "Documents"),
    "documents_title": ("Dokumentene svarene bygger på", "The documents behind the answers"),
    "documents_text": ("Gyldighet per {day}.", "Validity as of {day}."),
    "counts": (
        "{pages} sider · {passages} avsnitt i søket · {commitments} tiltak",
        "{pages} pages · {passages} passages · {commitments} commitments",
    ),
    "counts_no_pages": (
        "uten sidetall · {passages} avsnitt i søket · {commitments} tiltak",
        "no page numbers · {passages} passages · {commitments} commitments",
    ),
    "older": ("Erstatter", "Replaces"),
    "note": ("Merknad", "Note"),
    # own questions
    "tab_upload": ("Egne spørsmål", "Own questions"),
    "upload_title": ("Prøv Stifinner på egne spørsmål", "Try Stifinner on your own questions"),
    "upload_text": (
        "1. Last ned malen og fyll ut spørsmål, fasitsitat og fakta. 2. Last opp fila (xlsx, csv "
        "eller jsonl). Feil meldes med rad og kolonne. 3. Få tall og en rapport. Rapporten lagres "
        "på maskinen som kjører Stifinner.",
        "1. Download the template and fill in questions, gold quotes and facts. 2. Upload the file "
        "(xlsx, csv or jsonl). Errors are named by row and column. 3. Get figures and a report, "
        "which is kept on the machine that runs Stifinner.",
    ),
    "template": ("Last ned malen", "Download the template"),
    "upload_file": ("Fil med spørsmål", "File of questions"),
    "upload_run": ("Kjør", "Run"),
    "upload_running": ("Spurt {count} spørsmål …", "Asked {count} questions …"),
    "upload_no_file": ("Velg en fil først.", "Choose a file first."),
    "upload_report": ("Rapport", "Report"),
    "upload_failed": (
        "Fila kunne ikke kjøres: {detail}",
        "The file could not be run: {detail}",
    ),
}

# Kind of user -> questions; researchers ask in English whatever the interface's language.
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "researcher": (
        "Who must approve collection of health data?",
        "What does the municipality require before research results are published?",
    ),
    "staff": (
        "Hvilke tiltak har NTNU som partner og frist 2012?",
        "Hva vil kommunen gjøre for klima og miljø?",
    ),
    "evaluator": (
        "Er næringsplanen vedtatt?",
        "Hva koster en barnehageplass i Trondheim?",
    ),
}


def say(key: str, language: Interface, **values: object) -> str:
    """A text of the page in one language, its `{names}` filled in."""
    text = TEXTS[key][0 if language == "nb" else 1]
    return text.format(**values) if values else text


def label_of(value: str, language: Interface) -> str:
    """The word for a status, kind or state of `corpus.records`; unknown values stay as they are."""
    return say(value, language) if value in TEXTS else value


def interface(value: str | None) -> Interface:
    """The interface's language from what a browser sent; Norwegian unless it says English."""
    return "en" if value == "en" else DEFAULT
