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
from assistant.ui.server import clean_page

QUERY = CommitmentQuery(documents=("naeringsplan",), partner="NTNU", due="2012")


@pytest.fixture(scope="module")
def client(assistant):
    app = FastAPI()
    add_exports(app, assistant)
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
