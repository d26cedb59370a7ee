"""Tables that a text file lines up by tabs or blanks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.columns import take_tables
from ingest.source import ElementKind, SourceElement

TABS = [
    "Tiltak\tAnsvarlig\tFrist",
    "Bytte oljefyrer\tEiendom og Teknisk\t2024",
    "Lage klimaregnskap\t\tÅrlig",
]
LAYOUT = [
    "  Nr    Tiltak                     Ansvarlig          Samarbeidspartner   Frist",
    "  1.1   Etablere næringshage i     Kommunen           Innovasjon Norge    2025",
    "        sentrum av byen                               Visit Eksempel",
    "",
    "  1.2   Årlig konferanse           Næringsforeningen  Kommunen            Årlig",
]


def rows_of(parts: list[str | SourceElement]) -> list[tuple[str | None, ...]]:
    (table,) = (part for part in parts if isinstance(part, SourceElement))
    assert table.kind is ElementKind.TABLE
    return list(table.rows)


def test_tabs_part_the_cells_and_an_empty_cell_stays_empty():
    parts = take_tables(["Plan", "", *TABS, "", "Etter tabellen."])
    assert rows_of(parts) == [
        ("Tiltak", "Ansvarlig", "Frist"),
        ("Bytte oljefyrer", "Eiendom og Teknisk", "2024"),
        ("Lage klimaregnskap", "", "Årlig"),
    ]
    assert [part for part in parts if isinstance(part, str)] == ["Plan", "", "", "Etter tabellen."]


def test_blanks_line_the_cells_up_and_lines_go_on_under_their_titles():
    assert rows_of(take_tables([*LAYOUT, "", "Etter tabellen kommer en vanlig tekst."]))[1:] == [
        (
            "1.1",
            "Etablere næringshage i\nsentrum av byen",
            "Kommunen",
            "Innovasjon Norge\nVisit Eksempel",
            "2025",
        ),
        ("1.2", "Årlig konferanse", "Næringsforeningen", "Kommunen", "Årlig"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["Område Rødt Gult  Grønt", "Energy Electricity  Consumption", "Health  Doctors"],
        ["Tiltak  Ansvarlig  Frist", "Bytte oljefyrer", "Eiendom", "2024"],
        ["Tiltak\tAnsvarlig", "Bare en rad\tEiendom", "Tekst"],
        ["Vi har to  blanke og\ttabulator i teksten.", "Og en linje  til her."],
        ["Tiltak  Tiltak", "a  b", "c  d"],
    ],
)
def test_what_is_no_table_stays_as_it_is(lines):
    assert take_tables(lines) == lines


@given(st.lists(st.sampled_from([*TABS, *LAYOUT, "", "Tekst  her", "a\tb", "2024"]), max_size=12))
def test_no_word_is_lost_or_moved(lines):
    words = [
        word
        for part in take_tables(lines)
        for text in ([part] if isinstance(part, str) else [c for row in part.rows for c in row])
        for word in (text or "").split()
    ]
    assert sorted(words) == sorted(word for line in lines for word in line.split())
