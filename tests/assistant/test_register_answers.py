import re

import pytest

from assistant.commitment_query import CommitmentQuery, select
from assistant.printing import print_answer
from assistant.ui.chat import Chat, Exchange
from assistant.ui.transcript import transcript_html


@pytest.fixture(scope="module")
def rows(assistant):
    return assistant.index.register.commitments()


def table_rows(text):
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line for line in lines if re.search(r"\[\d+\] \|$", line)]


def test_a_count_is_that_of_the_rows_and_every_row_is_cited(ask, rows, assert_verbatim):
    answer = ask("Hvor mange tiltak har frist 2011?")
    expected = select(rows, CommitmentQuery(due="2011"))
    assert answer.mode == "register"
    assert str(len(expected)) in answer.answer.splitlines()[0]
    assert len(table_rows(answer.answer)) == len(expected)
    assert {c.quote for c in answer.citations} == {row.quote for row in expected}
    assert_verbatim(answer)


@pytest.mark.parametrize(
    ("question", "pick"),
    [
        ("Hva er seneste frist for tiltak med NTNU som partner?", max),
        ("Hva er tidligste frist for tiltak med NTNU som partner?", min),
    ],
)
def test_a_superlative_gives_the_rows_of_the_extreme_year(ask, rows, question, pick):
    partner = select(rows, CommitmentQuery(partner="NTNU"))
    year = str(pick(int(due) for row in partner for due in row.due if due.isdigit()))
    expected = [row for row in partner if year in row.due]
    answer = ask(question)
    assert year in answer.answer.splitlines()[0]
    assert len(table_rows(answer.answer)) == len(expected)
    assert answer.register_query == CommitmentQuery(partner="NTNU", due=year)


def test_an_answer_offers_its_rows_as_a_file(ask, capsys):
    answer = ask("Hvilke tiltak har NTNU som partner og frist 2012?")
    print_answer(answer)
    assert (
        "stifinner commitments --partner NTNU --due 2012 --format xlsx" in capsys.readouterr().out
    )
    page = transcript_html(Chat(exchanges=(Exchange(question="?", answer=answer),)), "nb")
    assert 'href="export/commitments.xlsx?partner=NTNU&amp;due=2012"' in page
    other = ask("Hvem må godkjenne innsamling av helseopplysninger?")
    print_answer(other)
    assert "stifinner commitments" not in capsys.readouterr().out
    assert "export/" not in transcript_html(
        Chat(exchanges=(Exchange(question="?", answer=other),)), "nb"
    )


def test_one_row_is_told_of_in_the_singular(ask):
    answer = ask("Which actions is NTNU a partner of with deadline 2011?")
    assert answer.answer.startswith("1 commitment in the register (text in Norwegian):")


def test_the_filter_is_told(ask):
    answer = ask("Which measures is SINTEF responsible for?")
    notes = [note.text for note in answer.notes if note.kind == "scope"]
    assert "Filter: responsible = SINTEF" in notes


def test_the_rows_passages_come_first(ask):
    answer = ask("Hvilke tiltak har NTNU ansvar for?")
    cited = {citation.passage_id for citation in answer.citations}
    assert answer.passages[0].passage_id in cited
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    scores = [passage.score for passage in answer.passages]
    assert scores == sorted(scores, reverse=True)


def test_a_question_that_no_row_fits_is_answered_from_the_passages(ask):
    answer = ask("Hvilke tiltak har NTNU ansvar for med frist 1999?")
    assert answer.mode != "register"


def test_strategies_are_listed_each_once(ask, rows):
    answer = ask("Hvilke strategier hører til mål 1?", document_ids=("naeringsplan",))
    query = CommitmentQuery(documents=("naeringsplan",), goal="1")
    expected = {row.strategy_no for row in select(rows, query)} - {None}
    listed = re.findall(r"^- (\d+\.\d+)", answer.answer, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == expected


def test_an_abstention_to_a_resident_points_to_the_form(assistant):
    query = assistant.make_query("Hvem kan jeg kontakte om å melde inn en idé til kommunen?")
    citer = assistant.library.citer()
    quote = assistant.register.contact(query, citer)
    assert quote is not None
    assert "[1]" in quote
    (citation,) = citer.citations
    assert citation.document_id == "fou-side"


def test_no_form_is_offered_for_a_question_that_approaches_nobody(assistant):
    query = assistant.make_query("Hva er bruttonasjonalproduktet i Norge?")
    assert assistant.register.contact(query, assistant.library.citer()) is None


def test_documents_without_a_form_offer_none(two_document_home):
    from assistant.build import open_assistant
    from assistant.settings import AssistantSettings
    from corpus.settings import CorpusSettings

    small = open_assistant(CorpusSettings(home=two_document_home.home), AssistantSettings())
    query = small.make_query("Hvem kan jeg kontakte i kommunen?")
    assert small.register.contact(query, small.library.citer()) is None
    small.close()
