"""Pages of a flat text: where they begin and which numbers they bear."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SettingsError
from ingest.pagination import is_folio, paginate

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"


def pages_of(name: str):
    lines = (CORPUS / f"{name}.txt").read_text("utf-8").split("\n")
    return paginate(lines, page_break="auto", first_page=None).pages


def prose(rng: random.Random, lines: int) -> list[str]:
    words = "kommunen vil legge til rette for gode tjenester i hele byen".split()
    return [" ".join(rng.choices(words, k=10)) for _ in range(lines)]


def document(rng: random.Random, count: int, first: int, folios: set[int]) -> list[str]:
    """Pages that begin with a blank; some print their number, some hold cells with a blank."""
    lines: list[str] = []
    for number in range(first, first + count):
        body = prose(rng, rng.randint(20, 40))
        body[10:10] = ["", " En celle", "", " En annen celle", ""]
        if number in folios:
            lines += [" ", f"{number} ", "", *body]
        else:
            lines += [" " + body[0], *body[1:]]
    return lines


@pytest.mark.parametrize("seed", range(5))
def test_cells_with_a_blank_are_told_from_pages_by_the_printed_numbers(seed):
    rng = random.Random(seed)
    lines = document(rng, 20, first=3, folios={6, 11, 19})
    pages = paginate(lines, page_break="space", first_page=None).pages
    assert [page.number for page in pages] == list(range(3, 23))


def test_printed_numbers_outvote_a_wrong_first_page_and_say_so():
    lines = document(random.Random(1), 10, first=5, folios={7, 12})
    found = paginate(lines, page_break="space", first_page=1)
    assert [page.number for page in found.pages] == list(range(5, 15))
    assert [(told.before, told.after) for told in found.repairs] == [
        ("first page 1", "first page 5, by the printed numbers 7, 12")
    ]


def test_without_printed_numbers_pages_count_from_the_first_page_asked_for():
    lines = document(random.Random(2), 6, first=1, folios=set())
    pages = paginate(lines, page_break="space", first_page=9).pages
    assert [page.number for page in pages] == list(range(9, 15))


def test_form_feeds_part_pages_and_an_empty_page_at_the_end_is_none():
    lines = ["Side en", "mer\fSide to", "\fSide tre", "\f"]
    found = paginate(lines, page_break="auto", first_page=None)
    assert [(p.number, p.lines) for p in found.pages] == [
        (1, ("Side en", "mer")),
        (2, ("Side to",)),
        (3, ("Side tre",)),
    ]


def test_an_indented_list_makes_no_pages():
    lines = ["Føringer", "", " • En", " • To", " • Tre", "", "Slutt"]
    pages = paginate(lines, page_break="auto", first_page=None).pages
    assert [(page.number, page.lines) for page in pages] == [(None, tuple(lines))]


def test_years_in_table_cells_are_no_page_numbers():
    rng = random.Random(3)
    lines = document(rng, 8, first=1, folios=set())
    for at in (15, 60, 120, 170):
        lines[at:at] = ["", "2010 ", "", "2012 ", ""]
    found = paginate(lines, page_break="auto", first_page=None)
    assert [page.number for page in found.pages] == list(range(1, 9))
    assert found.repairs == ()


@pytest.mark.parametrize(
    ("line", "number"),
    [("12", 12), (" 12 ", 12), ("Side 4 av 30", 4), ("- 7 -", 7), ("2.1", None), ("12 mål", None)],
)
def test_a_folio_is_a_number_alone(line, number):
    assert is_folio(line) == number


def test_an_unknown_page_break_is_an_error_that_lists_the_known_ones():
    with pytest.raises(SettingsError, match="auto, space, form-feed, none"):
        paginate(["a"], page_break="tab", first_page=None)


def test_veikart_helse_is_numbered_from_4_to_58_by_its_printed_numbers():
    pages = pages_of("veikart-helse")
    assert [page.number for page in pages] == list(range(4, 59))
    text = {page.number: "\n".join(page.lines) for page in pages}
    assert text[4].startswith(" 1 Bakgrunn")
    assert "3 Sentrale føringer på helseområdet" in text[17]
    assert "7 VEDLEGG 2: Oppdragstakers spesifikasjon" in text[58]
    assert "Figur 3 U4SSC Trondheim kommune" in text[10]
    assert "Bærekraftig verdiskaping og næringsutvikling:" in text[36]
    assert text[56].lstrip().startswith("Utvide Universitetskommune-")
    assert "Ta regionalt ansvar" in text[56]
    for number in (6, 8, 17, 23, 58):
        assert f"\n{number} \n" in text[number]


@pytest.mark.parametrize(
    ("name", "count", "number", "opening"),
    [
        ("samfunnsdel", 25, 15, "ISFiT, International Student"),
        ("naeringsplan", 25, 13, "Arbeide for at byggestart"),
        ("naeringsplan", 25, 22, "¶ Bevilge midler"),
    ],
)
def test_pages_of_the_corpus_open_where_they_were_printed(name, count, number, opening):
    pages = pages_of(name)
    assert [page.number for page in pages] == list(range(1, count + 1))
    assert pages[number - 1].lines[0].strip().startswith(opening)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["", " ", "Tekst", " Tekst", "12", " • a", "3", "\f", "a\fb"])))
def test_paginating_loses_no_line(lines):
    pages = paginate(lines, page_break="auto", first_page=None).pages
    kept = [line for page in pages for line in page.lines if line.strip()]
    assert kept == [part for line in lines for part in line.split("\f") if part.strip()]
