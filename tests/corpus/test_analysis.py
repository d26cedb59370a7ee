from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.analysis import (
    analyse,
    analysis_fingerprint,
    informative_words,
    is_gram,
    is_question_word,
    query_weights,
    split_words,
    stems,
)
from corpus.language import read_rows


def whole_terms(text: str) -> set[str]:
    return {term for term in analyse(text) if not is_gram(term)}


def test_a_word_gives_its_stem_and_its_grams_with_edges() -> None:
    # ^havn$ has six characters, so three 4-grams
    assert analyse("havner", "nb") == ["havn", "~^hav", "~havn", "~avne", "~vner", "~ner$"]


def test_a_word_of_two_letters_gives_one_gram() -> None:
    assert analyse("by", "nb") == ["by", "~^by$"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("naeringsplan", "næringsplan"),
        ("naringsplan", "næringsplan"),
        ("Hoegskole", "høgskole"),
        ("aarsmelding", "årsmelding"),
        ("smabarn", "småbarn"),
        ("re\u0301sume\u0301", "résumé"),
        ("sam\u00adarbeid", "samarbeid"),
        ("16 000", "16.000"),
        ("16,000", "16\u00a0000"),
        ("3,5", "3.5"),
    ],
)
def test_typed_without_norwegian_letters_or_marks_it_is_the_same(typed: str, written: str) -> None:
    assert analyse(typed, "nb") == analyse(written, "nb")


@pytest.mark.parametrize(
    ("nynorsk", "bokmaal"),
    [
        ("verksemder", "virksomheter"),
        ("verksemda", "virksomhet"),
        ("næringsverksemd", "næringsvirksomhet"),
        ("høgskulane", "høgskolene"),
        ("høgskuleutdanning", "høgskoleutdanning"),
        ("heimetenesta", "hjemmetjenesten"),
        ("tenester", "tjenester"),
        ("kommunar", "kommuner"),
        ("moglegheiter", "muligheter"),
        ("innbyggjarar", "innbyggere"),
        ("prosjekteigar", "prosjekteier"),
        ("løyvingar", "bevilgninger"),
        ("framlegget", "forslaget"),
        ("vedteke", "vedtatt"),
        ("utviklinga", "utviklingen"),
        ("utfordringane", "utfordringene"),
        ("offentlege", "offentlige"),
        ("berekraftig", "bærekraftig"),
        ("sjukefråvær", "sykefravær"),
        ("forskingsresultat", "forskningsresultat"),
        ("sakshandsaming", "saksbehandling"),
        ("fastlegar", "fastlege"),
        ("tilskotet", "tilskuddet"),
        ("Noreg", "Norge"),
    ],
)
def test_nynorsk_and_bokmaal_meet_in_one_stem(nynorsk: str, bokmaal: str) -> None:
    assert stems(nynorsk, "nn") == stems(bokmaal, "nb")


@pytest.mark.parametrize("word", ["fastlege", "stadig", "bygget", "seieren", "kvarter", "ligger"])
def test_bokmaal_words_that_look_like_nynorsk_are_left_alone(word: str) -> None:
    assert informative_words(word) == [word]


def test_every_nynorsk_pair_leads_to_its_bokmaal_stem() -> None:
    pairs = list(read_rows("nynorsk.tsv"))
    assert len(pairs) > 500
    astray = [(nn, nb) for nn, nb in pairs if stems(nn, "nn") != stems(nb, "nb")]
    assert astray == []


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("FoU", "forskning og utvikling"),
        ("R&D", "forskning og utvikling"),
        ("R&D", "research and development"),
        ("FoU", "research and development"),
        ("HiST", "Høgskolen i Sør-Trøndelag"),
        ("STFK", "Sør-Trøndelag fylkeskommune"),
        ("REK", "Regional etisk komité"),
        ("NSD", "Norsk Samfunnsvitenskapelig Datatjeneste"),
        ("NAT", "Næringsalliansen for Trondheimsregionen"),
        ("GDP", "bruttonasjonalprodukt"),
        ("BNP", "gross domestic product"),
        ("KI", "artificial intelligence"),
        ("ICT", "informasjons- og kommunikasjonsteknologi"),
    ],
)
def test_an_abbreviation_meets_its_long_form(short: str, full: str) -> None:
    assert whole_terms(short) & whole_terms(full)


