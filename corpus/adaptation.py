"""A linear map fitted to one collection: brings questions closer to the passages that answer them.

A small general model places "Får vi hjelp til å finne lokaler?" not very near a passage on
*næringsarealer*. The questions beside passages show which everyday words go with which terms here,
so at each ingest a square map W is fitted to them: every question is put to the collection in turn,
and the passage that it was written beside has to win, once by its own text and once by its other
questions. Both sides go through W and are made unit length again. Loss: cross-entropy over all
passages of the sample, each scored by its best unit (softmax with a fixed temperature), with an L2
pull towards the identity; minimised by Adam with a falling step. A question never meets itself or
another question about the same statement, which its own author wrote in the same breath.

The fit is deterministic, needs numpy alone, and its cost is bounded: it sees a sample of passages.
A collection with few questions keeps the model's own vectors.

Source of the idea: supervised query and document adapters on frozen embeddings, with the in-batch
softmax loss of dense retrieval (Karpukhin et al. 2020, "Dense Passage Retrieval").
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

MIN_QUESTIONS = 200
MAX_PASSAGES = 800
MAX_QUESTIONS = 4000
EPOCHS = 12
BATCH = 512
STEP = 2e-3
TEMPERATURE = 20.0
PULL = 0.02
NOWHERE = -9.0  # below any cosine: a passage without a unit to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of some passages, those of one passage next to each other.

    `vectors` is (n, dim); `passage`, `is_question` and `statement` are (n,): whose unit it is,
    whether it is a question beside the passage, and which statement it is about.
    """

    vectors: Floats
    passage: Integers
    is_question: npt.NDArray[np.bool_]
    statement: Integers


def adapt(vectors: Floats, matrix: Floats) -> Floats:
    """Vectors (n, dim) or (dim,) through the map, unit length."""
    mapped = vectors @ matrix.T
    norms = np.linalg.norm(mapped, axis=-1, keepdims=True)
    return np.asarray(mapped / np.maximum(norms, 1e-12), dtype=np.float32)


def fit_map(
    units: Units, on_step: Callable[[int, int], None] = lambda done, total: None, seed: int = 0
) -> Floats:
    """The map (dim, dim) of a collection; `on_step` gets the steps done and in all.

    Raises:
        ValueError: there are no questions to learn from. Below MIN_QUESTIONS a map is not worth it.
    """
    if not units.is_question.any():
        raise ValueError("a map is fitted to questions beside passages; there are none")
    sample = _sample(units)
    rng = np.random.default_rng(seed)
    questions = np.flatnonzero(sample.is_question)
    if len(questions) > MAX_QUESTIONS:
        chosen = rng.choice(questions, MAX_QUESTIONS, replace=False)
        sample = _only(sample, np.union1d(np.flatnonzero(~sample.is_question), chosen))
        questions = np.flatnonzero(sample.is_question)
    dim = sample.vectors.shape[1]
    matrix = np.eye(dim, dtype=np.float32)
    groups = [_Group.of(sample, chosen) for chosen in (~sample.is_question, sample.is_question)]
    steps = EPOCHS * -(-len(questions) // BATCH)
    optimiser = _Adam(matrix.shape, steps)
    done = 0
    for _ in range(EPOCHS):
        for batch in _batches(rng.permutation(questions)):
            matrix = optimiser.step(matrix, _gradient(matrix, sample, groups, batch))
            done += 1
            on_step(done, steps)
    return matrix


def _sample(units: Units) -> Units:
    """At most MAX_PASSAGES passages that have questions, spread evenly, renumbered from 0."""
    asked = np.unique(units.passage[units.is_question])
    if len(asked) > MAX_PASSAGES:
        asked = asked[np.linspace(0, len(asked) - 1, MAX_PASSAGES).astype(int)]
    rows = np.flatnonzero(np.isin(units.passage, asked))
    return _only(replace(units, passage=np.searchsorted(asked, units.passage)), rows)


def map_key(units: Units) -> str:
    """Equal for units to which the same map is fitted, so that it need not be fitted again.

    Passages without questions do not enter a map: to add such documents leaves it as it is.
    """
    sample = _sample(units)
    statements = np.unique(sample.statement, return_inverse=True)[1]
    fixed = (MAX_QUESTIONS, EPOCHS, BATCH, STEP, TEMPERATURE, PULL)
    key = hashlib.sha256(repr(fixed).encode())
    for part in (sample.vectors, sample.passage, sample.is_question, statements):
        key.update(np.ascontiguousarray(part).tobytes())
    return key.hexdigest()


def _only(units: Units, rows: Integers) -> Units:
    return Units(
        vectors=units.vectors[rows],
        passage=units.passage[rows],
        is_question=units.is_question[rows],
        statement=units.statement[rows],
    )


def _batches(order: Integers) -> Iterator[Integers]:
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]


