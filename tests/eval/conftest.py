"""A corpus of two small documents and an answerer that reads from a script."""

import pytest

from assistant.answers import AnswerJson, CitationJson, PassageJson, TimingsJson
from corpus.records import Document, DocumentId, DocumentInfo, PageSpan
from eval.reference import Gold, Language, Need, Question, QuestionKind, Split, UserKind
from eval.system import System

PLAN = (
    "Planen gjelder til 2020. Elleve kommuner er med.\n"
    "NTNU skal utvikle et helsehus innen 2012.\n"
    "SINTEF har ansvar for havrommet."
)
PAGE = "Kommunen praktiserer meråpenhet. Alle data er åpne."
FIRST_PAGE_END = PLAN.index("NTNU")


def _document(name, text, pages):
    info = DocumentInfo(id=DocumentId(name), file=f"{name}.txt", title=name.title())
    return Document(info=info, text=text, pages=pages, blocks=())


@pytest.fixture
def documents():
    spans = (
        PageSpan(start=0, end=FIRST_PAGE_END, number=1),
        PageSpan(start=FIRST_PAGE_END, end=len(PLAN), number=2),
    )
    found = (_document("plan", PLAN, spans), _document("side", PAGE, ()))
    return {document.info.id: document for document in found}


def make_question(name="q1", **changes):
    fields = {
        "id": name,
        "question": f"Spørsmål {name}?",
        "language": Language.NB,
        "user": UserKind.STAFF,
        "kind": QuestionKind.FACTOID,
        "split": Split.DEV,
        "gold": (Gold(document_id=DocumentId("plan"), quote="Elleve kommuner er med."),),
        "facts": (("11 kommuner",),),
    }
    return Question(**(fields | changes))


def passage(rank, text, document="plan", page=None):
    name = f"{document}-{rank}"
    return PassageJson(
        rank=rank, passage_id=name, document_id=document, section=["Del"], page=page, text=text,
        score=1 / rank,
    )  # fmt: skip


def citation(text, quote, marker=1, document="plan", page=1, passage_id="plan-1"):
    start = text.index(quote)
    return CitationJson(
        marker=marker, document_id=document, title="Plan", publisher="X", status="adopted",
        section=[], page=page, quote=quote, start=start, end=start + len(quote),
        passage_id=passage_id, url=None,
    )  # fmt: skip


def make_answer(text="Det er 11 kommuner [1].", **changes):
    fields = {
        "id": "q1",
        "question": "Spørsmål?",
        "standalone_question": "Spørsmål?",
        "language": "nb",
        "answered": True,
        "answer": text,
        "citations": [citation(PLAN, "Elleve kommuner er med.")],
        "passages": [passage(1, PLAN[:FIRST_PAGE_END]), passage(2, PLAN[FIRST_PAGE_END:])],
        "notes": [],
        "mode": "extractive",
        "model": None,
        "index": "snapshot",
        "timings_ms": TimingsJson(retrieve=5, answer=5, total=12),
    }
    return AnswerJson(**(fields | changes))


class ScriptedAnswerer:
    """Gives each question its scripted answer; an exception in the script is raised."""

    def __init__(self, script):
        self.script = script
        self.asked = []

    def ask(self, question, history=(), document_ids=()):
        self.asked.append(question)
        answer = self.script[question]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def questions():
    unanswerable = make_question("q3", kind=QuestionKind.UNANSWERABLE, gold=(), facts=())
    both = make_question(
        "q2",
        kind=QuestionKind.LIST,
        language=Language.EN,
        need=Need.ALL,
        gold=(
            Gold(document_id=DocumentId("plan"), quote="Planen gjelder til 2020."),
            Gold(document_id=DocumentId("plan"), quote="SINTEF har ansvar for havrommet."),
        ),
        facts=(("2020",), ("SINTEF",)),
    )
    hidden = make_question("q4", split=Split.TEST)
    return (make_question("q1"), both, unanswerable, hidden)


@pytest.fixture
def answerer(questions):
    abstained = make_answer("Dokumentene sier ikke noe om dette.", answered=False, citations=[])
    wrong = make_answer(
        "Det vet vi ikke noe om.", citations=[], passages=[passage(1, PAGE, "side")]
    )
    script = dict(
        zip(
            (question.question for question in questions),
            (make_answer(), make_answer("Til 2020 [1]."), abstained, wrong),
            strict=True,
        )
    )
    return ScriptedAnswerer(script)


@pytest.fixture
def system(answerer, documents):
    return System(answerer=answerer, fingerprint="index-1", settings={"k": 10}, documents=documents)


class Doubles:
    """What tests build answers from, handed over as a fixture: test modules import no conftest."""

    plan, page = PLAN, PAGE
    question = staticmethod(make_question)
    answer = staticmethod(make_answer)
    passage = staticmethod(passage)
    citation = staticmethod(citation)
    answerer = ScriptedAnswerer


@pytest.fixture
def make():
    return Doubles
