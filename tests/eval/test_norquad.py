import json

import pytest

from corpus.errors import EvaluationError
from eval.norquad import load_norquad, markdown, run_norquad, score_question

TEXT = "Byen ble grunnlagt i 997. Elva heter Nidelva. Byen har en domkirke."


@pytest.fixture
def folder(tmp_path):
    place = TEXT.index("Nidelva")
    question = {
        "id": "dev0",
        "question": "Hva heter elva?",
        "document_id": "d0",
        "answers": ["Nidelva"],
        "spans": [[place, place + 7]],
    }
    document = {"id": "d0", "title": "Byen", "text": TEXT}
    (tmp_path / "documents.jsonl").write_text(json.dumps(document) + "\n", "utf-8")
    (tmp_path / "dev.jsonl").write_text(json.dumps(question) + "\n", "utf-8")
    return tmp_path


def test_a_passage_is_relevant_if_it_holds_the_answer_span_whole(folder, make):
    norquad = load_norquad(folder, "dev")
    answer = make.answer(
        "Elva heter Nidelva.",
        passages=[
            make.passage(1, "Nidelva", document="d1"),
            make.passage(2, "Byen har en domkirke.", document="d0"),
            make.passage(3, "Elva heter\nNidelva.", document="d0"),
        ],
    )
    shares, unplaced = score_question(norquad.questions[0], answer, {"d0": TEXT})
    # relevant at rank 3: MRR 1/3, nDCG (1/log2 4) / 1 = 0.5
    assert shares == {
        "success@1": 0,
        "success@5": 1,
        "MRR@10": pytest.approx(1 / 3),
        "nDCG@10": pytest.approx(0.5),
        "answer in answer": 1,
    }
    assert unplaced == 0


def test_a_passage_that_is_not_in_the_document_is_counted_and_not_relevant(folder, make):
    norquad = load_norquad(folder, "dev")
    answer = make.answer("?", passages=[make.passage(1, "Nidelva er ei elv", document="d0")])
    shares, unplaced = score_question(norquad.questions[0], answer, {"d0": TEXT})
    assert (shares["success@1"], unplaced) == (0, 1)


def test_the_benchmark_counts_failures_as_zero_and_prints_a_table(folder, make):
    norquad = load_norquad(folder, "dev")
    scores = run_norquad(
        make.answerer({"Hva heter elva?": RuntimeError("down")}), norquad, lambda _: None
    )
    assert scores.failures == {"dev0": "RuntimeError"}
    assert scores.measures["success@1"].value == 0
    assert "1 questions failed" in markdown(scores)


def test_missing_files_and_wrong_lines_are_named(folder):
    with pytest.raises(EvaluationError, match=r"train.jsonl is missing"):
        load_norquad(folder, "train")
    (folder / "dev.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(EvaluationError, match=r"dev.jsonl, line 1"):
        load_norquad(folder, "dev")
