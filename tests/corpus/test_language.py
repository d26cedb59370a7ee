from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.language import detect_language, function_words, read_rows

QUESTIONS = Path(__file__).parents[1] / "data" / "questions_by_language.tsv"


def questions() -> Iterator[tuple[str, str]]:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        language, question = line.split("\t")
        yield language, question


@pytest.mark.parametrize(("language", "question"), list(questions()))
def test_a_short_question_is_told_by_its_language(language: str, question: str) -> None:
    assert detect_language(question) == language


def test_there_are_at_least_sixty_questions_of_each_language() -> None:
    seen = [language for language, _ in questions()]
    assert min(seen.count(language) for language in ("nb", "nn", "en")) >= 60


@pytest.mark.parametrize(("language", "question"), list(questions()))
def test_capitals_at_every_word_change_nothing_much(language: str, question: str) -> None:
    if language != "nn":
        assert detect_language(question.upper()) == language


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "x = 3;", "١٢٣", "\x00\ud7ff"])
def test_what_has_no_words_counts_as_bokmaal(text: str) -> None:
    assert detect_language(text) == "nb"


def test_decomposed_letters_are_the_same_letters() -> None:
    assert detect_language("Kva gjer ra\u030adet?") == detect_language("Kva gjer rådet?") == "nn"


def test_an_english_title_does_not_make_a_norwegian_question_english() -> None:
    assert detect_language("Hva heter Sustainable Cities and Communities på norsk?") == "nb"


def test_a_norwegian_name_does_not_make_an_english_question_norwegian() -> None:
    assert detect_language("What is Høgskolen i Sør-Trøndelag?") == "en"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_one_of_three_languages(text: str) -> None:
    assert detect_language(text) in ("nb", "nn", "en")


def test_every_row_of_function_words_has_three_columns() -> None:
    assert all(len(row) == 3 for row in read_rows("function_words.tsv"))


def test_question_words_are_known_in_three_languages() -> None:
    words = function_words(["nb", "nn", "en"], ["question"])
    assert {"hvordan", "korleis", "how"} <= words