@dataclass(frozen=True, slots=True)
class _Group:
    """The columns of one kind of unit, by passage; `starts` are where each passage's begin."""

    rows: Integers
    starts: Integers
    counts: Integers
    passages: Integers
    total: int

    @classmethod
    def of(cls, units: Units, chosen: npt.NDArray[np.bool_]) -> _Group:
        rows = np.flatnonzero(chosen)
        passages, starts, counts = np.unique(
            units.passage[rows], return_index=True, return_counts=True
        )
        total = int(units.passage.max()) + 1
        return cls(rows, starts, counts, passages, total)

    def gradient(self, cosines: Floats, right: Integers) -> Floats:
        """The loss by cosines (batch, columns): only each passage's best unit moves its score."""
        best = np.maximum.reduceat(cosines, self.starts, axis=1)
        scores = np.full((len(cosines), self.total), NOWHERE, dtype=np.float32)
        scores[:, self.passages] = best
        scaled = TEMPERATURE * (scores - scores.max(axis=1, keepdims=True))
        share = np.exp(scaled)
        share /= share.sum(axis=1, keepdims=True)
        share[np.arange(len(right)), right] -= 1
        share *= TEMPERATURE / len(right)
        spread = np.repeat(share[:, self.passages], self.counts, axis=1)
        winners = cosines == np.repeat(best, self.counts, axis=1)
        return np.asarray(np.where(winners & (cosines > NOWHERE), spread, 0), dtype=np.float32)


def _gradient(matrix: Floats, units: Units, groups: Sequence[_Group], batch: Integers) -> Floats:
    """The loss by the matrix, for the questions `batch` (row numbers of `units`)."""
    asked, asked_norms = _mapped(units.vectors[batch], matrix)
    known, known_norms = _mapped(units.vectors, matrix)
    cosines = asked @ known.T
    own = units.statement[batch][:, None] == units.statement[None, :]
    cosines[own & units.is_question[None, :]] = NOWHERE
    right = units.passage[batch]
    moved = np.zeros_like(cosines)
    for group in groups:
        moved[:, group.rows] = group.gradient(cosines[:, group.rows], right)
    by_asked = _through_norm(moved @ known, asked, asked_norms)
    by_known = _through_norm(moved.T @ asked, known, known_norms)
    pull = 2 * PULL * (matrix - np.eye(len(matrix), dtype=np.float32))
    total = by_asked.T @ units.vectors[batch] + by_known.T @ units.vectors + pull
    return np.asarray(total, dtype=np.float32)


def _mapped(vectors: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    mapped = vectors @ matrix.T
    norms = np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-12)
    return mapped / norms, norms


def _through_norm(gradient: Floats, unit: Floats, norms: Floats) -> Floats:
    """The gradient before the vectors were made unit length."""
    along = (gradient * unit).sum(axis=1, keepdims=True)
    return np.asarray((gradient - along * unit) / norms, dtype=np.float32)


class _Adam:
    """Adam (Kingma & Ba 2015) with a step that falls linearly to zero."""

    def __init__(self, shape: tuple[int, ...], steps: int) -> None:
        self._first: Any = np.zeros(shape, dtype=np.float32)
        self._second: Any = np.zeros(shape, dtype=np.float32)
        self._steps = steps
        self._done = 0

    def step(self, value: Floats, gradient: Floats) -> Floats:
        rate = STEP * (1 - self._done / self._steps)
        self._done += 1
        self._first = 0.9 * self._first + 0.1 * gradient
        self._second = 0.999 * self._second + 0.001 * gradient**2
        first = self._first / (1 - 0.9**self._done)
        second = self._second / (1 - 0.999**self._done)
        return np.asarray(value - rate * first / (np.sqrt(second) + 1e-8), dtype=np.float32)
