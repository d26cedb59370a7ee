"""Footnotes and their marks: taken out where the page proves them, and only there."""

from collections import Counter
from pathlib import Path

import pytest

from ingest.footnotes import part_footnotes, words_ending_in_digits
from ingest.repair import repair
from ingest.source import ElementKind, Line, LineRole, SourceDocument, SourceElement, SourcePage

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"


def page(*texts: str) -> list[Line]:
    return [Line(text=t, role=LineRole.BODY if t else LineRole.BLANK) for t in texts]


def part(*texts: str, after: int = 0):
    lines = page(*texts)
    return part_footnotes(
        lines, 1, after=after, glued_elsewhere=words_ending_in_digits([lines, *EXTRA])
    )


EXTRA = [page("Utslipp av CO2 skyldes kull"), page("Mer CO2 i luften")]


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ("Regjeringens Perspektivmelding 20216 er", "Regjeringens Perspektivmelding 2021 er", 6),
        ("Trøndelagsplanen 2019-203017 definerer", "Trøndelagsplanen 2019-2030 definerer", 17),
        ("Norges BNP41.", "Norges BNP.", 41),
        ("innen 205034 har også", "innen 2050 har også", 34),
        ("Trondheimsregionen (TREG)13. En", "Trondheimsregionen (TREG). En", 13),
        ("muligheter for Norge 56). I tillegg", "muligheter for Norge). I tillegg", 56),
        ("rett tid 42. Fordelingen", "rett tid. Fordelingen", 42),
        ("TRD 3.021 er et samarbeid", "TRD 3.0 er et samarbeid", 21),
        ("samarbeide om innsatsen.50", "samarbeide om innsatsen.", 50),
        ("definert som nasjonal pilot. 47. Den er", "definert som nasjonal pilot. Den er", 47),
    ],
)
def test_a_mark_is_taken_from_the_word_it_sticks_to(before, after, number):
    found = part(before, "", f"{number} En kilde", after=number - 1)
    assert found.lines[0].text == after
    assert [reference.mark for reference in found.references] == [str(number)]
    assert found.references[0].before == after[: len(found.references[0].before)]
    assert found.lines[2] == Line(
        text=f"{number} En kilde", role=LineRole.FOOTNOTE, mark=str(number)
    )


def test_two_marks_after_one_word_are_both_taken():
    found = part("egne rapporter7 8 hvor de", "", "7 En", "8 To", after=6)
    assert found.lines[0].text == "egne rapporter hvor de"
    assert [r.before for r in found.references] == ["egne rapporter", "egne rapporter"]


@pytest.mark.parametrize(
    "text",
    [
        "Perspektivmelding 20216 er",
        "bærekraftmål 8 og 11% av BNP41",
        "Helsebudsjettet for 2020 er 332 milliarder",
    ],
)
def test_without_a_note_at_the_foot_no_digit_is_taken(text):
    found = part(text, "", "En linje til", after=5)
    assert found.lines[0].text == text
    assert found.references == ()


def test_a_note_whose_mark_is_nowhere_is_no_note():
    found = part("Vi har tre mål.", "", "1 Mål for byen", "2 Mål for regionen")
    assert all(line.role is not LineRole.FOOTNOTE for line in found.lines)


def test_a_formula_that_the_document_uses_elsewhere_keeps_its_digit():
    found = part("Utslipp av CO2 øker i byene2 våre", "", "2 SSB", after=1)
    assert found.lines[0].text == "Utslipp av CO2 øker i byene våre"


def test_a_mark_leaves_a_word_with_digits_of_its_own_that_stands_elsewhere_without_it():
    text = "Etter Covid192 og Covid-193 bygges 5G og E62 ut til 2030"
    lines = page(text, "Både Covid19 og Covid-19 er brukt", "", "2 FHI", "3 WHO")
    found = part_footnotes(lines, 1, after=1, glued_elsewhere=words_ending_in_digits([lines]))
    assert found.lines[0].text == "Etter Covid19 og Covid-19 bygges 5G og E62 ut til 2030"


def test_numbers_stay_when_the_notes_have_marks_elsewhere():
    text = "I 2030 har 5G, CO2 og Covid19 og H2020 og 20216 og TRD 3.0 og E6 sitt1 mål2 her"
    found = part(text, "", "1 En", "2 To")
    assert found.lines[0].text == text.replace("sitt1 mål2", "sitt mål")


def test_marks_keep_the_order_of_the_notes():
    found = part("Helse9 og energi10 i 20209 kommuner", "", "9 En", "10 To", after=8)
    assert found.lines[0].text == "Helse og energi i 20209 kommuner"


def test_a_note_runs_on_over_lines_and_its_own_number_leaves_its_address():
    found = part("rapporten'1) er", "", "1 https://x.no/wp-1content/a-", "b.pdf", "")
    assert [line.text for line in found.lines[2:4]] == ["1 https://x.no/wp-content/a-", "b.pdf"]
    assert [line.mark for line in found.lines[2:4]] == ["1", None]


def test_numbering_may_begin_again_on_each_page():
    found = part("en plan1 for byen", "", "1 Vedtatt 2010", after=3)
    assert found.lines[0].text == "en plan for byen"


def test_words_ending_in_digits_are_counted_once_a_page():
    assert words_ending_in_digits([page("CO2 og CO2"), page("CO2", "U4SSC")]) == Counter(CO2=2)


def test_all_72_footnotes_of_veikart_helse_are_found_with_their_marks():
    text = (CORPUS / "veikart-helse.txt").read_text("utf-8")
    element = SourceElement(kind=ElementKind.LINES, text=text)
    repaired = repair(SourceDocument(pages=(SourcePage(number=None, elements=(element,)),)))
    marks = [
        line.mark
        for found in repaired.pages
        for line in found.lines
        if isinstance(line, Line) and line.mark
    ]
    assert marks == [str(n) for n in range(1, 73)]
    told = [f"{r.page} {r.mark} {r.before}" for r in repaired.references]
    golden = Path(__file__).parents[1] / "data" / "repair" / "veikart-helse-marks.txt"
    assert told == golden.read_text("utf-8").splitlines()
