"""Commitments from every kind of source, and against the gold rows of the two plans."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.commitment_kinds import SourceKind, goal_number, is_primary
from corpus.manifest import ReaderOptions
from corpus.records import (
    Block,
    BlockKind,
    Cell,
    Document,
    DocumentId,
    DocumentInfo,
    DocumentKind,
    Modality,
    PageSpan,
)
from eval.commitment_gold import load_gold, score_rows
from ingest.commitments import extract_commitments
from ingest.readers.txt import read
from ingest.repair import repair
from ingest.structure import build_document

ROOT = Path(__file__).parents[2]
PLANS = ("naeringsplan", "samfunnsdel")


class Sheet:
    """A document written block by block."""

    def __init__(self, kind=DocumentKind.PLAN, publisher="Fjordby kommune"):
        self.text = ""
        self.blocks = []
        self.info = DocumentInfo(
            id=DocumentId("plan"), file="plan.txt", title="Plan", publisher=publisher, kind=kind
        )

    def add(self, kind, text, section=(), lead_in=None, cells=()):
        start = len(self.text)
        placed = []
        for column, cell in cells:
            if isinstance(cell, Cell):
                placed.append(cell)
                continue
            at = len(self.text)
            self.text += cell
            placed.append(Cell(column=column, start=at, end=len(self.text), text=cell))
            self.text += "\n"
        self.text += text + "\n"
        end = len(self.text.rstrip("\n"))
        self.blocks.append(
            Block(
                kind=kind,
                start=start,
                end=end,
                text=self.text[start:end],
                section=tuple(section),
                page=1,
                lead_in=lead_in,
                cells=tuple(placed),
            )
        )
        return placed

    def rows(self):
        document = Document(
            info=self.info,
            text=self.text,
            pages=(PageSpan(start=0, end=len(self.text), number=1),),
            blocks=tuple(self.blocks),
        )
        rows = extract_commitments(document)
        assert all(self.text[row.start : row.end] == row.quote for row in rows)
        return rows


GOAL = ("Mål og strategier", "3. Mål: Fjordby skal være grønn.")


def goal_table():
    sheet = Sheet()
    first = sheet.add(
        BlockKind.TABLE_ROW,
        "",
        section=GOAL,
        cells=[
            ("Nr", "3.2"),
            ("Strategi", "Fjordby skal ha rene parker."),
            ("Tiltak", "Kommunen skal lage en plan."),
            ("Indikator", "Plan vedtatt."),
            ("Ansvarlig", "Fjord-regionen"),
            ("Samarbeidspartner", "HiST/HiNT"),
            ("Samarbeidspartner", "NTNU, NAT"),
            ("Når", "2010 og løpende"),
        ],
    )
    sheet.add(
        BlockKind.TABLE_ROW,
        "",
        section=GOAL,
        cells=[
            ("Nr", first[0]),
            ("Strategi", first[1]),
            ("Tiltak", "Ansette en gartner."),
            ("Ansvarlig", "--"),
            ("Samarbeidspartner", first[6]),
            ("Når", "--"),
        ],
    )
    return sheet


def test_a_goal_table_row_gives_all_its_cells():
    row = goal_table().rows()[0]
    assert row.source_kind == SourceKind.GOAL_TABLE
    assert (row.goal, goal_number(row.goal)) == ("3. Mål: Fjordby skal være grønn.", "3")
    assert (row.strategy_no, row.strategy) == ("3.2", "Fjordby skal ha rene parker.")
    assert (row.measure, row.indicator) == ("Kommunen skal lage en plan.", "Plan vedtatt.")
    assert row.partners == ("HiST/HiNT", "NTNU", "NAT")
    assert row.partner_names == ("HiST", "HiNT", "NTNU", "NAT")
    assert (row.when, row.due) == ("2010 og løpende", ("2010", "continuous"))
    assert row.modality is Modality.MUST
    assert row.doubts == ()


def test_empty_and_shared_cells_are_doubts():
    row = goal_table().rows()[1]
    assert row.strategy_no == "3.2"
    assert (row.responsible, row.when) == ((), None)
    assert row.doubts == (
        "no one is printed as responsible",
        "no deadline is printed",
        "partners printed in a row above and taken as shared",
    )


def test_a_promise_list_names_the_municipality_and_its_goal():
    sheet = Sheet()
    sheet.add(
        BlockKind.LIST_ITEM,
        "• hindre utstøting, sammen med NAV",
        section=("Hovedmål 3: Fjordby er for alle", "3.4: I 2020 har alle inntekt"),
        lead_in="Kommunen vil",
    )
    (row,) = sheet.rows()
    assert row.source_kind == SourceKind.PROMISE_LIST
    assert row.measure == "hindre utstøting, sammen med NAV"
    assert (goal_number(row.goal), row.strategy_no) == ("3", "3.4")
    assert row.strategy == "I 2020 har alle inntekt"
    assert (row.responsible, row.responsible_names) == (("Kommunen",), ("Fjordby kommune",))
    assert row.partners == ("NAV",)
    assert row.modality is Modality.WILL


def test_expectations_fall_on_the_actor_of_the_heading():
    sheet = Sheet()
    sheet.add(
        BlockKind.LIST_ITEM,
        "• Delta i nettverket.",
        section=("Forventninger til samarbeidspartnere", "Til STFK/NTFK"),
        lead_in="Det forventes følgende:",
    )
    (row,) = sheet.rows()
    assert row.source_kind == SourceKind.EXPECTATION
    assert row.responsible == ("STFK/NTFK",)
    assert row.responsible_names == ("STFK", "NTFK")
    assert row.modality is Modality.EXPECTED


def test_duties_fall_on_whom_the_lead_in_names():
    sheet = Sheet()
    for text in ("• Lage en besøksordning.", "• Kommunene skal måle tiden."):
        sheet.add(
            BlockKind.LIST_ITEM,
            text,
            section=("Vedlegg 1: Mal",),
            lead_in="Utover dette må hver kommune følge opp en del konkrete punkter:",
        )
    rows = sheet.rows()
    assert [row.source_kind for row in rows] == [SourceKind.DUTY_LIST] * 2
    assert [row.responsible for row in rows] == [("Kommunene",)] * 2


def test_other_lists_are_no_primary_commitments():
    sheet = Sheet()
    sheet.add(BlockKind.LIST_ITEM, "• Drift av database", lead_in="Midlene foreslås brukt til:")
    sheet.add(BlockKind.LIST_ITEM, "1. Vi skal satse.", lead_in="Planen bygger på følgende:")
    assert [is_primary(row) for row in sheet.rows()] == [False]


def test_a_recommendation_box_is_addressed():
    sheet = Sheet(kind=DocumentKind.REPORT)
    sheet.add(BlockKind.PARAGRAPH, "Innspill til Fjordby kommune: Etablere en møteplass.")
    (row,) = sheet.rows()
    assert row.source_kind == SourceKind.RECOMMENDATION
    assert row.responsible == ("Fjordby kommune",)
    assert (row.measure, row.modality) == ("Etablere en møteplass.", Modality.SHOULD)


def test_method_tables_and_requirements_are_read():
    sheet = Sheet(kind=DocumentKind.GUIDELINE)
    sheet.add(
        BlockKind.TABLE_ROW,
        "",
        cells=[("Metode/arbeidsform", "Trainee"), ("Beskrivelse", "Opprette en stilling.")],
    )
    sheet.add(
        BlockKind.LIST_ITEM,
        "• For alle prosjekter skal det finnes en eier.",
        lead_in="Kommunen vil normalt stille følgende krav ved bruk av data:",
    )
    method, requirement = sheet.rows()
    assert (method.source_kind, method.strategy) == (SourceKind.METHOD_TABLE, "Trainee")
    assert requirement.source_kind == SourceKind.REQUIREMENT
    assert requirement.modality is Modality.MUST


def test_sentences_are_read_in_plans_only_and_quote_themselves():
    text = "Fjordby er en by. Kommunene skal derfor rydde. Dette er det som skal gjøres."
    plan, report = Sheet(), Sheet(kind=DocumentKind.REPORT)
    for sheet in (plan, report):
        sheet.add(BlockKind.PARAGRAPH, text)
    (row,) = plan.rows()
    assert row.quote == "Kommunene skal derfor rydde."
    assert row.responsible == ("Kommunene",)
    assert not is_primary(row)
    assert report.rows() == ()


def test_an_id_stays_when_text_above_it_grows():
    short, long = goal_table(), Sheet()
    long.add(BlockKind.PARAGRAPH, "Et nytt avsnitt.")
    offset = len(long.text)
    document = Document(
        info=short.info,
        text=long.text + short.text,
        pages=(),
        blocks=tuple(
            replace(
                block,
                start=block.start + offset,
                end=block.end + offset,
                cells=tuple(
                    replace(cell, start=cell.start + offset, end=cell.end + offset)
                    for cell in block.cells
                ),
            )
            for block in short.blocks
        ),
    )
    moved = extract_commitments(document)
    assert [row.id for row in moved] == [row.id for row in short.rows()]
    assert len({row.id for row in moved}) == len(moved)


@pytest.fixture(scope="module")
def plan_rows():
    rows = []
    for name in PLANS:
        path = ROOT / "corpus" / "documents" / f"{name}.txt"
        info = DocumentInfo(
            id=DocumentId(name),
            file=path.name,
            title=name,
            publisher="Trondheim kommune",
            kind=DocumentKind.PLAN,
        )
        document = build_document(info, repair(read(path.read_bytes(), name, ReaderOptions())))
        found = extract_commitments(document)
        assert all(document.text[row.start : row.end] == row.quote for row in found)
        rows.extend(row for row in found if is_primary(row))
    return rows


def test_the_two_plans_agree_with_the_rows_a_reader_wrote_down(plan_rows):
    gold = load_gold(ROOT / "eval" / "commitments" / f"{name}.jsonl" for name in PLANS)
    score = score_rows(gold, plan_rows)
    assert score.recall >= 0.99, score.missed
    assert score.precision >= 0.99, score.extra
    assert min(score.cells.values()) >= 0.99, score.wrong


def test_every_commitment_of_the_plans_has_its_own_id(plan_rows):
    assert len({row.id for row in plan_rows}) == len(plan_rows) == 219
