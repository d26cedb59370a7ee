"""The whole repair: nothing of the source is lost, and the corpus reads as it was printed."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.repair import document_words, repair, repair_report
from ingest.source import (
    ElementKind,
    Line,
    LineRole,
    RepairedSource,
    SourceDocument,
    SourceElement,
    SourcePage,
)

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"
GOLDEN = Path(__file__).parents[1] / "data" / "repair"
IDS = ["fou-side", "naeringsplan", "samfunnsdel", "smart-city", "veikart-helse"]


def flat(text: str) -> SourceDocument:
    element = SourceElement(kind=ElementKind.LINES, text=text)
    return SourceDocument(pages=(SourcePage(number=None, elements=(element,)),))


def read(name: str) -> str:
    return (CORPUS / f"{name}.txt").read_text("utf-8")


def lines_of(repaired: RepairedSource) -> list[Line]:
    return [part for page in repaired.pages for part in page.lines if isinstance(part, Line)]


def letters(text: str) -> Counter[str]:
    return Counter(c for c in text if c.isalpha())


@pytest.mark.parametrize("name", IDS)
def test_every_repair_of_the_corpus_is_as_it_was_judged_by_eye(name):
    repaired = repair(flat(read(name)))
    told = "".join(
        f"{r.page}\t{r.name}\t{r.before}\t{r.after}\n"
        for r in repaired.repairs
        if r.name not in ("bullet", "glyphs", "footnote mark")
    )
    assert told == (GOLDEN / f"{name}-repairs.tsv").read_text("utf-8")
    assert repaired.undecoded_runs == 0


@pytest.mark.parametrize("name", [n for n in IDS if n != "naeringsplan"])
def test_no_letter_of_a_document_is_lost_or_invented(name):
    source = read(name).replace("¬†", " ")
    repaired = "".join(line.text for line in lines_of(repair(flat(source))))
    assert letters(repaired) == letters(source)


def test_only_bullets_and_decoded_runs_change_the_letters_of_naeringsplan():
    repaired = repair(flat(read("naeringsplan")))
    runs = [told for told in repaired.repairs if told.name == "glyphs"]
    expected = letters(read("naeringsplan"))
    expected.subtract(letters("".join(told.before for told in runs)))
    expected.update(letters("".join(told.after for told in runs)))
    assert letters("".join(line.text for line in lines_of(repaired))) == +expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("aeæøåBÅ 12.,-•:()'"), max_size=30)
        | st.sampled_from([" Side", "", "6", "1 Note", "ord1", "Figur 1: Kart", "back to top"]),
        max_size=25,
    )
)
def test_no_source_makes_the_repair_lose_or_invent_letters(lines):
    repaired = repair(flat("\n".join(lines)))
    assert letters("".join(x.text for x in lines_of(repaired))) == letters("".join(lines))


def test_typed_elements_pass_through_with_their_blanks_mended():
    table = SourceElement(kind=ElementKind.TABLE, rows=(("Tiltak", "Frist"), ("Bygge  bane", None)))
    heading = SourceElement(kind=ElementKind.HEADING, text="Ma\u030al  og midler ", level=2)
    body = SourceElement(kind=ElementKind.LINES, text="7\nTekst  her\n- Punkt")
    source = SourceDocument(pages=(SourcePage(number=7, elements=(body, heading, table)),))
    page = repair(source).pages[0]
    assert page.number == 7
    assert page.lines == (
        Line(text="7", role=LineRole.FURNITURE),
        Line(text="Tekst her"),
        Line(text="• Punkt"),
        SourceElement(kind=ElementKind.HEADING, text="Mål og midler", level=2),
        SourceElement(kind=ElementKind.TABLE, rows=(("Tiltak", "Frist"), ("Bygge bane", None))),
    )


def test_page_numbers_given_by_a_reader_are_kept():
    pages = tuple(
        SourcePage(number=n, elements=(SourceElement(kind=ElementKind.LINES, text=f" s {n}"),))
        for n in (3, 4, 9)
    )
    assert [p.number for p in repair(SourceDocument(pages=pages)).pages] == [3, 4, 9]


def test_the_report_counts_repairs_by_kind_the_most_frequent_first():
    repaired = repair(flat("¶ En\n¶ To\nen  to"))
    assert repair_report(repaired) == [("bullet", 2), ("characters", 1)]


def test_the_words_of_a_document_are_those_of_its_repaired_lines():
    assert document_words(repair(flat("Expat-tjeneste og\nutdannings-")))["expat-tjeneste"] == 1


def test_an_empty_document_is_one_empty_page():
    assert [len(page.lines) for page in repair(flat("")).pages] in ([0], [1])


def test_all_five_documents_together_take_less_than_three_seconds():
    sources = [flat(read(name)) for name in IDS]
    start = time.perf_counter()
    for source in sources:
        repair(source)
    assert time.perf_counter() - start < 3
