import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from assistant.commitment_tables import (
    COLUMNS,
    Grouping,
    as_json,
    count_by,
    strategies_of,
    write_csv,
    write_xlsx,
)

FORMULAS = ["=1+1", '=HYPERLINK("http://evil","x")', "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.fixture
def infos(make_info):
    return {"plan": make_info("plan", source_url="https://example.org/plan")}


@pytest.fixture
def row(make_commitment):
    return make_commitment(
        "Bygge\nsvømmehall",
        strategy_no="1.1",
        strategy="Bade mer",
        goal="1. Mål",
        responsible=("Ordfører", "Rådmann"),
        partners=("NTNU",),
        when="2024",
        due=("2024",),
        page=7,
        quote="Bygge\nsvømmehall",
    )


def sheet_of(rows, infos, tmp_path):
    path = tmp_path / "out.xlsx"
    write_xlsx(rows, path, infos)
    return load_workbook(path).active


def test_a_workbook_has_a_frozen_header_links_and_the_evidence_of_each_row(row, infos, tmp_path):
    sheet = sheet_of([row, row], infos, tmp_path)
    header = [cell.value for cell in sheet[1]]
    assert header == list(COLUMNS)
    assert {"document", "page", "quote"} <= set(header)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(3, len(header)).coordinate}"
    assert all(cell.font.bold for cell in sheet[1])
    values = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    assert values["document"] == "Plan"
    assert values["page"] == 7
    assert values["quote"] == "Bygge svømmehall"
    assert values["responsible"] == "Ordfører; Rådmann"
    link = sheet.cell(2, header.index("link") + 1)
    assert link.hyperlink.target == "https://example.org/plan"
    assert sheet.max_row == 3


def test_a_document_without_an_address_has_no_link(row, make_info, tmp_path):
    sheet = sheet_of([row], {"plan": make_info("plan")}, tmp_path)
    assert sheet.cell(2, len(COLUMNS)).hyperlink is None


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(formula, make_commitment, make_info, tmp_path):
    row = make_commitment(formula, goal=formula, responsible=(formula,), when=formula)
    sheet = sheet_of([row], {"plan": make_info("plan", title=formula)}, tmp_path)
    assert all(cell.data_type != "f" for cell in sheet[2])


def test_a_control_character_does_not_break_a_workbook(make_commitment, infos, tmp_path):
    sheet = sheet_of([make_commitment("Bygge\x00\x0bhall")], infos, tmp_path)
    assert sheet.cell(2, list(COLUMNS).index("measure") + 1).value == "Byggehall"


def test_csv_has_a_header_and_a_line_a_row(row, infos):
    stream = io.StringIO()
    write_csv([row], stream, infos)
    header, first = csv.reader(io.StringIO(stream.getvalue()))
    assert header == list(COLUMNS)
    assert dict(zip(header, first, strict=True))["measure"] == "Bygge\nsvømmehall"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_csv_is_quoted(formula, make_commitment, infos):
    stream = io.StringIO()
    write_csv([make_commitment(formula, partners=(formula,))], stream, infos)
    (_, first) = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in first)


@given(st.text())
def test_whatever_a_cell_holds_a_spreadsheet_takes_it_for_text(text):
    from assistant.commitment_tables import _harmless

    cell = _harmless(text)
    assert isinstance(cell, str)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text or cell == text


def test_json_has_the_fixed_fields(row):
    (one,) = json.loads(as_json([row]))
    assert list(one) == [
        "document_id", "goal", "strategy_no", "strategy", "measure", "indicator", "responsible",
        "partners", "when", "page", "quote", "start", "end", "passage_id",
    ]  # fmt: skip
    assert one["responsible"] == ["Ordfører", "Rådmann"]


def test_the_registers_texts_have_their_line_breaks_joined_and_its_quotes_do_not(assistant):
    rows = json.loads(as_json(assistant.index.register.commitments()))
    for one in rows:
        for name in ("goal", "strategy", "measure", "indicator", "when"):
            assert "\n" not in (one[name] or ""), one
        assert not [name for name in (*one["responsible"], *one["partners"]) if "\n" in name]
    assert any("\n" in one["quote"] for one in rows)


def test_rows_are_counted_once_for_each_of_their_values(row, make_commitment):
    rows = [row, make_commitment(responsible=("Rådmann",)), make_commitment()]
    assert count_by(rows, Grouping.RESPONSIBLE) == [("Rådmann", 2), ("Ordfører", 1), ("–", 1)]
    assert dict(count_by(rows, Grouping.WHEN)) == {"2024": 1, "–": 2}
    assert dict(count_by(rows, Grouping.GOAL)) == {"plan: 1. Mål": 1, "–": 2}


def test_no_rows_count_nothing():
    assert count_by([], Grouping.PARTNER) == []


def test_strategies_come_once_in_order(row, make_commitment):
    rows = [row, make_commitment(strategy_no="1.2", strategy="Gå mer"), row]
    assert strategies_of(rows) == [("plan", "1.1", "Bade mer"), ("plan", "1.2", "Gå mer")]
