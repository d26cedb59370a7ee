from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.analysis import query_weights, stems
from corpus.glossary import expand_english, expand_synonyms, expansion_weights
from corpus.language import data_text


def entries(name: str) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = yaml.safe_load(data_text(name))
    return listed


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("Who is the project owner?", "prosjekteier"),
        ("Which data may be collected?", "datainnsamling"),
        ("Does the ethics committee decide?", "REK"),
        ("What do the municipalities want?", "kommune"),
        ("Is the county council involved?", "fylkeskommune"),
        ("Decided by the City Council", "bystyret"),
        ("role of the chief municipal executive", "rådmann"),
        ("Are there zoning plans?", "reguleringsplan"),
        ("home care for the elderly", "hjemmetjeneste"),
        ("welfare technologies", "velferdsteknologi"),
        ("procurement rules", "anskaffelse"),
        ("the business plan", "næringsplan"),
        ("sick leave among employees", "sykefravær"),
        ("R&D institutions", "FoU-institusjon"),
        ("labour market", "arbeidsmarked"),
        ("labor market", "arbeidsmarked"),
    ],
)
def test_an_english_term_leads_to_its_norwegian_one(question: str, term: str) -> None:
    assert term in expand_english(question)


def test_the_longest_key_wins() -> None:
    assert expand_english("health and care services") == ["helse- og omsorgstjenester"]


def test_among_keys_of_one_stem_the_closest_word_wins() -> None:
    assert expand_english("important") == ["viktig"]
    assert expand_english("imports") == ["import"]


def test_terms_come_in_the_questions_order_once_each() -> None:
    assert expand_english("harbour, mayor and harbour") == ["havn", "ordfører"]


def test_unknown_words_expand_to_nothing() -> None:
    assert expand_english("xylophone?") == []
    assert expand_synonyms("xylofon?") == []
    assert expansion_weights("") == {}


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("Hva gjør byen for oss?", "Trondheim kommune"),
        ("Hvor kommer pengene fra?", "midler"),
        ("Kvar kjem pengane frå?", "midler"),
        ("Hvor mange folk bor her?", "innbyggere"),
        ("hjelp til gamle", "eldre"),
        ("Finnes det jobber?", "arbeidsplasser"),
        ("Firmaene i byen", "næringsliv"),
    ],
)
def test_everyday_words_lead_to_administrative_ones(question: str, term: str) -> None:
    assert term in expand_synonyms(question)


def test_the_first_term_weighs_most_and_in_english_more_than_the_question() -> None:
    weights = expansion_weights("mayor and harbour", "en")
    own = query_weights("mayor and harbour", "en")
    assert weights["ordfor"] == 2.0 > own["mayor"]
    listed = expansion_weights("expense", "en")
    assert set(listed) >= set(stems("utgifter", "nb"))


def test_a_term_of_the_question_itself_is_only_raised_to_the_expansions_weight() -> None:
    weights = expansion_weights("region", "en")
    assert weights["region"] == pytest.approx(2.0 - query_weights("region", "en")["region"])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_weights_are_positive_for_any_question(question: str) -> None:
    assert all(weight > 0 for weight in expansion_weights(question).values())


@pytest.mark.parametrize("name", ["glossary.yaml", "synonyms.yaml"])
def test_every_entry_has_a_key_and_terms_in_words(name: str) -> None:
    for keys, terms in entries(name).items():
        assert isinstance(keys, str)
        assert terms
        assert all(isinstance(term, str) and stems(term, "nb") for term in terms), keys


def test_every_key_of_the_glossary_finds_its_own_entry() -> None:
    listed = entries("glossary.yaml")
    assert len(listed) > 300
    for keys, terms in listed.items():
        for key in keys.split("|"):
            assert set(terms) <= set(expand_english(key)), key


def test_no_key_stands_twice() -> None:
    keys = [key.strip().lower() for keys in entries("glossary.yaml") for key in keys.split("|")]
    assert len(keys) == len(set(keys))
