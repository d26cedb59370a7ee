"""The weighted sum that ranks candidates, and where its weights come from.

score = Σ weight · z(feature), z taken over the candidates of one query. There is one set of weights
for Norwegian ("no"), one for English questions ("en", which lean on the dense side), and one for
each language where no questions stand beside the passages ("plain", fitted on NorQuAD train, and
"plain-en", set by hand): what leans on such questions would lean on nothing there. They lie
in assistant/data/ranking.json and come from `python -m eval.tune` and the dev questions, never from
a test split.

A collection may hold both: the bundled documents, and some of the user's own that nobody wrote
questions beside. A passage without questions is not one whose questions are far off. So what its
questions would have scored is expected from the rest of it: LIKENESS times its plain score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.features import FEATURES, Matrix

HAS_QUESTIONS = FEATURES.index("has_questions")
OF_QUESTIONS = [
    FEATURES.index(name) for name in ("lexical_questions", "dense_question", "dense_questions_mean")
]
LIKENESS = 0.6  # chosen with documents added to the bundled ones; see docs/evaluation.md
WEIGHTS_FILE = Path(__file__).parent / "data" / "ranking.json"


@dataclass(frozen=True, slots=True)
class RankingModel:
    """Weights by group ("no", "en", "plain", "plain-en") and feature name."""

    weights: Mapping[str, Mapping[str, float]]

    def score(self, features: Matrix, language: str) -> Matrix:
        """Fused scores (candidates,); comparable within one query only."""
        group = self.group(features, language)
        plain = group.startswith("plain")
        scores = z_scores(features) if plain else self.standardised(features, language)
        return self._sum(scores, group)

    @staticmethod
    def group(features: Matrix, language: str) -> str:
        """The name of the weights that rank such candidates."""
        if features[:, HAS_QUESTIONS].any():
            return "en" if language == "en" else "no"
        return "plain-en" if language == "en" else "plain"

    def standardised(self, features: Matrix, language: str) -> Matrix:
        """The z scores (candidates, FEATURES) that "no" and "en" weigh."""
        scores = z_scores(features)
        asked = features[:, HAS_QUESTIONS] > 0
        if not asked.all():
            plain = self._sum(scores, "plain-en" if language == "en" else "plain")
            expected = np.repeat(LIKENESS * z_scores(plain[:, None]), len(OF_QUESTIONS), axis=1)
            expected[asked] = z_scores(features[asked][:, OF_QUESTIONS])
            scores[:, OF_QUESTIONS] = expected
        scores[:, HAS_QUESTIONS] = 0.0
        return scores

    def _sum(self, scores: Matrix, group: str) -> Matrix:
        chosen = self.weights[group]
        vector = np.asarray([chosen.get(name, 0.0) for name in FEATURES], dtype=np.float32)
        return np.asarray(scores @ vector, dtype=np.float32)


def z_scores(features: Matrix) -> Matrix:
    """Each column less its mean, over its standard deviation; a constant column becomes 0."""
    if features.shape[0] == 0:
        return features
    spread = features.std(axis=0)
    centred = features - features.mean(axis=0)
    return np.asarray(centred / np.where(spread > 1e-9, spread, 1.0), dtype=np.float32)


@cache
def bundled_ranking() -> RankingModel:
    """The model that ships with the package."""
    return RankingModel(json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["weights"])
