"""The weighted sum that ranks candidates, and where its weights come from.

score = Σ weight · z(feature), z taken over the candidates of one query. There is one set of weights
for Norwegian ("no"), one for English questions ("en", which lean on the dense side), and one for
each language where no questions stand beside the passages ("plain", chosen on NorQuAD train, and
"plain-en", set by hand): what leans on such questions would lean on nothing there. They lie
in assistant/data/ranking.json and come from `python -m eval.tune` and the dev questions, never from
a test split.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.features import FEATURES, Matrix

WEIGHTS_FILE = Path(__file__).parent / "data" / "ranking.json"


@dataclass(frozen=True, slots=True)
class RankingModel:
    """Weights by group ("no", "en", "plain", "plain-en") and feature name."""

    weights: Mapping[str, Mapping[str, float]]

    def score(self, features: Matrix, language: str) -> Matrix:
        """Fused scores (candidates,); comparable within one query only."""
        chosen = self.weights[self._group(features, language)]
        vector = np.asarray([chosen.get(name, 0.0) for name in FEATURES], dtype=np.float32)
        return np.asarray(z_scores(features) @ vector, dtype=np.float32)

    @staticmethod
    def _group(features: Matrix, language: str) -> str:
        beside = features[:, FEATURES.index("dense_question")]
        if len(beside) and float(np.ptp(beside)) > 0:
            return "en" if language == "en" else "no"
        return "plain-en" if language == "en" else "plain"


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
