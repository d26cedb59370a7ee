"""A small reader: whether a question's best evidence answers it, read in one go with the question.

Vectors made apart say how near a question and a statement are; whether the statement tells *what is
asked* of its subject shows only where the words of both meet. So the bundled model reads question
and evidence as one text, with low-rank changes to its upper layers (Hu et al. 2021, "LoRA:
Low-Rank Adaptation of Large Language Models") and one weighted sum at the end, a log-odds. The
abstention weighs it beside its other signals; it never chooses what is said.

Trained by `python -m eval.tune reader`; the changes are in assistant/data/reader.npz. Needs the
bundled model and OpenVINO; without either the abstention decides alone.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.e5_wheel import PairTokenizer
from corpus.embedding import EmbeddingModel, encodable
from corpus.encoder_graph import EncoderWeights, build_graph
from corpus.errors import EmbeddingError

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
READER_FILE = Path(__file__).parent / "data" / "reader.npz"
QUESTION_PREFIX = "query: "
QUESTION_LENGTH = 300  # characters; so are the next
STATEMENT_LENGTH = 200
STATEMENTS = 2
BESIDE = 2
MAX_TOKENS = 128
DOWN, UP = ".down", ".up"


def evidence_text(statements: Sequence[str], beside: Sequence[str]) -> str:
    """The best statements and the closest questions beside them, as the reader is given them."""
    told = [text[:STATEMENT_LENGTH] for text in statements[:STATEMENTS]]
    return " / ".join(_one_line(text) for text in (*told, *beside[:BESIDE]))


def question_text(question: str) -> str:
    """The question as the reader is given it."""
    return QUESTION_PREFIX + _one_line(question[:QUESTION_LENGTH])


def _one_line(text: str) -> str:
    return " ".join(encodable(text).split())


@dataclass(frozen=True, slots=True)
class Adapter:
    """What was learnt: pairs of matrices (rank, in) and (out, rank) by layer, and the last sum."""

    pairs: Mapping[str, tuple[Floats, Floats]]
    weights: Floats  # (hidden,)
    bias: float

    @classmethod
    def load(cls, path: Path) -> Adapter:
        """From the file that `dump` wrote."""
        with np.load(path) as file:
            arrays = {name: np.asarray(file[name], dtype=np.float32) for name in file.files}
        names = [name.removesuffix(DOWN) for name in arrays if name.endswith(DOWN)]
        pairs = {name: (arrays[name + DOWN], arrays[name + UP]) for name in names}
        return cls(pairs, arrays["weights"], float(arrays["bias"]))

    def dump(self) -> bytes:
        """As a file, in half precision."""
        arrays: dict[str, Any] = {"weights": self.weights, "bias": np.float32(self.bias)}
        for name, (down, up) in self.pairs.items():
            arrays[name + DOWN], arrays[name + UP] = down.astype("f2"), up.astype("f2")
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    def changes(self) -> dict[str, Floats]:
        """What is added to each matrix, (out, in)."""
        return {name: up @ down for name, (down, up) in self.pairs.items()}


class Reader:
    """Reads with a model as the adapter changes it; both are loaded at the first question.

    `model` is not asked for its folder before, so that opening an index needs no folder to be made.
    """

    def __init__(self, model: EmbeddingModel, adapter: Path = READER_FILE) -> None:
        self._model = model
        self._adapter = adapter
        self._lock = threading.Lock()

    def read(self, question: str, statements: Sequence[str], beside: Sequence[str]) -> float | None:
        """Log-odds that the evidence answers the question; None where no reader can be made.

        Args:
            question: standing alone.
            statements: the best ones, best first.
            beside: the closest questions beside passages, closest first; may be none.
        """
        with self._lock:  # one request at a time, and one load
            parts = self._parts
            if parts is None:
                return None
            token_ids = parts.tokenizer.encode(
                question_text(question), evidence_text(statements, beside), MAX_TOKENS
            )
            pooled = parts.request.infer([parts.weights.embed(token_ids)])[0]
            return float(pooled @ parts.adapter.weights + parts.adapter.bias)

    def prepare(self) -> bool:
        """Load now what the first question would wait for; False where no reader can be made."""
        with self._lock:
            return self._parts is not None

    @cached_property
    def _parts(self) -> _Parts | None:
        try:
            return _load(self._model.folder, self._adapter)
        except (ImportError, OSError, RuntimeError, EmbeddingError) as exc:
            logger.warning(
                "Fewer unanswerable questions are refused, as the reader does not load (%s): "
                "reinstall openvino and stifinner, see `stifinner doctor`.",
                exc,
            )
            return None


@dataclass(frozen=True, slots=True)
class _Parts:
    tokenizer: PairTokenizer
    weights: EncoderWeights
    adapter: Adapter
    request: Any


def _load(folder: Path, adapter_file: Path) -> _Parts:
    import openvino  # type: ignore[import-untyped]

    weights = EncoderWeights(folder)
    adapter = Adapter.load(adapter_file)
    # In full precision, so that processors agree on what is refused.
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(
        build_graph(weights, adapter.changes()), "CPU", options
    )
    return _Parts(PairTokenizer(), weights, adapter, compiled.create_infer_request())


def make_reader(model: EmbeddingModel) -> Reader | None:
    """The reader that ships, if the embedding model is the bundled one it was trained on."""
    return Reader(model) if model.is_bundled else None
