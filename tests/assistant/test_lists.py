import pytest

from assistant.lists import asked_count, list_around
from assistant.statements import score_statements


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Hvilke tre indikatorer brukes?", 3),
        ("Kva for fire mål har kommunen?", 4),
        ("What are the seven areas?", 7),
        ("Which 12 cities take part?", 12),
        ("Hvilke mål har kommunen?", None),
        ("Hvilke 20 prosent er det snakk om?", None),
        ("Hvem er det?", None),
    ],
)
def test_the_question_says_how_many(question, count):
    assert asked_count(question) == count


def find(assistant, question):
    query = assistant.make_query(question)
    ranking = assistant.search_engine.rank(query, 10)
    statements = score_statements(query, ranking, assistant.index)
    return assistant.chain.lists.asked(query, ranking, statements)


def test_the_list_of_the_asked_length_is_chosen(assistant):
    found = find(assistant, "Hvilke tre indikatorer skal overvåke det overordnede målet?")
    assert len(found.items) == 3
    assert "Indikatorer" in found.opening


def test_a_list_is_found_by_what_opens_it(assistant):
    found = find(assistant, "Hvilke spørsmål ble stilt i intervjuene?")
    assert "spørsmål" in found.opening.casefold()
    assert "?" in found.items[0].text


def test_no_list_answers_a_question_about_something_else(assistant):
    assert find(assistant, "Nevn planeter i solsystemet med ringer") is None


def test_the_text_before_a_list_opens_it_and_running_text_is_in_none(assistant):
    document = assistant.library.document("fou-side")
    item = next(b for b in document.blocks if b.kind.value == "list item")
    found = list_around(document, item.start)
    assert item in found.items
    assert list_around(document, len(document.text) + 5) is None


def test_a_whole_list_is_of_a_document_that_has_statements_to_cite_from(assistant):
    questions = ("Nevn alle kommunene", "Which documents and strategies exist?", "Hvilke mål?")
    for question in questions:
        query = assistant.make_query(question)
        ranking = assistant.search_engine.rank(query, 10)
        statements = score_statements(query, ranking, assistant.index)
        found = assistant.chain.lists.asked(query, ranking, statements)
        read = {s.passage.document_id for s in statements}
        assert found is None or found.document.info.id in read, question
