"""What the fitting of the shipped weights is made of; the fits themselves take minutes."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.abstention import SCALARS, AbstentionModel, Signals
from eval.reference import load_questions
from eval.tune import TUNING, _as_json, _fit_decision, fit_listwise, misspelt

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


def test_no_tuning_question_is_a_reference_question():
    reference = {one.question.casefold() for one in load_questions([TUNING.parent / "reference"])}
    alone = [
        json.loads(line)
        for path in sorted(TUNING.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    own = [one["question"].casefold() for one in alone if not one["history"]]
    assert not reference & set(own)
    assert len(own) == len(set(own))
    assert len({one["id"] for one in alone}) == len(alone)


@pytest.mark.parametrize("compared", [False, True])
def test_a_fitted_decision_tells_the_classes_apart(compared):
    rng = np.random.default_rng(0)
    answerable = np.arange(120) % 2 == 0
    data = rng.normal(size=(120, len(SCALARS)))
    data[:, SCALARS.index("coverage")] += 4 * answerable
    dimensions = rng.normal(size=(120, 4)) + 3 * answerable[:, None]
    record = _fit_decision(data, dimensions if compared else None, answerable, np.ones(120))
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


def test_listwise_weights_put_the_positives_first():
    features = np.asarray([[1.0, 0.0], [0.0, 1.0], [0.2, 0.1]])
    weights = fit_listwise([(features, np.asarray([0.0, 1.0, 0.0]), 1.0)], np.zeros(2), 0.01)
    assert np.argmax(features @ weights) == 1
