"""Rows of flattened tables, on tables made by hand and on the documents that have some."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.manifest import ReaderOptions
from ingest.readers.txt import read
from ingest.repair import repair
from ingest.source import Line, LineRole
from ingest.table_cells import FlatRow, cell_lines
from ingest.table_entries import group_names
from ingest.table_headers import ColumnRole, find_header, role_of_title
from ingest.tables import rebuild_tables

DOCUMENTS = Path(__file__).parents[2] / "corpus" / "documents"

GOAL_TABLE = """\
Nr Strategi Tiltak Indikator Ansvarlig Samarbeids-
partner

Når

1.1 Fjordbyen skal ha et levende
og trygt sentrum.

Lage en plan for gågater i
sentrum.

Planen vedtatt. Fjord-
kommunen

Handelsforeningen
NTNU

Innen
våren
2012

Etablere en møteplass for ungdom.
Møteplassen skal være gratis.

Møteplass åpnet. Fjord-
kommunen

2013
^
1.2 Fjordbyen skal ha rene parker
og torg.

Arbeide for at renholdet blir
bedre i parkene.

Færre klager enn året
før.

Fjordkommunen Frivillige lag Årlig

Kartlegge slitasjen på torgene i
byen.

Kartlegging
gjennomført.

Fjord-
kommunen

Handelsforeningen
NTNU

2012

2014

Se også tiltak under mål 2 -- -- --

