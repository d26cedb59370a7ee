"""Which questions are for the register, and what query they become."""

import pytest

from assistant.commitment_grammar import CommitmentGrammar, Wanted
from assistant.commitment_query import CommitmentQuery
from corpus.records import Commitment, DocumentId, Modality

TITLES = {
    "plan": "Strategisk næringsplan for Fjordby",
    "other": "Forskning, utvikling og innovasjon",
    "page": "Fjordby Municipality: Smart City solution",
}


def row(responsible=("Kommunen",), names=("Fjordby kommune",), partners=(), strategy_no=None):
    return Commitment(
        id="r",
        document_id=DocumentId("plan"),
        goal=None,
        strategy_no=strategy_no,
        strategy=None,
        measure="Bygge en kai.",
        indicator=None,
        responsible=responsible,
        partners=partners,
        when=None,
        page=None,
        quote="Bygge en kai.",
        start=0,
        end=13,
        passage_id=None,
        source_kind="goal table",
        modality=Modality.WILL,
        responsible_names=names,
        partner_names=partners,
    )


ROWS = (
    row(strategy_no="2.1"),
    row(responsible=("Kommunene",), names=("Kommunene",), partners=("NTNU", "HiST")),
    row(responsible=("Næringslivet",), names=("Næringslivet",), partners=("Innovasjon Norge",)),
)
GRAMMAR = CommitmentGrammar(ROWS, TITLES)


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("Hvilke tiltak har NTNU som partner?", CommitmentQuery(partner="NTNU")),
        ("Kva tiltak har NTNU som partnar?", CommitmentQuery(partner="NTNU")),
        (
            "Which measures have NTNU as partner and are due 2012?",
            CommitmentQuery(partner="NTNU", due="2012"),
        ),
        ("Kor mange tiltak har frist i 2011?", CommitmentQuery(due="2011")),
        ("Kva tiltak skal gjerast årleg?", CommitmentQuery(due="yearly")),
        ("Which measures are carried out every year?", CommitmentQuery(due="yearly")),
        ("Hvilket tiltak skal skje månedlig?", CommitmentQuery(due="monthly")),
        ("Hvilke tiltak løper kontinuerlig?", CommitmentQuery(due="continuous")),
        (
            "Hva forventes av næringslivet?",
            CommitmentQuery(responsible="Næringslivet", modality="expected"),
        ),
        (
            "What is expected of the business community?",
            CommitmentQuery(responsible="Næringslivet", modality="expected"),
        ),
        (
            "Hvilke tiltak har næringsplanen under mål 6?",
            CommitmentQuery(documents=("plan",), goal="6"),
        ),
    ],
)
def test_a_question_about_commitments_becomes_a_query(question, query):
    understood = GRAMMAR.understand(question)

    assert understood is not None
    assert understood.query == query


@pytest.mark.parametrize(
    "question",
    [
        "Hvordan er været i Fjordby?",
        "Hvilke tiltak vil kommunen gjennomføre for å redusere klimautslipp?",
        "Hvilke tiltak skal sikre en årlig befolkningsvekst på 4000?",
        "Har HiST en aktiv strategi for forskning, utvikling og innovasjon innen helse?",
        "What is expected of the universities?",
    ],
)
def test_a_question_about_content_is_left_to_the_passages(question):
    assert GRAMMAR.understand(question) is None


def test_an_actor_or_a_common_word_of_a_title_names_no_document():
    by_actor = GRAMMAR.understand("Hvor mange tiltak har Innovasjon Norge som partner?")
    by_word = GRAMMAR.understand("Which commitment does the municipality share with partner NTNU?")

    assert by_actor is not None
    assert by_word is not None
    assert by_actor.query.documents == by_word.query.documents == ()


def test_the_municipality_counts_as_an_actor_only_beside_another_field():
    beside = GRAMMAR.understand("Hvilke tiltak har kommunen ansvar for under mål 2?")
    alone = GRAMMAR.understand("Hvilke tiltak har kommunen ansvar for?")

    assert beside is not None
    assert beside.query == CommitmentQuery(goal="2", responsible="Fjordby kommune")
    assert alone is None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Hvor mange strategier er det under mål 6?", Wanted.COUNT_STRATEGIES),
        ("Which strategies belong to goal 3?", Wanted.STRATEGIES),
        ("Hva er strategi 2.1?", Wanted.STRATEGIES),
        ("Hvem har ansvar for strategi 2.1, og når er fristen?", Wanted.ROWS),
        ("How many measures have NTNU as partner?", Wanted.COUNT_MEASURES),
    ],
)
def test_the_wording_says_whether_rows_or_strategies_are_wanted(question, wanted):
    understood = GRAMMAR.understand(question)

    assert understood is not None
    assert understood.wanted is wanted
