import csv
import io
from datetime import date

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from starlette.testclient import TestClient

from assistant.commitment_query import CommitmentQuery, select
from assistant.commitment_tables import Grouping
from assistant.ui.charts import by_deadline, by_name, network
from assistant.ui.documents_tab import documents_html
from assistant.ui.export import add_exports, export_address
from assistant.ui.notes_form import history_html, status_label
from assistant.ui.server import clean_page
from corpus.commitment_notes import CommitmentNoteStore, Status

QUERY = CommitmentQuery(documents=("naeringsplan",), partner="NTNU", due="2012")


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    return CommitmentNoteStore(tmp_path_factory.mktemp("notes") / "user.sqlite")


@pytest.fixture(scope="module")
def client(assistant, notes):
    app = FastAPI()
    add_exports(app, assistant, notes)
    with TestClient(app) as found:
        yield found


@pytest.fixture(scope="module")
def rows(assistant):
    return assistant.index.register.commitments()


def test_a_view_is_downloaded_as_the_rows_it_shows(client, rows):
    wanted = select(rows, QUERY)
    assert wanted
    answer = client.get("/" + export_address(QUERY, "csv"))
    assert "attachment" in answer.headers["content-disposition"]
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["measure"] for row in found] == [row.measure for row in wanted]
    book = load_workbook(io.BytesIO(client.get("/" + export_address(QUERY, "xlsx")).content))
    assert book.active.max_row == len(wanted) + 1


def test_a_view_without_a_filter_is_every_row_but_the_weak_ones(client, rows):
    answer = client.get("/" + export_address(CommitmentQuery(), "csv"))
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(found) == len(select(rows, CommitmentQuery()))
    assert client.get("/export/commitments.pdf").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"actor": "NTNU"},
        {"strategy": "4.1", "goal": "4"},
        {"modality": "expected", "responsible": "Næringslivet"},
        {"text": "svømme & bade", "weak": True},
    ],
)
def test_an_address_keeps_every_field_of_its_query(client, rows, fields):
    query = CommitmentQuery(**fields)
    answer = client.get("/" + export_address(query, "csv"))
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["measure"] for row in found] == [row.measure for row in select(rows, query)]


def test_a_view_can_be_narrowed_to_a_status_and_says_what_is_noted(client, rows, notes):
    row = select(rows, QUERY)[0]
    notes.add(row, Status.DONE, by="Kari", source="<b>", register=rows)
    answer = client.get("/" + export_address(QUERY, "csv", Status.DONE))
    (found,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (found["measure"], found["status"]) == (row.measure, "done")
    assert (found["status by"], found["status source"]) == ("Kari", "<b>")
    answer = client.get("/" + export_address(CommitmentQuery(), "csv", Status.UNKNOWN))
    others = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(others) == len(select(rows, CommitmentQuery())) - 1
    assert client.get("/export/commitments.csv?status=ferdig").status_code == 422
    noted = notes.match(rows)
    assert "(Kari, &lt;b&gt;)" in history_html(noted.by_id[row.id], "nb")
    assert status_label(noted, "nb")(row) == "gjennomført"


def test_the_deadline_chart_counts_every_dated_row_once_for_each_deadline(assistant, rows):
    figure = by_deadline(rows, assistant.library.infos, "nb")
    counted = sum(sum(bar.y) for bar in figure.data)
    assert counted == sum(len(row.due) for row in rows)


def test_the_charts_take_rows_without_names_or_deadlines(make_commitment, make_info):
    bare = [make_commitment()]
    assert len(by_deadline(bare, {"plan": make_info()}, "en").data) == 0
    assert list(by_name(bare, Grouping.PARTNER, "en").data[0].y) == []
    assert list(network([], "nb").data[0].node.label) == []


def test_the_network_joins_the_responsible_with_their_partners(make_commitment):
    row = make_commitment(responsible_names=("STFK",), partner_names=("NTNU", "SINTEF"))
    flows = network([row, row], "nb").data[0]
    assert list(flows.node.label) == ["STFK", "NTNU", "SINTEF"]
    assert list(flows.link.source) == [0, 0]
    assert list(flows.link.target) == [1, 2]
    assert list(flows.link.value) == [2, 2]


def test_documents_show_their_state_on_the_chosen_day(assistant):
    summaries = assistant.index.register.summaries()
    before = documents_html(summaries, date(2015, 1, 1), "nb")
    after = documents_html(summaries, date(2022, 6, 1), "nb")
    assert before.count('class="st-document"') == len(summaries)
    assert "st-in-force" in before
    assert "st-past-its-period" in after
    assert "Gyldighet per 1. juni 2022" in after


def test_a_start_page_loses_preview_tags_and_manifest_and_is_norwegian():
    page = (
        b'<html\n\tlang="en">\n<meta property="og:image"\n content="https://x/y.jpg" />\n'
        b'<meta name="twitter:card" content="s" /><meta name="viewport" content="w">'
        b'<link rel="manifest" href="/manifest.json" /><p>og:</p>'
    )
    assert clean_page(page) == b'<html\n\tlang="nb">\n<meta name="viewport" content="w"><p>og:</p>'
