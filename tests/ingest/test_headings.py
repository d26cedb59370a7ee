import pytest

from ingest.headings import Heading, infer_levels, section_title
from ingest.markers import Mark, MarkKind, names_its_successor, read_label, read_mark


def heading(title: str, **fields: object) -> Heading:
    return Heading(title=title, mark=read_mark(title), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "number", "length"),
    [
        ("3.2.1 Innledning", MarkKind.DECIMAL, (3, 2, 1), 6),
        ("1.1: I 2020 har barn", MarkKind.DECIMAL, (1, 1), 5),
        ("1. Mestring", MarkKind.NUMBER, (1,), 3),
        ("2) En rettferdig økonomi", MarkKind.NUMBER, (2,), 3),
        ("1: I 2020 er byen stor", MarkKind.NUMBER, (1,), 3),
        ("6 VEDLEGG 1: Oppdraget", MarkKind.CHAPTER, (6,), 2),
        ("Hovedmål 3: I 2020 er byen", MarkKind.WORD, (3,), 12),
        ("Vedlegg 2: Årshjul", MarkKind.WORD, (2,), 11),
        ("Kapittel 12 Økonomi", MarkKind.WORD, (12,), 12),
        ("iii. Data skal være", MarkKind.ROMAN, (3,), 5),
        ("b. Delmål: best", MarkKind.LETTER, (2,), 3),
        ("• delta", MarkKind.BULLET, (), 2),
        ("- delta", MarkKind.DASH, (), 2),
    ],
)
def test_a_mark_is_read_with_its_number(
    text: str, kind: MarkKind, number: tuple[int, ...], length: int
) -> None:
    mark = read_mark(text)
    assert isinstance(mark, Mark)
    assert (mark.kind, mark.number, mark.length) == (kind, number, length)


@pytest.mark.parametrize(
    "text",
    ["22. januar behandles planen", "1. juni 2001", "12 års perspektiv", "-12 grader", "Mål for"],
)
def test_dates_and_amounts_are_no_marks(text: str) -> None:
    assert read_mark(text) is None


def test_an_enumeration_in_running_text_names_its_successor() -> None:
    text = "1) Folkehelse og 2) Bærekraftige helsetjenester"
    mark = read_mark(text)
    assert mark is not None
    assert names_its_successor(text, mark)


def test_a_label_stands_before_text_on_its_line() -> None:
    assert read_label("Indikator: Andelen bedrifter") == "Indikator"
    assert read_label("Lokale behov:") is None


def test_numbers_place_headings() -> None:
    titles = [
        "1 Bakgrunn",
        "2 Drivere",
        "2.1 Europeiske",
        "2.2 Nasjonale",
        "3 Metode",
        "3.1.1 Data",
    ]
    assert infer_levels([heading(title) for title in titles]) == [1, 1, 2, 2, 1, 2]


def test_an_unnumbered_heading_lies_below_the_number_while_the_numbering_goes_on() -> None:
    headings = [
        heading("Forord", opens_page=True),
        heading("Mål og strategier", opens_page=True),
        heading("1. Mål: best", follows_heading=True),
        heading("2. Mål: størst", opens_page=True),
        heading("Nettverk", opens_page=True),
        heading("3. Mål: flest", opens_page=True),
        heading("Kostnader", opens_page=True),
        heading("Vedlegg 1: Mal", opens_page=True),
    ]
    assert infer_levels(headings) == [1, 1, 2, 2, 3, 2, 1, 1]


def test_goals_in_words_hold_the_decimals_below_them() -> None:
    titles = [
        "Visjon",
        "Hovedmål 1: By",
        "1.1: Barn",
        "1.2: Unge",
        "Hovedmål 2: Miljø",
        "2.1: Luft",
    ]
    assert infer_levels([heading(title) for title in titles]) == [1, 1, 2, 2, 1, 2]


def test_a_title_that_elsewhere_has_a_colon_ranks_with_those_that_have_it() -> None:
    titles = [
        "1.1 Hjemmetjenester",
        "Verdiskaping:",
        "Lokale behov:",
        "Oppsummering",
        "1.2 Helsedata",
        "Verdiskaping",
        "Lokale behov:",
    ]
    assert infer_levels([heading(title) for title in titles]) == [1, 2, 2, 2, 1, 2, 2]


def test_labels_with_a_colon_lie_below_the_title_above_them() -> None:
    headings = [
        heading("Kostnader"),
        heading("Slik skal strategien vedtas"),
        heading("Vedtak:", follows_heading=True),
        heading("Rullering:"),
        heading("Forventninger"),
    ]
    assert infer_levels(headings) == [1, 1, 2, 2, 1]


def test_members_of_a_promised_list_are_siblings() -> None:
    headings = [
        heading("Forventninger"),
        heading("SINTEF", introduced_by=4),
        heading("NTNU", introduced_by=4, opens_page=True),
        heading("Oppfølging"),
    ]
    assert infer_levels(headings) == [1, 2, 2, 1]


def test_a_masthead_holds_the_rest() -> None:
    headings = [heading("Kommunen"), heading("Smart by", follows_heading=True), heading("Mål")]
    assert infer_levels(headings) == [1, 2, 2]


def test_levels_of_marked_up_headings_are_kept() -> None:
    headings = [
        heading("Tittel", given_level=1),
        heading("3. Del", given_level=3),
        heading("Slutt:", given_level=2),
    ]
    assert infer_levels(headings) == [1, 3, 2]


def test_a_section_is_named_without_its_colon() -> None:
    assert section_title("Lokale behov:") == "Lokale behov"
    assert section_title("1.1: I 2020") == "1.1: I 2020"