(*) Noten er ingen rad.
Dette avsnittet står under tabellen.
"""


def lines_of(text: str) -> list[tuple[int | None, Line]]:
    page = 1
    lines: list[tuple[int | None, Line]] = []
    for row in text.split("\n"):
        if row == "^":
            page += 1
            continue
        role = LineRole.BODY if row.strip() else LineRole.BLANK
        lines.append((page, Line(text=row, role=role)))
    return lines


def texts(row: FlatRow, lines: list[tuple[int | None, Line]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cell in row.cells:
        found.setdefault(cell.column, []).append(" ".join(cell_lines(cell, lines)))
    return found


@pytest.fixture(scope="module")
def goal_table():
    lines = lines_of(GOAL_TABLE)
    (table,) = rebuild_tables(lines)
    return table, [texts(row, lines) for row in table.rows], lines


def test_a_wrapped_header_gives_whole_column_titles(goal_table):
    table, _, _ = goal_table
    assert table.columns == (
        "Nr",
        "Strategi",
        "Tiltak",
        "Indikator",
        "Ansvarlig",
        "Samarbeidspartner",
        "Når",
    )


def test_every_measure_is_a_row(goal_table):
    _, rows, _ = goal_table
    assert [row["Tiltak"] for row in rows] == [
        ["Lage en plan for gågater i sentrum."],
        ["Etablere en møteplass for ungdom. Møteplassen skal være gratis."],
        ["Arbeide for at renholdet blir bedre i parkene."],
        ["Kartlegge slitasjen på torgene i byen."],
        ["Se også tiltak under mål 2"],
    ]


def test_a_strategy_that_spans_measures_belongs_to_all_their_rows(goal_table):
    table, rows, _ = goal_table
    assert [row["Nr"] for row in rows] == [["1.1"], ["1.1"], ["1.2"], ["1.2"], ["1.2"]]
    assert rows[1]["Strategi"] == ["Fjordbyen skal ha et levende og trygt sentrum."]
    assert [row.continued_from for row in table.rows] == [None, 0, None, 2, 3]
    assert {cell.spans_rows for row in table.rows[:2] for cell in row.cells[:2]} == {True}


def test_two_cells_on_one_line_are_parted(goal_table):
    _, rows, _ = goal_table
    assert rows[0]["Indikator"] == ["Planen vedtatt."]
    assert rows[0]["Ansvarlig"] == ["Fjord- kommunen"]
    assert rows[2]["Ansvarlig"] == ["Fjordkommunen"]
    assert rows[2]["Samarbeidspartner"] == ["Frivillige lag"]
    assert rows[2]["Når"] == ["Årlig"]


def test_deadlines_over_several_lines_are_one_cell(goal_table):
    _, rows, _ = goal_table
    assert rows[0]["Når"] == ["Innen våren 2012"]
    assert rows[3]["Når"] == ["2012 2014"]


def test_each_partner_is_a_cell_of_its_own(goal_table):
    _, rows, _ = goal_table
    assert rows[0]["Samarbeidspartner"] == ["Handelsforeningen", "NTNU"]


def test_partners_printed_once_are_shared_and_marked_as_doubtful(goal_table):
    table, rows, _ = goal_table
    assert rows[1]["Samarbeidspartner"] == ["Handelsforeningen", "NTNU"]
    doubts = [cell.doubt for cell in table.rows[1].cells if cell.column == "Samarbeidspartner"]
    assert all(doubts)


def test_a_row_that_prints_dashes_takes_over_no_partners(goal_table):
    _, rows, _ = goal_table
    assert set(rows[4].get("Samarbeidspartner", ["--"])) == {"--"}


def test_notes_and_text_below_a_table_are_no_rows(goal_table):
    table, _, lines = goal_table
    below = [line.text for _, line in lines[table.end_line :] if line.text]
    assert below == ["(*) Noten er ingen rad.", "Dette avsnittet står under tabellen."]


def test_a_method_table_parts_name_and_description_on_one_line():
    lines = lines_of(
        "Metode/arbeidsform Beskrivelse\n"
        "Hospitering Utveksle ansatte mellom kommunen og universitetet, gjerne to måneder\n\n"
        "av gangen, for å lære av hverandre.\n\n"
        "Felles laboratorium for nye\ntjenester\n\n"
        "Etablere et laboratorium der ansatte, studenter og innbyggere prøver ut nye\n"
        "tjenester sammen.\n^\n"
        "Offentlig ph.d Bruke ordningen til å heve kompetansen i egen organisasjon og knytte\n"
        "stipendiater til prosjekter.\n\n"
        "5.3 Neste kapittel\n"
    )
    (table,) = rebuild_tables(lines)
    assert [texts(row, lines)["Metode/arbeidsform"] for row in table.rows] == [
        ["Hospitering"],
        ["Felles laboratorium for nye tjenester"],
        ["Offentlig ph.d"],
    ]
    assert texts(table.rows[0], lines)["Beskrivelse"] == [
        "Utveksle ansatte mellom kommunen og universitetet, gjerne to måneder av gangen, for å "
        "lære av hverandre."
    ]


def test_running_text_with_title_words_is_no_header():
    assert find_header(lines_of("Strategi og tiltak henger sammen."), 0) is None
    assert find_header(lines_of("Tiltak"), 0) is None


def test_titles_of_several_words_and_other_orders_make_a_table_too():
    text = """Tiltak Ansvarlig enhet Frist Status Kostnad

Bytte ut alle
oljefyrer i kommunale
bygg

Eiendom

2024

Pågår

5 mill.

Etablere
ladestasjoner

Teknisk

2026

Planlagt

