import logging
import sys
import threading

import numpy as np
import pytest

from assistant.reader import (
    QUESTION_LENGTH,
    Adapter,
    Reader,
    evidence_text,
    make_reader,
    question_text,
)
from corpus.embedding import EmbeddingModel

HALL = "Meldal kommune skal bygge en svømmehall til 40 millioner kroner innen 2012."


@pytest.fixture(scope="module")
def reader(bundled_embedding):
    return make_reader(bundled_embedding)


def test_it_tells_what_a_statement_answers_from_what_it_only_mentions(reader):
    told = ("Hva koster svømmehallen i Meldal?", "Når skal svømmehallen i Meldal stå ferdig?")
    untold = (
        "Hva heter arkitekten som tegnet svømmehallen i Meldal?",
        "Hvor mange stemte mot svømmehallen i Meldal?",
    )
    lowest = min(reader.read(question, [HALL], []) for question in told)
    highest = max(reader.read(question, [HALL], []) for question in untold)
    assert lowest > highest


def test_it_reads_the_first_statements_and_questions_each_cut(reader):
    long = "ord " * 200
    assert len(evidence_text([long, long, HALL], [])) < 410
    assert HALL not in evidence_text([long, long, HALL], [])
    assert evidence_text([HALL], ["Hva\nkoster det?", "Når?", "Hvem?"]).endswith(
        "Hva koster det? / Når?"
    )
    assert len(question_text("a" * 10_000)) < QUESTION_LENGTH + 20


@pytest.mark.parametrize(
    "question", ["", "?", "🏊" * 400, "svømmehall " * 900, "\0\ud800", "def f(): pass"]
)
def test_any_question_is_read(reader, question):
    assert np.isfinite(reader.read(question, [HALL, HALL], [question]))
    assert np.isfinite(reader.read(question, [], []))


def test_the_same_is_read_by_many_at_once(reader):
    alone = reader.read("Hva koster svømmehallen?", [HALL], [])
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(reader.read("Hva koster svømmehallen?", [HALL], []))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 8


def test_an_adapter_comes_back_from_its_file(tmp_path):
    rng = np.random.default_rng(0)
    down, up = (rng.normal(size=size).astype(np.float32) for size in ((2, 6), (4, 2)))
    kept = Adapter({"encoder.layer.1.output.dense": (down, up)}, np.ones(4, np.float32), 0.5)
    path = tmp_path / "reader.npz"
    path.write_bytes(kept.dump())
    found = Adapter.load(path)
    (change,) = found.changes().values()
    assert change == pytest.approx(up @ down, abs=1e-2)
    assert (found.weights.tolist(), found.bias) == ([1, 1, 1, 1], 0.5)


def test_without_openvino_nothing_is_read_and_the_log_says_so_once(
    bundled_embedding, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "openvino", None)
    reader = make_reader(bundled_embedding)
    with caplog.at_level(logging.WARNING):
        assert reader.read("Når?", [HALL], []) is None
        assert reader.read("Hvor?", [HALL], []) is None
    assert caplog.text.count("reinstall openvino") == 1


def test_a_model_that_is_not_a_plain_encoder_reads_nothing(tmp_path):
    (tmp_path / "modules.json").write_text("[]")
    reader = Reader(EmbeddingModel(model=str(tmp_path), home=tmp_path))
    assert not reader.prepare()
    assert reader.read("Når?", [HALL], []) is None


def test_no_folder_is_made_before_the_first_question(tmp_path):
    assert make_reader(EmbeddingModel(model="bundled", home=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_another_embedding_model_has_no_reader(tmp_path):
    assert make_reader(EmbeddingModel(model=str(tmp_path), home=tmp_path)) is None
