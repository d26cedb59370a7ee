import json

import pytest

from corpus.expansions import BUNDLED_EXPANSIONS
from eval.asked import TUNING
from eval.matching import find_quote
from eval.reference import nearly_asked
from eval.refusals import APART, load_apart


def records(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", APART, ids=lambda path: path.stem)
def test_every_unanswerable_question_of_a_pair_has_an_answerable_one_of_its_form(path, texts):
    asked = load_apart(path)
    assert len(asked) >= 100
    if path.stem.startswith("pairs-"):
        assert [answerable for _, answerable in asked] == [False, True] * (len(asked) // 2)
    for record in records(path):
        for gold in record["gold"]:
            assert find_quote(texts[gold["document_id"]], gold["quote"]), record["id"]


def test_nothing_that_is_fitted_or_indexed_is_nearly_one_of_them():
    fitted = [one["question"] for path in TUNING.glob("*.jsonl") for one in records(path)]
    for path in BUNDLED_EXPANSIONS.glob("*.jsonl"):
        fitted += [question for one in records(path) for question in one["questions"]]
    own = [question for path in APART for question, _ in load_apart(path)]
    assert nearly_asked(own, fitted) == {}


def test_the_command_tells_both_shares(bundled, tmp_path):
    path = tmp_path / "own.jsonl"
    own = [
        {"question": "Hvordan får jeg vekk rødvin fra en hvit duk?", "gold": []},
        {"question": "Hvem må godkjenne innsamling av helseopplysninger?", "gold": [{}]},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in own), encoding="utf-8")
    done = bundled.python("-m", "eval.refusals", "--pairs", path)
    assert done.status == 0, done.err
    assert "unanswerable: 1.000 refused" in done.out
    assert "answerable: 0.000 refused" in done.out
