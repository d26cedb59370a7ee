import pytest

from assistant.query import MAX_CHARACTERS, QueryMaker


@pytest.fixture
def make_query():
    asked: list[str] = []

    def embed(text: str) -> list[float]:
        asked.append(text)
        return [1.0, 0.0]

    maker = QueryMaker(embed)
    maker.asked = asked
    return maker


def test_a_query_has_terms_words_language_and_a_vector(make_query):
    query = make_query("Hvem godkjenner innsamling av helsedata?")
    assert query.language == "nb"
    assert "helsedata" in query.words
    assert query.terms
    assert query.vector.dtype.name == "float32"
    assert make_query.asked == [query.text]


def test_white_space_does_not_matter(make_query):
    assert make_query(" Hva \n er\tmålet? ").text == make_query("Hva er målet?").text


def test_a_long_question_is_cut_before_anything_reads_it(make_query):
    query = make_query("helse " * 10_000)
    assert len(query.text) <= MAX_CHARACTERS
    assert len(make_query.asked[0]) <= MAX_CHARACTERS


def test_the_language_may_be_given(make_query):
    assert make_query("Trondheim", "en").language == "en"


def test_an_english_question_brings_norwegian_terms_and_a_norwegian_one_its_own(make_query):
    english = make_query("Who approves the collection of health data?")
    norwegian = make_query("Hvem godkjenner innsamling av helsedata?")
    assert english.language == "en"
    assert set(english.added_terms) & set(norwegian.terms)


@pytest.mark.parametrize("text", ["", "?!", "😀"])
def test_a_text_without_words_has_no_terms(make_query, text):
    query = make_query(text)
    assert not query.terms
    assert not query.words
