"""The map of a collection: what it learns, what it leaves alone, and that its gradient is right."""

import numpy as np
import pytest

from corpus import adaptation
from corpus.adaptation import Units, adapt, fit_map, map_key


def unit(rng, *shape):
    vectors = rng.normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def collection(passages=40, beside=6, dim=16, seed=0):
    """Passages whose questions lie where a hidden rotation of the passage's vector lies."""
    rng = np.random.default_rng(seed)
    rotation, _ = np.linalg.qr(rng.normal(size=(dim, dim)))
    texts = unit(rng, passages, dim)
    rows, owners, asked = [], [], []
    for n, text in enumerate(texts):
        rows.append(text)
        rows += list(text @ rotation.T + 0.1 * rng.normal(size=(beside, dim)))
        owners += [n] * (beside + 1)
        asked += [False] + [True] * beside
    vectors = np.asarray(rows, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    units = Units(
        vectors=vectors,
        passage=np.asarray(owners),
        is_question=np.asarray(asked),
        statement=np.arange(len(owners)),
    )
    new = (texts @ rotation.T).astype(np.float32)  # a question nobody wrote beside a passage
    return units, new / np.linalg.norm(new, axis=1, keepdims=True)


def share_found(units, questions, matrix):
    texts = adapt(units.vectors[~units.is_question], matrix)
    found = (adapt(questions, matrix) @ texts.T).argmax(axis=1)
    return float((found == np.arange(len(questions))).mean())


@pytest.fixture
def patient(monkeypatch):
    """The toy's rotation lies far from the identity: more and longer steps than a real fit's."""
    monkeypatch.setattr(adaptation, "EPOCHS", 300)
    monkeypatch.setattr(adaptation, "STEP", 0.03)
    monkeypatch.setattr(adaptation, "PULL", 1e-4)


@pytest.mark.usefixtures("patient")
def test_the_map_brings_new_questions_to_the_text_that_answers_them():
    units, new = collection()
    before = share_found(units, new, np.eye(16, dtype=np.float32))
    after = share_found(units, new, fit_map(units))
    assert before < 0.2
    assert after > 0.6


def test_the_fit_is_the_same_every_time_and_tells_its_steps():
    units, _ = collection()
    told = []
    first = fit_map(units, lambda done, total: told.append((done, total)))
    assert np.array_equal(first, fit_map(units))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]


def test_adapted_vectors_have_unit_length():
    rng = np.random.default_rng(1)
    vectors = unit(rng, 5, 8)
    matrix = rng.normal(size=(8, 8)).astype(np.float32)
    assert np.linalg.norm(adapt(vectors, matrix), axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert adapt(vectors[0], matrix) == pytest.approx(adapt(vectors, matrix)[0], abs=1e-6)


def loss(matrix, units, batch):
    """The loss written out question by question, as the module's head tells it."""
    mapped = units.vectors @ matrix.T
    mapped /= np.linalg.norm(mapped, axis=1, keepdims=True)
    total = 0.0
    for row in batch:
        cosines = mapped @ mapped[row]
        for wanted in (False, True):
            scores = []
            for passage in range(units.passage.max() + 1):
                chosen = (units.passage == passage) & (units.is_question == wanted)
                if wanted:
                    chosen &= units.statement != units.statement[row]
                scores.append(cosines[chosen].max() if chosen.any() else adaptation.NOWHERE)
            scaled = adaptation.TEMPERATURE * np.asarray(scores)
            log_sum = np.log(np.exp(scaled - scaled.max()).sum()) + scaled.max()
            total += log_sum - scaled[units.passage[row]]
    identity = np.eye(len(matrix))
    return total / len(batch) + adaptation.PULL * ((matrix - identity) ** 2).sum()


def test_the_gradient_is_that_of_the_loss():
    units, _ = collection(passages=5, beside=3, dim=6)
    rng = np.random.default_rng(2)
    matrix = (np.eye(6) + 0.1 * rng.normal(size=(6, 6))).astype(np.float32)
    batch = np.flatnonzero(units.is_question)[:7]
    groups = [
        adaptation._Group.of(units, chosen) for chosen in (~units.is_question, units.is_question)
    ]
    gradient = adaptation._gradient(matrix, units, groups, batch)
    exact = Units(
        vectors=units.vectors.astype(np.float64),
        passage=units.passage,
        is_question=units.is_question,
        statement=units.statement,
    )
    step = 1e-5
    for place in ((0, 0), (1, 3), (5, 2), (4, 4)):
        more, less = matrix.astype(np.float64), matrix.astype(np.float64)
        more[place] += step
        less[place] -= step
        slope = (loss(more, exact, batch) - loss(less, exact, batch)) / (2 * step)
        assert gradient[place] == pytest.approx(slope, rel=2e-2, abs=2e-3)


@pytest.mark.usefixtures("patient")
def test_a_large_collection_is_fitted_on_a_sample(monkeypatch):
    units, new = collection(passages=60)
    monkeypatch.setattr(adaptation, "MAX_PASSAGES", 30)
    monkeypatch.setattr(adaptation, "MAX_QUESTIONS", 100)
    sample = adaptation._sample(units)
    assert len(np.unique(sample.passage)) == 30
    identity = np.eye(16, dtype=np.float32)
    assert share_found(units, new, fit_map(units)) > share_found(units, new, identity) + 0.1


def test_nothing_can_be_learnt_without_questions():
    units, _ = collection(passages=2, beside=1)
    silent = Units(
        vectors=units.vectors,
        passage=units.passage,
        is_question=np.zeros_like(units.is_question),
        statement=units.statement,
    )
    with pytest.raises(ValueError, match="there are none"):
        fit_map(silent)


def test_a_passage_without_questions_leaves_the_map_as_it_is():
    units, _ = collection()
    more = Units(
        vectors=np.vstack([units.vectors, units.vectors[:1]]),
        passage=np.append(units.passage, 40),
        is_question=np.append(units.is_question, False),
        statement=np.append(units.statement, 900),
    )
    assert map_key(more) == map_key(units)
    assert np.array_equal(fit_map(more), fit_map(units))


def test_other_questions_call_for_another_map():
    units, _ = collection()
    others, _ = collection(seed=1)
    assert map_key(others) != map_key(units)