def test_part_of_a_long_form_is_not_the_abbreviation() -> None:
    assert "fou" not in whole_terms("forskning er viktig for byens utvikling")


@pytest.mark.parametrize(
    "question",
    ["Hva er det og hvordan?", "Kva er det, og korleis?", "What is it, and how?", "", "?!", "😀"],
)
def test_function_words_alone_give_no_terms(question: str) -> None:
    assert analyse(question) == []
    assert query_weights(question) == {}
    assert informative_words(question) == []


def test_by_is_a_city_in_norwegian_only() -> None:
    assert "by" in analyse("Hvilken by er størst?")
    assert "by" not in analyse("Which plan was made by the council?")


def test_english_words_get_english_stems() -> None:
    assert stems("Which companies were identified?", "en") == ["compani", "identifi"]


def test_a_typing_error_leaves_most_grams() -> None:
    right = set(analyse("velferdsteknologi", "nb"))
    wrong = set(analyse("velfersteknologi", "nb"))
    assert len(right & wrong) / len(right) > 0.7


def test_part_of_a_compound_shares_grams_with_it() -> None:
    assert {"~tekn", "~nolo"} <= set(analyse("velferdsteknologi")) & set(analyse("teknologien"))


def test_query_weights_give_a_words_grams_three_by_the_root_of_their_count() -> None:
    weights = query_weights("havn havn", "nb")
    # three grams: 3 / sqrt(3) each; said twice, it counts once
    assert weights == pytest.approx(
        {"havn": 1.0, "~^hav": 3**0.5, "~havn": 3**0.5, "~avn$": 3**0.5}
    )


def test_query_weights_leave_fillers_out_on_request() -> None:
    assert "plan" in query_weights("Hva sier planen om havna?")
    assert "plan" not in query_weights("Hva sier planen om havna?", fillers=False)
    assert "plan" in query_weights("Hva er planen?", fillers=False)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Hva sier planen om kollektivtrafikk i byen?", ["kollektivtrafikk", "byen"]),
        ("Korleis vert høgskulen styrt?", ["høgskolen", "styrt"]),
        ("What does the plan say about project owners?", ["project", "owners"]),
        ("Fortell om planen", ["fortell", "planen"]),
    ],
)
def test_informative_words_are_what_the_question_is_about(question: str, words: list[str]) -> None:
    assert informative_words(question) == words


@pytest.mark.parametrize("word", ["Hva", "korleis", "Which", "naar", "når"])
def test_question_words_are_known(word: str) -> None:
    assert is_question_word(word)


def test_other_words_are_not_question_words() -> None:
    assert not is_question_word("kommune")


def test_years_and_ranges_stay_apart() -> None:
    assert split_words("2010-2012, 01.09.2021 og 2010 100") == [
        "2010", "2012", "01", "09", "2021", "og", "2010", "100",
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_terms_without_blanks_and_the_same_terms_twice(text: str) -> None:
    terms = analyse(text)
    assert terms == analyse(unicodedata.normalize("NFD", text))
    assert all(term and not any(letter.isspace() for letter in term) for term in terms)
    assert set(query_weights(text)) == set(terms)


def test_ten_thousand_characters_take_less_than_a_tenth_of_a_second() -> None:
    text = " ".join(f"ord{number}lengde kommune{number % 50}" for number in range(450))[:10_000]
    query_weights("oppvarming")
    start = time.process_time()
    query_weights(text)
    assert time.process_time() - start < 0.1


def test_the_fingerprint_is_stable() -> None:
    assert analysis_fingerprint() == analysis_fingerprint()
    assert len(analysis_fingerprint()) == 16
