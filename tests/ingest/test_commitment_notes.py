"""Notes on commitments live through real ingests of changed documents."""

import csv
import io
import json

import pytest

PLAN = """Badeplan for Meldal

Kommunen vil:
• bygge en svømmehall innen 2024
• gi alle elever svømmeopplæring
• måle vannkvaliteten hver måned
"""


@pytest.fixture
def home(stifinner, tmp_path):
    """The command line on a home with the plan, and a function that ingests another text of it."""
    folder = tmp_path / "documents"
    folder.mkdir()

    def ingest(text, *options):
        (folder / "badeplan.txt").write_text(text, encoding="utf-8")
        done = stifinner("ingest", folder, *options)
        assert done.status == 0, done.err
        return stifinner

    return ingest


def rows_of(run, *options):
    done = run("commitments", "--notes", "--format", "csv", *options)
    assert done.status == 0, done.err
    return {row["measure"]: row for row in csv.DictReader(io.StringIO(done.out))}, done.err


def id_of(run, word):
    lines = run("commitments", "--ids", "--text", word).out.splitlines()
    return next(cell for line in lines for cell in line.split() if cell.startswith("badeplan-"))


def test_notes_outlive_a_rebuild_a_changed_text_and_a_row_that_goes_and_comes(home):
    run = home(PLAN)
    for word, status in (("svømmehall", "done"), ("elever", "open"), ("måle", "dropped")):
        noted = run("commitments", "--note", id_of(run, word), status, "--by", "Kari")
        assert noted.status == 0, noted.err

    rows, _ = rows_of(home(PLAN, "--rebuild"))
    assert [row["status"] for row in rows.values()] == ["done", "open", "dropped"]
    assert rows["gi alle elever svømmeopplæring"]["noted measure"] == ""

    changed = PLAN.replace("innen 2024", "i Meldal innen 2024").replace(
        "• måle vannkvaliteten hver måned\n", "• åpne et bibliotek ved elva\n"
    )
    rows, err = rows_of(home("Et nytt forord.\n\n" + changed))
    assert rows["bygge en svømmehall i Meldal innen 2024"]["status"] == "done"
    assert rows["bygge en svømmehall i Meldal innen 2024"]["noted measure"] == (
        "bygge en svømmehall innen 2024"
    )
    assert rows["gi alle elever svømmeopplæring"]["status"] == "open"
    assert rows["åpne et bibliotek ved elva"]["status"] == ""
    assert "måle vannkvaliteten hver måned" in err

    rows, err = rows_of(home(PLAN))
    assert [row["status"] for row in rows.values()] == ["done", "open", "dropped"]
    assert err == ""


def test_rows_are_filtered_by_status_and_the_json_never_changes(home):
    run = home(PLAN)
    before = run("commitments", "--format", "json").out
    run("commitments", "--note", id_of(run, "måle"), "done", "--source", "Årsmelding 2024")
    assert run("commitments", "--notes", "--ids", "--format", "json").out == before
    (only,) = json.loads(run("commitments", "--status", "done", "--format", "json").out)
    assert only["measure"] == "måle vannkvaliteten hver måned"
    assert run("commitments", "--status", "unknown", "--count").out == "2\n"
    table = run("commitments", "--notes").out
    assert "Årsmelding 2024" in table
    assert "badeplan-" not in table


def test_a_note_needs_an_id_of_the_register_and_a_known_status(home):
    run = home(PLAN)
    for options in (
        ("--note", "badeplan-0", "done"),
        ("--note", id_of(run, "måle"), "ferdig"),
        ("--by", "Kari"),
    ):
        done = run("commitments", *options)
        assert done.status == 2
        assert done.out == ""
