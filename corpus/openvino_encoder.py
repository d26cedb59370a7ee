"""OpenVINO in the place of the torch encoder inside a sentence-transformers model.

The encoder is traced once, checked against torch and kept in the model's folder; tokenizer, pooling
and normalising stay sentence-transformers' own. Nothing here goes through optimum, whose extras pin
older transformers. On 2 cores with AVX-512 BF16 it encodes 1.3 times as fast as torch in bf16.
"""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import PretrainedConfig
from transformers.modeling_outputs import BaseModelOutput
from transformers.utils import logging as transformers_logging

from corpus.environment import silence_telemetry
from corpus.errors import EmbeddingError

if TYPE_CHECKING:
    from openvino import CompiledModel, Core  # type: ignore[import-untyped]
    from sentence_transformers import SentenceTransformer

# Part of the folder's name: a graph traced by older code must not be met again.
EXPORT_VERSION = 1
LOCK_TIMEOUT_S = 600
# bf16 keeps 8 bits of a weight; the bundled model's vectors stay above 0.9999 of the exact ones.
MIN_COSINE = 0.999
INPUT_NAMES = ("input_ids", "attention_mask", "token_type_ids")
CHECK_TEXTS = (
    "query: Hvem godkjenner?",
    "passage: The municipality shall cooperate with NTNU and SINTEF on research in health care, "
    "and every project that collects health information needs an approval before it begins.",
)


class OpenVinoUnavailableError(EmbeddingError):
    """OpenVINO cannot run this model here; torch can. The message says why."""


class OpenVinoEncoder(torch.nn.Module):
    """A compiled graph that answers like a transformers encoder. One call at a time."""

    def __init__(self, compiled: CompiledModel, config: PretrainedConfig) -> None:
        super().__init__()
        self.config = config
        self._request = compiled.create_infer_request()
        self._names = [port.get_any_name() for port in compiled.inputs]

    def forward(self, **features: torch.Tensor) -> BaseModelOutput:
        """The last hidden state (batch, length, hidden) as float32."""
        inputs = {name: features[name].numpy() for name in self._names}
        hidden = self._request.infer(inputs, share_inputs=True)[0]
        return BaseModelOutput(last_hidden_state=torch.from_numpy(hidden))


def use_openvino(
    model: SentenceTransformer, folder: Path, on_progress: Callable[[str], None] | None = None
) -> str:
    """Put OpenVINO in the place of the torch encoder of `model`.

    Args:
        model: a float32 model on the CPU, whose first module is a `Transformer`.
        folder: where the traced graph is or will be kept.
        on_progress: is told when a graph has to be traced.

    Returns:
        The precision it computes in, "bf16" or "f32".

    Raises:
        OpenVinoUnavailableError: it is missing or cannot run this model, which is unchanged.
    """
    silence_telemetry()
    try:
        import openvino
    except ImportError as error:
        raise OpenVinoUnavailableError(f"openvino is not installed ({error})") from error
    core = openvino.Core()
    capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    precision = "bf16" if "BF16" in capabilities else "f32"
    graph = folder / f"openvino-{EXPORT_VERSION}" / "model.xml"
    if not graph.is_file():
        if on_progress:
            on_progress("Preparing the embedding model for OpenVINO (once) …")
        _export_once(model, graph.parent, core, precision)
    _put_in(model, _compile(core, graph, precision))
    return precision


def _compile(core: Core, graph: Path, precision: str) -> CompiledModel:
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
    try:
        return core.compile_model(str(graph), "CPU", options)
    except RuntimeError as error:
        raise OpenVinoUnavailableError(
            f"OpenVINO cannot load {graph.parent}; remove that folder: {_first_line(error)}"
        ) from error


def _put_in(model: SentenceTransformer, compiled: CompiledModel) -> None:
    transformer: Any = model[0]
    transformer.model = OpenVinoEncoder(compiled, transformer.model.config)


def _export_once(model: SentenceTransformer, target: Path, core: Core, precision: str) -> None:
    """Trace, check and keep the graph; it appears whole or not at all, made by one process."""
    import portalocker

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = target.with_name(f"{target.name}.lock")
        with portalocker.Lock(lock, "a", timeout=LOCK_TIMEOUT_S):
            if target.is_dir():
                return
            partial = target.with_name(f"{target.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            try:
                _export(model, partial / "model.xml")
                _check(model, _compile(core, partial / "model.xml", precision))
                partial.rename(target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    except (OSError, portalocker.LockException) as error:
        raise OpenVinoUnavailableError(f"cannot write {target}: {error}") from error


def _export(model: SentenceTransformer, path: Path) -> None:
    import openvino
    from openvino import frontend

    transformer: Any = model[0]
    # Two lengths, so that the trace holds the branch for a mask with padding.
    features = model.preprocess(list(CHECK_TEXTS))
    names = [name for name in INPUT_NAMES if name in features]
    example = {name: features[name] for name in names}
    shapes = [(name, openvino.PartialShape([-1, -1]), openvino.Type.i64) for name in names]
    failures = (
        RuntimeError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        frontend.GeneralFailure,
        frontend.InitializationFailure,
        frontend.NotImplementedFailure,
        frontend.OpConversionFailure,
        frontend.OpValidationFailure,
    )
    try:
        with torch.no_grad(), _quiet_tracing():
            graph = openvino.convert_model(
                _LastHiddenState(transformer.model), example_input=example, input=shapes
            )
    except failures as error:
        raise OpenVinoUnavailableError(
            f"OpenVINO cannot trace this model: {_first_line(error)}"
        ) from error
    # Half precision rounds a weight 4 times finer than bf16 does, and halves the file.
    openvino.save_model(graph, str(path), compress_to_fp16=True)


class _LastHiddenState(torch.nn.Module):
    """The encoder with named inputs and one output, as the tracer wants it."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self._encoder = encoder

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        hidden: torch.Tensor = self._encoder(**inputs).last_hidden_state
        return hidden


def _check(model: SentenceTransformer, compiled: CompiledModel) -> None:
    """Compare OpenVINO's sentence vectors with torch's, alone and with padding."""
    transformer: Any = model[0]
    encoder = transformer.model
    exact = _sentence_vectors(model)
    _put_in(model, compiled)
    try:
        found = _sentence_vectors(model)
    finally:
        transformer.model = encoder
    worst = float(np.min(np.sum(exact * found, axis=1)))
    if not worst >= MIN_COSINE:
        raise OpenVinoUnavailableError(
            f"OpenVINO's vectors differ from torch's (cosine {worst:.4f})"
        )


def _sentence_vectors(model: SentenceTransformer) -> np.ndarray[Any, np.dtype[np.float32]]:
    texts = list(CHECK_TEXTS)
    rows = [
        model.encode(texts, normalize_embeddings=True, show_progress_bar=False),
        *(model.encode([t], normalize_embeddings=True, show_progress_bar=False) for t in texts),
    ]
    return np.concatenate([np.asarray(row, dtype=np.float32) for row in rows])


@contextmanager
def _quiet_tracing() -> Iterator[None]:
    """Tracing warns of every shape it meets and of its own deprecation; `_check` is what counts."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(level)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