2 mill."""
    lines = lines_of(text)
    (table,) = rebuild_tables(lines)
    assert table.columns == ("Tiltak", "Ansvarlig enhet", "Frist", "Status", "Kostnad")
    assert texts(table.rows[1], lines) == {
        "Tiltak": ["Etablere ladestasjoner"],
        "Ansvarlig enhet": ["Teknisk"],
        "Frist": ["2026"],
        "Status": ["Planlagt"],
        "Kostnad": ["2 mill."],
    }


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Ansvarlig for oppfølging", ColumnRole.RESPONSIBLE),
        ("Frist for gjennomføring", ColumnRole.WHEN),
        ("Tiltak:", ColumnRole.MEASURE),
        ("Tiltak", ColumnRole.MEASURE),
        ("Status tiltak", ColumnRole.TEXT),
        ("Område for innsats", ColumnRole.TEXT),
        ("Ansvarlig er alltid kommunedirektøren selv", ColumnRole.TEXT),
    ],
)
def test_a_title_of_several_words_has_the_role_of_its_first(title, role):
    assert role_of_title(title) is role


def test_a_header_knows_what_its_columns_hold():
    header = find_header(lines_of("Nr Tiltak Ansvarlig Frist"), 0)
    assert header is not None
    assert header.roles == (
        ColumnRole.NUMBER,
        ColumnRole.MEASURE,
        ColumnRole.RESPONSIBLE,
        ColumnRole.WHEN,
    )


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["NTNU", "HiST/HiNT"], ["NTNU", "HiST/HiNT"]),
        (["NAT", "Innovasjon", "Norge"], ["NAT", "Innovasjon Norge"]),
        (["Ungt", "Entreprenørskap"], ["Ungt Entreprenørskap"]),
        (["Trondheims-", "regionen"], ["Trondheims- regionen"]),
        (["Expat Mid-", "Norway"], ["Expat Mid- Norway"]),
        (["Fylkesmannens", "landbruksdirektør", "Forumet", "”Skognæringa i", "Trøndelag”"],
         ["Fylkesmannens landbruksdirektør", "Forumet ”Skognæringa i Trøndelag”"]),
        (["Flere partnere", "(næringslivet,", "FoU/utdanning, og", "lignende)"],
         ["Flere partnere (næringslivet, FoU/utdanning, og lignende)"]),
        (["Internasjonalt", "Forum"], ["Internasjonalt Forum"]),
    ],
)  # fmt: skip
def test_wrapped_names_are_joined_and_others_are_not(lines, names):
    phrases = "samarbeid med Innovasjon Norge og Ungt Entreprenørskap eller andre"
    groups = group_names(lines, 18, phrases, {"trondheimsregionen"})
    assert [" ".join(lines[i] for i in group) for group in groups] == names


words = st.sampled_from(
    ["1.1", "Etablere", "en", "plan", "NTNU", "2010", "Årlig", "--", "Planen", "vedtatt.", "Trond-"]
)
table_lines = st.lists(st.lists(words, max_size=6).map(" ".join), max_size=25)


@settings(max_examples=60, deadline=None)
@given(table_lines)
def test_no_table_text_is_lost_doubled_or_invented(rows):
    lines = lines_of("\n".join(["Nr Strategi Tiltak Ansvarlig Når", "", *rows]))
    for table in rebuild_tables(lines):
        covered = {
            (piece.line, position)
            for row in table.rows
            for cell in row.cells
            for piece in cell.pieces
            for position in range(piece.start, piece.end)
        }
        own = [
            piece
            for row in table.rows
            for cell in {cell.pieces: cell for cell in row.cells}.values()
            if not (cell.spans_rows and row.continued_from is not None)
            for piece in cell.pieces
        ]
        assert len({*own}) == len(own)
        printed = {
            (number, position)
            for number in range(table.header_end, table.end_line)
            for position, letter in enumerate(lines[number][1].text)
            if not letter.isspace()
        }
        assert printed <= covered


@pytest.fixture(scope="module")
def plan_tables():
    source = read((DOCUMENTS / "naeringsplan.txt").read_bytes(), "naeringsplan", ReaderOptions())
    repaired = repair(source)
    lines = [(page.number, line) for page in repaired.pages for line in page.lines]
    return rebuild_tables(lines), lines


def test_the_six_goal_tables_of_a_plan_have_the_rows_a_reader_counts(plan_tables):
    tables, _ = plan_tables
    assert [len(table.rows) for table in tables] == [13, 4, 5, 24, 4, 13]


def test_an_indicator_alone_is_a_row_beside_a_measure_that_spans(plan_tables):
    tables, lines = plan_tables
    row = texts(tables[5].rows[8], lines)
    assert row["Indikator"] == ["Merkevare nasjonalt forankret."]
    assert row["Når"] == ["2016"]
    assert row["Tiltak"] == texts(tables[5].rows[7], lines)["Tiltak"]


def test_an_instruction_over_all_columns_stays_whole(plan_tables):
    tables, lines = plan_tables
    row = texts(tables[5].rows[1], lines)
    assert row["Nr"] == ["6.2"]
    assert row["Tiltak"][0].endswith("samt Bakgrunnsdokument 4, kapittel 2.")
    assert set(row) == {"Nr", "Strategi", "Tiltak"}
