"""Staff questions in three languages, understood by the grammar on the real register."""

import pytest

from assistant.commitment_grammar import CommitmentGrammar, Wanted
from assistant.commitment_query import CommitmentQuery, select


@pytest.fixture(scope="module")
def rows(assistant):
    return assistant.index.register.commitments()


@pytest.fixture(scope="module")
def grammar(assistant, rows):
    titles = {name: info.title for name, info in assistant.library.infos.items()}
    return CommitmentGrammar(rows, titles)


STAFF_QUESTIONS = [
    ("Hvilke tiltak har NTNU ansvar for?", {"responsible": "NTNU"}, Wanted.ROWS),
    (
        "Kva tiltak har Innovasjon Norge ansvar for?",
        {"responsible": "Innovasjon Norge"},
        Wanted.ROWS,
    ),
    ("Which measures is SINTEF responsible for?", {"responsible": "SINTEF"}, Wanted.ROWS),
    ("Hvor mange tiltak har frist 2011?", {"due": "2011"}, Wanted.COUNT_MEASURES),
    ("Kor mange tiltak har frist i 2012?", {"due": "2012"}, Wanted.COUNT_MEASURES),
    ("How many measures are due in 2010?", {"due": "2010"}, Wanted.COUNT_MEASURES),
    ("Hvilke strategier hører til mål 1?", {"goal": "1"}, Wanted.STRATEGIES),
    ("How many strategies are there under goal 2?", {"goal": "2"}, Wanted.COUNT_STRATEGIES),
    ("Which measures involve NTNU as a partner?", {"partner": "NTNU"}, Wanted.ROWS),
    ("Kva for tiltak er NAT samarbeidspartner på?", {"partner": "NAT"}, Wanted.ROWS),
    ("Hva forventes av SINTEF?", {"responsible": "SINTEF", "modality": "expected"}, Wanted.ROWS),
    ("Hvem er ansvarlig for strategi 4.3?", {"strategy": "4.3"}, Wanted.ROWS),
]  # fmt: skip


@pytest.mark.parametrize(("question", "fields", "wanted"), STAFF_QUESTIONS)
def test_a_staff_question_is_understood(grammar, rows, question, fields, wanted):
    understood = grammar.understand(question)
    assert understood is not None
    for name in ("goal", "strategy", "responsible", "partner", "actor", "due", "modality"):
        assert getattr(understood.query, name) == fields.get(name), name
    assert understood.wanted is wanted
    assert select(rows, understood.query)


def test_the_twelve_questions_are_of_three_languages_and_all_fields():
    asked = {name for _, fields, _ in STAFF_QUESTIONS for name in fields}
    assert asked == {"responsible", "due", "goal", "partner", "strategy", "modality"}


@pytest.mark.parametrize(
    "question",
    [
        "Hvem må godkjenne innsamling av helseopplysninger?",
        "Hva er hovedmålet i næringsplanen?",
        "What is the weather in Trondheim in 2012?",
        "Hva sier veikartet om velferdsteknologi?",
        "Hvorfor er tiltak viktige?",
        "",
    ],
)
def test_other_questions_are_left_to_the_passages(grammar, question):
    assert grammar.understand(question) is None


@pytest.mark.parametrize(
    ("question", "fields", "wanted"),
    [
        (
            "Hva er seneste frist for tiltak med NTNU som partner?",
            {"partner": "NTNU"},
            Wanted.LATEST,
        ),
        ("Kva tiltak har seinaste frist?", {}, Wanted.LATEST),
        ("Hvilket tiltak under mål 4 har den siste fristen?", {"goal": "4"}, Wanted.LATEST),
        ("Which measures have the earliest deadline under goal 6?", {"goal": "6"}, Wanted.EARLIEST),
        ("Hva er den første fristen?", {}, Wanted.EARLIEST),
        ("What is the latest deadline?", {}, Wanted.LATEST),
    ],
)
def test_the_latest_and_earliest_deadlines_are_understood(grammar, question, fields, wanted):
    understood = grammar.understand(question)
    assert understood.query == CommitmentQuery(**fields)
    assert understood.wanted is wanted


@pytest.mark.parametrize(
    "question",
    [
        "Når er siste frist for å søke om midler?",
        "Hva er den siste fristen før 2015?",
        "Hva er første steg i prosessen?",
        "What is the latest report about?",
    ],
)
def test_other_superlatives_are_left_to_the_passages(grammar, question):
    assert grammar.understand(question) is None


def test_by_a_year_at_the_latest_is_a_deadline_and_no_superlative(grammar):
    understood = grammar.understand("Which measures have deadline 2012 at the latest?")
    assert understood.query.due == "2012"
    assert understood.wanted is Wanted.ROWS


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("hva må kommunene gjøre", "Kommunene"),
        ("Hva skal Innovasjon Norge gjøre?", "Innovasjon Norge"),
        ("Kva må fylkeskommunane gjere?", "Fylkeskommunene"),
        ("What must the county councils do?", "Fylkeskommunene"),
        ("Hvilke tiltak har universitetene ansvar for?", "Universitetene"),
    ],
)
def test_what_somebody_must_do_and_words_for_a_kind_of_bodies_are_understood(
    grammar, rows, question, name
):
    understood = grammar.understand(question)
    assert understood.query.responsible == name
    assert select(rows, understood.query)


@pytest.mark.parametrize(
    "question",
    [
        "Hva må forskere gjøre før publisering?",
        "Hva vil kommunen gjøre for klima og miljø?",
        "Hva skal NTNU gjøre med åpne data?",
        "What should I do?",
    ],
)
def test_what_to_do_about_something_is_left_to_the_passages(grammar, question):
    assert grammar.understand(question) is None


def test_a_document_filter_goes_into_the_query(grammar):
    understood = grammar.understand("Hvilke strategier hører til mål 1?", ["samfunnsdel"])
    assert understood.query.documents == ("samfunnsdel",)


def test_a_document_named_in_the_question_narrows_the_query(grammar):
    understood = grammar.understand("Hvilke strategier har mål 1 i strategisk næringsplan?")
    assert understood.query.documents == ("naeringsplan",)


def test_a_strategy_nobody_has_is_not_understood_as_one(grammar):
    understood = grammar.understand("Hvem er ansvarlig for strategi 99.9?")
    assert understood is None or understood.query.strategy is None


def test_a_register_of_another_plan_has_its_own_values(make_commitment):
    rows = [make_commitment(responsible=("Ordføreren",), responsible_names=("Ordføreren",))]
    understood = CommitmentGrammar(rows, {"plan": "Badeplan"}).understand(
        "Hvilke tiltak har Ordføreren ansvar for?"
    )
    assert understood.query.responsible == "Ordføreren"


def test_an_empty_register_understands_nothing():
    assert CommitmentGrammar([], {}).understand("Hvilke tiltak har NTNU ansvar for?") is None


def test_two_strategies_are_both_wanted(grammar, rows):
    understood = grammar.understand("Hva skiller strategi 4.1 fra strategi 4.2?")
    assert understood is not None
    assert understood.query.strategy == "4.1, 4.2"
    assert {row.strategy_no for row in select(rows, understood.query)} == {"4.1", "4.2"}


def test_a_subject_of_no_row_is_left_to_the_passages(grammar):
    question = "Hva har kommunene ansvar for i helsetjenesten, og hvem har ansvaret for sykehusene?"
    assert grammar.understand(question) is None
    assert grammar.understand("Hvilke tiltak har kommunene ansvar for?") is not None
