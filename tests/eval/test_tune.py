"""What the fitting of the shipped weights is made of; the fits themselves take minutes."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.abstention import SCALARS, AbstentionModel, Joined, Signals
from assistant.reader import Reader
from corpus.expansions import BUNDLED_EXPANSIONS
from eval.asked import (
    FOLDS,
    TUNING,
    Asked,
    _moved,
    fold_of,
    misspelt,
    with_typos,
    without_asked,
)
from eval.reference import check_independence, load_questions
from eval.tune import _as_json, _fit_decision, _fit_joined, fit_listwise
from eval.tune_reader import Example, train

QUESTION = "Hvem må godkjenne innsamling av helseopplysninger i kommunen?"


def test_a_misspelt_question_keeps_its_words_but_for_a_letter():
    for seed in range(40):
        typed = misspelt(QUESTION, seed)
        assert typed == misspelt(QUESTION, seed)
        assert typed != QUESTION
        assert len(typed.split()) == len(QUESTION.split())
        assert abs(len(typed) - len(QUESTION)) <= 8


@given(st.text(max_size=80), st.integers(0, 9))
def test_any_text_can_be_misspelt(text, seed):
    assert isinstance(misspelt(text, seed), str)


def test_no_tuning_question_is_nearly_one_that_is_measured():
    reference = load_questions([TUNING.parent / "reference"])
    alone = [
        json.loads(line)
        for path in sorted(TUNING.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    own = [one["question"] for one in alone if not one["history"]]
    assert not check_independence([one for one in reference if not one.history], own)
    assert len(own) == len({question.casefold() for question in own})
    assert len({one["id"] for one in alone}) == len(alone)


@pytest.mark.parametrize("compared", [False, True])
def test_a_fitted_decision_tells_the_classes_apart(compared):
    rng = np.random.default_rng(0)
    answerable = np.arange(120) % 2 == 0
    data = rng.normal(size=(120, len(SCALARS)))
    data[:, SCALARS.index("coverage")] += 4 * answerable
    dimensions = rng.normal(size=(120, 4)) + 3 * answerable[:, None]
    originals = [str(n // 2) for n in range(120)]
    record, _ = _fit_decision(
        data,
        dimensions if compared else None,
        answerable,
        np.ones(120),
        originals,
        np.ones(120, dtype=bool),
        0.98,
    )
    model = AbstentionModel.of(json.loads(_as_json(record)))
    right = [
        model.answers(
            Signals(**dict(zip(SCALARS, row, strict=True)), compared=tuple(one) if compared else ())
        )
        == wanted
        for row, one, wanted in zip(data, dimensions, answerable, strict=True)
    ]
    assert np.mean(right) > 0.9
    assert len(model.direction) == (4 if compared else 0)


def test_signals_and_reader_are_weighed_by_what_each_tells():
    rng = np.random.default_rng(0)
    answerable = np.arange(400) % 2 == 0
    signals = 1 / (1 + np.exp(-(rng.normal(size=400) + np.where(answerable, 1, -1))))
    read = rng.normal(size=400) + np.where(answerable, 2, -2)
    record = _fit_joined(signals, read, answerable, np.ones(400), np.ones(400, dtype=bool), 0.95)
    assert record["reader"] > record["signals"] > 0
    joined = Joined(**record)
    model = AbstentionModel(weights={"gap": 1.0}, bias=0.0, threshold=0.5, joined=joined)
    answered = [
        model.answers(Signals(**{**dict.fromkeys(SCALARS, 0.0), "gap": gap, "read": word}))
        for gap, word in zip(np.log(signals / (1 - signals)), read, strict=True)
    ]
    assert np.mean(np.asarray(answered)[answerable]) == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
def test_a_trained_reader_tells_its_examples_apart(bundled_embedding, tmp_path):
    told, untold = "Svømmehallen i Meldal koster 40 millioner.", "Meldal skal bygge en svømmehall."
    examples = [
        Example(
            question=f"Hva koster svømmehallen nr. {n}?",
            statements=(told if n % 2 else untold,),
            beside=(),
            answerable=bool(n % 2),
        )
        for n in range(96)
    ]
    adapter = tmp_path / "reader.npz"
    adapter.write_bytes(train(examples, bundled_embedding.folder).dump())
    reader = Reader(bundled_embedding, adapter)
    question = "Hva koster svømmehallen?"
    assert reader.read(question, [told], []) > 0
    assert reader.read(question, [untold], []) < 0


def test_listwise_weights_put_the_positives_first():
    features = np.asarray([[1.0, 0.0], [0.0, 1.0], [0.2, 0.1]])
    weights = fit_listwise([(features, np.asarray([0.0, 1.0, 0.0]))], 0.01, [True, True])
    assert np.argmax(features @ weights) == 1
    assert weights[0] < 0


def test_a_bound_weight_does_not_become_negative():
    features = np.asarray([[1.0, 0.0], [0.0, 1.0], [0.2, 0.1]])
    weights = fit_listwise([(features, np.asarray([0.0, 1.0, 0.0]))], 0.01, [False, True])
    assert weights[0] == 0
    assert weights[1] > 0


def test_folds_share_no_question_and_a_typo_stays_with_its_original():
    own = [Asked(f"{QUESTION} {n}", (), (), f"{QUESTION} {n}") for n in range(20)]
    folds = [fold_of(own + with_typos(own), number) for number in range(FOLDS)]
    originals = [{one.original for one in fold} for fold in folds]
    assert not originals[0] & originals[1]
    assert sum(len(fold) for fold in folds) == len(own) + len(with_typos(own))


def test_a_fold_does_not_meet_its_own_questions():
    line = json.dumps({"document_id": "d", "anchor": "a", "questions": [QUESTION, "Hva er FoU?"]})
    alone = json.dumps({"document_id": "d", "anchor": "b", "questions": [QUESTION]})
    asked = Asked(QUESTION.lower(), (), (), QUESTION.lower())
    left = without_asked(f"{line}\n{alone}\n", [asked])
    assert [json.loads(one)["questions"] for one in left.splitlines()] == [["Hva er FoU?"]]


def test_the_shipped_questions_from_tuning_can_be_told_by_their_words():
    tuning = {
        json.loads(line)["question"]
        for path in TUNING.glob("answerable*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    asked = (BUNDLED_EXPANSIONS / "asked.jsonl").read_text(encoding="utf-8").splitlines()
    assert {question for line in asked for question in json.loads(line)["questions"]} <= tuning


def test_a_span_moves_to_the_same_occurrence_in_the_stored_text():
    source, stored = "By  og by, by", "By og by, by"
    assert _moved(source, stored, 11, 13) == (10, 12)
    assert _moved(source, stored, 7, 9) in {(6, 8), (10, 12)}
    assert _moved("Nord", "Sør", 0, 4) is None
