"""One spelling a name, whatever was printed."""

import time

import pytest

from corpus.names import abbreviations_in, fold, forms_of, is_known, normalise


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("HIST", "HiST"),
        ("Høgskolen i Sør-Trøndelag", "HiST"),
        ("Trondheims-regionen", "Trondheimsregionen"),
        ("Trondheims Regionen", "Trondheimsregionen"),
        ("Sør-Trøndelag Fylkeskommune", "STFK"),
        ("hver kommune", "Kommunene"),
        ("Expat  Mid-Norway", "Expat Mid-Norway"),
    ],
)
def test_forms_of_a_name_have_one_normal_form(printed, normal):
    assert normalise(printed) == normal


def test_a_document_explains_its_own_abbreviations():
    text = (
        "Planen er for Sør-Trøndelag Fylkeskommune (STFK) og utarbeidet av Næringsalliansen for "
        "Trondheimsregionen (NAT). Arbeidet (les: mye) er ferdig."
    )
    assert abbreviations_in(text) == {
        "STFK": "Sør-Trøndelag Fylkeskommune",
        "NAT": "Næringsalliansen for Trondheimsregionen",
    }


def test_a_long_form_finds_its_abbreviation():
    explained = {"NAT": "Næringsalliansen for Trondheimsregionen"}
    assert normalise("Næringsalliansen for Trondheimsregionen", explained) == "NAT"
    assert forms_of("NAT", explained) == ("NAT", "Næringsalliansen for Trondheimsregionen")


def test_unknown_names_are_kept():
    assert not is_known("Fjordby frivillighetssentral")
    assert normalise("Fjordby frivillighetssentral") == "Fjordby frivillighetssentral"
    assert fold("”Skognæringa i Trøndelag”") == "skognæringaitrøndelag"


def test_a_line_of_one_endless_word_is_no_search_without_end():
    start = time.process_time()
    assert abbreviations_in("a" * 60_000 + " Norges Forskningsråd (NFR)") == {
        "NFR": "Norges Forskningsråd"
    }
    assert time.process_time() - start < 1
