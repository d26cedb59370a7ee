"""A BERT encoder as an OpenVINO graph, built from its weights without torch.

For one text at a time, so that nothing is padded or masked. The graph begins after the embedding
layer: of a multilingual vocabulary one text needs a hundred rows, which are read from the file.
Layers as in Devlin et al. 2018, "BERT", section 3: attention, add and norm, feed forward, add and
norm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import EmbeddingError

Floats = npt.NDArray[np.float32]
LAYER = "encoder.layer.{}."
QUERY, KEY, VALUE = (f"attention.self.{name}" for name in ("query", "key", "value"))
ATTENTION_OUT, FEED_IN, FEED_OUT = "attention.output.dense", "intermediate.dense", "output.dense"
ATTENTION_NORM, FEED_NORM = "attention.output.LayerNorm", "output.LayerNorm"
ADAPTABLE = (QUERY, KEY, VALUE, ATTENTION_OUT, FEED_IN, FEED_OUT)


class EncoderWeights:
    """A model's folder, read tensor by tensor.

    Raises:
        EmbeddingError: the folder lacks a file, or one cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError, safe_open

        try:
            self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            opened: Any = safe_open(folder / "model.safetensors", framework="np")
        except (OSError, ValueError, SafetensorError) as exc:
            raise EmbeddingError(f"Cannot read the model in {folder}: {exc}") from exc
        self._file = opened
        self._words = opened.get_slice("embeddings.word_embeddings.weight")
        positions, types, self._scale, self._shift = (
            self.tensor(f"embeddings.{name}")
            for name in (
                "position_embeddings.weight",
                "token_type_embeddings.weight",
                "LayerNorm.weight",
                "LayerNorm.bias",
            )
        )
        self._places = positions + types[0]

    def tensor(self, name: str) -> Floats:
        """A tensor by its name in the file."""
        return np.asarray(self._file.get_tensor(name), dtype=np.float32)

    def embed(self, token_ids: list[int]) -> Floats:
        """What the first layer is given (n, hidden): word, place and type, normalised."""
        words = np.concatenate([self._words[one : one + 1] for one in token_ids])
        hidden = words + self._places[: len(token_ids)]
        centred = hidden - hidden.mean(axis=1, keepdims=True)
        spread = np.sqrt(hidden.var(axis=1, keepdims=True) + self.config["layer_norm_eps"])
        return np.asarray(centred / spread * self._scale + self._shift, dtype=np.float32)


def build_graph(weights: EncoderWeights, changes: Mapping[str, Floats]) -> Any:
    """An `openvino.Model` from (n, hidden) to the mean over n of the last layer, (hidden,).

    Args:
        weights: of a BERT encoder with absolute positions and GELU.
        changes: what is added to matrices, by "encoder.layer.N.NAME" with a NAME of ADAPTABLE.
    """
    import openvino  # type: ignore[import-untyped]
    from openvino import opset13 as ops

    config = weights.config
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    size = hidden // heads

    def linear(node: Any, name: str) -> Any:
        matrix = weights.tensor(f"{name}.weight") + changes.get(name, np.float32(0))
        product = ops.matmul(node, ops.constant(matrix), False, True)
        return ops.add(product, ops.constant(weights.tensor(f"{name}.bias")))

    def normalised(node: Any, name: str) -> Any:
        centred = ops.mvn(
            node, ops.constant([-1], np.int64), True, config["layer_norm_eps"], "inside_sqrt"
        )
        scaled = ops.multiply(centred, ops.constant(weights.tensor(f"{name}.weight")))
        return ops.add(scaled, ops.constant(weights.tensor(f"{name}.bias")))

    def by_head(node: Any) -> Any:
        parted = ops.reshape(node, ops.constant([-1, heads, size], np.int64), False)
        return ops.transpose(parted, ops.constant([1, 0, 2], np.int64))

    entry = ops.parameter([-1, hidden], np.float32, name="hidden")
    node = entry
    for number in range(config["num_hidden_layers"]):
        own = LAYER.format(number)
        query, key, value = (by_head(linear(node, own + name)) for name in (QUERY, KEY, VALUE))
        scores = ops.multiply(
            ops.matmul(query, key, False, True), ops.constant(np.float32(size**-0.5))
        )
        read = ops.matmul(ops.softmax(scores, -1), value, False, False)
        together = ops.reshape(
            ops.transpose(read, ops.constant([1, 0, 2], np.int64)),
            ops.constant([-1, hidden], np.int64),
            False,
        )
        node = normalised(
            ops.add(node, linear(together, own + ATTENTION_OUT)), own + ATTENTION_NORM
        )
        wide = ops.gelu(linear(node, own + FEED_IN), "erf")
        node = normalised(ops.add(node, linear(wide, own + FEED_OUT)), own + FEED_NORM)
    pooled = ops.reduce_mean(node, ops.constant([0], np.int64), False)
    return openvino.Model([pooled], [entry], "encoder")
