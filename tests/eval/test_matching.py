import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import (
    find_quote,
    first_words,
    holds,
    shared_share,
    states,
    supports,
)
from eval.numerals import tokens


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("elleve kommuner", "11 kommuner"),
        ("tjueen", "21"),
        ("fem og tjue", "5 og 20"),
        ("femogtjue", "25"),
        ("twenty-one towns", "21 towns"),
        ("tre hundre og femti", "350"),
        ("to tusen tre hundre", "2300"),
        ("fem hundre tusen", "500000"),
        ("3 millioner", "3000000"),
        ("2,5 millioner kroner", "2500000 kroner"),
        ("1 200", "1200"),
        ("1.200", "1200"),
        ("3\u00a0000", "3000"),
        ("3\u2009000", "3000"),
        ("7,5", "7.5"),
        ("7.50", "7.5"),
        ("1 200,5", "1200.5"),
        ("1.200,50", "1200.5"),
        ("1,200.5", "1200.5"),
        ("1 200 300", "1200300"),
        ("12,5 %", "12.5 prosent"),
        ("12.5 percent", "12.5 prosent"),
        ("hundre og en natt", "100 og en natt"),
        ("en kommune", "en kommune"),
        ("22. januar 2010", "22 januar 2010"),
        ("sju eller syv", "7 eller 7"),
        ("By- og campusutvikling!", "by og campusutvikling"),
    ],
)
def test_numbers_become_digits_however_they_are_written(written, read):
    assert " ".join(tokens(written)) == read


@given(st.text())
def test_no_text_stops_the_tokeniser_and_no_token_holds_a_blank(text):
    assert all(token and not any(sign.isspace() for sign in token) for token in tokens(text))


def test_a_quote_is_found_over_line_breaks_and_hyphens_with_offsets_of_the_text():
    text = "Om FoU/utdannings-\ninstitutt og  «helse- og\nomsorgstjenester» sies det mye."
    start, end = find_quote(text, 'utdanningsinstitutt og "helse- og omsorgstjenester"')
    assert text[start:end] == "utdannings-\ninstitutt og  «helse- og\nomsorgstjenester"


def test_a_quote_does_not_match_inside_a_word_or_number():
    assert find_quote("vedtatt i 20216 av", "2021") is None
    assert find_quote("kommunestyret", "kommune") is None
    assert find_quote("20216 og 2021", "2021") == (9, 13)


def test_list_marks_do_not_matter():
    assert find_quote("Kommunen vil:\n• øke farten\n• senke prisen", "- øke farten\n- senke prisen")


def test_an_empty_quote_is_nowhere():
    assert find_quote("tekst", " - ") is None


@given(st.lists(st.from_regex(r"[a-zæøå]{1,8}", fullmatch=True), min_size=1), st.data())
def test_any_run_of_whole_words_is_found_again_after_new_line_breaks(words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    assert find_quote("\n".join(words), " ".join(words[first : last + 1])) is not None


def test_a_passage_that_ends_inside_the_quote_is_relevant_from_sixty_percent_on():
    quote = "en to tre fire fem seks sju åtte ni ti"
    assert shared_share("innledning en to tre fire fem seks", quote) == pytest.approx(0.6)
    assert holds("innledning en to tre fire fem seks", quote)
    assert not holds("innledning en to tre fire fem", quote)


def test_scattered_function_words_do_not_make_a_passage_relevant():
    quote = "kommunen skal og vil være en god by for alle"
    assert not holds("en skal by og for alle i den kommunen som vil", quote)


def test_a_cited_piece_of_the_gold_quote_supports_it_from_four_words_on():
    gold = "Trondheim kommune praktiserer meråpenhet i alle sine tjenester og planer for byen"
    assert supports("praktiserer meråpenhet i alle", gold)
    assert not supports("praktiserer meråpenhet", gold)


@pytest.mark.parametrize(
    ("text", "alternatives", "stated"),
    [
        ("Det er elleve kommuner.", ["11 kommuner"], True),
        ("Det er 11 kommuner.", ["elleve"], True),
        ("Kommunens ansvar", ["kommune"], True),
        ("i 2010", ["20"], False),
        ("NTNUs rolle", ["NTNU"], True),
        ("Ja, planen gjelder", ["ja"], True),
        ("januar", ["ja"], False),
        ("ingen svar", ["det ene", "det andre"], False),
        ("SINTEF og NTNU", ["sintef", "ntnu"], True),
        ("1 200 kroner", ["1200 kroner"], True),
    ],
)
def test_a_fact_is_stated_by_any_of_its_alternatives(text, alternatives, stated):
    assert states(text, alternatives) is stated


def test_the_first_words_do_not_count_citation_markers():
    assert first_words("En to [1] tre [2][3] fire.", 3) == "En to tre"
