"""Bulk embedding through sentence-transformers, on the fastest engine that runs here.

Texts are read in windows of 2,048, tokenized together, sorted by length and cut into batches of
about 4,096 tokens, so that little is spent on padding and memory does not grow with the corpus;
vectors come back in the order of the texts. A text beyond the model's length is embedded in pieces
whose pooled vectors are averaged by their length, as the wheel's engine does.

On a CPU with AVX-512 the encoder is OpenVINO's, elsewhere torch's; bf16 where the processor
multiplies it. `TransformerEmbeddings.backend` says which, `backend_reason` why not OpenVINO.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.environment import silence_telemetry

silence_telemetry()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402
from sentence_transformers.base.modules import Normalize, Transformer  # noqa: E402
from sentence_transformers.sentence_transformer.modules import Pooling  # noqa: E402
from transformers.utils import logging as transformers_logging  # noqa: E402

from corpus.embedding import (  # noqa: E402
    Backend,
    Device,
    TextEmbeddings,
    TextKind,
    Vectors,
    encodable,
)
from corpus.errors import EmbeddingError  # noqa: E402
from corpus.model_source import Prefixes  # noqa: E402

log = logging.getLogger(__name__)

WINDOW_TEXTS = 2048
BATCH_TOKENS = 4096
DEFAULT_LENGTH = 512
# Some tokenizers give 10^30 for "no limit".
MAX_LENGTH = 32768


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The tokens of one text, or of one stretch of a text beyond the model's length."""

    text: int
    tokens: list[int]
    opens_text: bool = True


class TransformerEmbeddings(TextEmbeddings):
    """A sentence-transformers model from a folder. Safe to share between threads.

    Args:
        folder: a sentence-transformers or transformers model.
        fingerprint: what names its vectors.
        export_folder: where a graph for OpenVINO is kept.
        prefixes: put before queries and passages.
        device: "auto" takes a GPU if there is one.
        backend: "auto" takes OpenVINO on a CPU with AVX-512 and torch elsewhere; with "openvino" or
            "torch" it is that one or an error.
        on_progress: is told in a sentence of slow steps.

    Raises:
        EmbeddingError: the model does not load, or the device or backend asked for is not there.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fingerprint: str,
        export_folder: Path,
        prefixes: Prefixes,
        device: Device = "auto",
        backend: Backend = "auto",
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self._fingerprint = fingerprint
        self._prefixes = prefixes
        self._lock = threading.Lock()
        self._device = _choose_device(device)
        self.model = _load(folder, self._device)
        self.backend_reason: str | None = None
        self.backend = self._choose_backend(backend, export_folder, on_progress)

    @property
    def fingerprint(self) -> str:
        """What names its vectors, whichever backend makes them."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        size = self.model.get_embedding_dimension()
        if size is None:
            raise EmbeddingError("The model does not say how long its vectors are: choose another.")
        return int(size)

    def stream(
        self, texts: Iterable[str], kind: TextKind, on_batch: Callable[[int], None] | None = None
    ) -> Iterator[Vectors]:
        """Vectors in order, up to 2,048 at a time; so many texts are held at once."""
        prefix = self._prefixes.query if kind is TextKind.QUERY else self._prefixes.passage
        remaining = iter(texts)
        while window := [prefix + encodable(text) for text in islice(remaining, WINDOW_TEXTS)]:
            with self._lock, torch.inference_mode():
                vectors = self._encode_window(window, on_batch)
            yield vectors

    def _choose_backend(
        self, backend: Backend, export_folder: Path, on_progress: Callable[[str], None] | None
    ) -> str:
        """Put the encoder in place and name it, as "openvino bf16"."""
        if self._device != "cpu":
            if backend == "openvino":
                raise EmbeddingError("Backend 'openvino' runs on the CPU: set the device to cpu.")
            return f"torch {_use_torch(self.model, self._device)} {self._device}"
        if backend == "torch":
            return f"torch {_use_torch(self.model, self._device)}"
        try:
            return f"openvino {self._use_openvino(backend, export_folder, on_progress)}"
        except EmbeddingError as error:
            if backend == "openvino":
                raise
            self.backend_reason = str(error)
            log.info("embedding with torch: %s", error)
            return f"torch {_use_torch(self.model, self._device)}"

    def _use_openvino(
        self, backend: Backend, folder: Path, on_progress: Callable[[str], None] | None
    ) -> str:
        from corpus.openvino_encoder import OpenVinoUnavailableError, use_openvino

        if not _is_plain_encoder(self.model):
            raise OpenVinoUnavailableError("The model is not a plain text encoder")
        capability = torch.backends.cpu.get_cpu_capability()
        if backend == "auto" and not capability.startswith("AVX512"):
            raise OpenVinoUnavailableError(f"The processor has {capability}, not AVX-512")
        return use_openvino(self.model, folder, on_progress)

    def _encode_window(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None
    ) -> Vectors:
        if not _is_plain_encoder(self.model):
            vectors = self.model.encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
            if on_batch:
                on_batch(len(texts))
            return np.asarray(vectors, dtype=np.float32)
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in token_batches(self._pieces(texts), BATCH_TOKENS):
            pooled = self._pool([piece.tokens for piece in batch])
            weights = np.array([[len(piece.tokens)] for piece in batch], dtype=np.float32)
            np.add.at(sums, [piece.text for piece in batch], weights * pooled)
            if on_batch:
                on_batch(sum(piece.opens_text for piece in batch))
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums

    def _pieces(self, texts: Sequence[str]) -> list[Piece]:
        tokenizer: Any = self.model.tokenizer
        encoded = tokenizer(
            list(texts),
            truncation=True,
            max_length=_length(self.model),
            return_overflowing_tokens=True,
            return_attention_mask=False,
        )
        owners: list[int] = encoded["overflow_to_sample_mapping"]
        return [
            Piece(text=owner, tokens=tokens, opens_text=owner != before)
            for before, owner, tokens in zip(
                [-1, *owners[:-1]], owners, encoded["input_ids"], strict=True
            )
        ]

    def _pool(self, batch: Sequence[list[int]]) -> Vectors:
        """Pooled vectors before any normalising, for the average over pieces needs their length."""
        tokenizer: Any = self.model.tokenizer
        features: dict[str, Any] = _pad(batch, tokenizer.pad_token_id, tokenizer.padding_side)
        if "token_type_ids" in tokenizer.model_input_names:
            features["token_type_ids"] = torch.zeros_like(features["input_ids"])
        features = {name: tensor.to(self._device) for name, tensor in features.items()}
        modules = list(self.model)
        if isinstance(modules[-1], Normalize):
            modules.pop()
        for module in modules:
            features = module(features)
        pooled: Vectors = features["sentence_embedding"].float().cpu().numpy()
        return pooled


def token_batches(pieces: Iterable[Piece], budget: int) -> Iterator[list[Piece]]:
    """`pieces`, the longest first, in batches of at most `budget` tokens, padding included.

    A piece beyond the budget is a batch of its own.
    """
    batch: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: -len(piece.tokens)):
        # Sorted, so the batch's first piece is its longest.
        if batch and (len(batch) + 1) * len(batch[0].tokens) > budget:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _pad(batch: Sequence[list[int]], pad_id: int, side: str) -> dict[str, torch.Tensor]:
    width = max(len(tokens) for tokens in batch)
    ids = np.full((len(batch), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(batch), width), dtype=np.int64)
    for row, tokens in enumerate(batch):
        place = slice(width - len(tokens), width) if side == "left" else slice(len(tokens))
        ids[row, place] = tokens
        mask[row, place] = 1
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}


def _load(folder: Path, device: str) -> SentenceTransformer:
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device=device, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise EmbeddingError(
            f"The embedding model in {folder} does not load ({error}): "
            "remove that folder and try again, or choose another model."
        ) from error


def _choose_device(device: Device) -> str:
    if device == "cuda" and not torch.cuda.is_available():
        raise EmbeddingError("No CUDA device is usable: set STIFINNER_EMBEDDING_DEVICE=cpu.")
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device


def _use_torch(model: SentenceTransformer, device: str) -> str:
    """Cast the encoder to bf16 where the processor computes it; pooling stays in float32."""
    if not (_is_plain_encoder(model) and _has_bf16(device)):
        return "f32"
    model[0].to(torch.bfloat16)
    model[0].register_forward_hook(_to_float32)
    return "bf16"


def _to_float32(
    module: torch.nn.Module, inputs: tuple[object, ...], features: dict[str, Any]
) -> dict[str, Any]:
    del module, inputs
    features["token_embeddings"] = features["token_embeddings"].float()
    return features


def _has_bf16(device: str) -> bool:
    if device == "cpu":
        found = torch.cpu.get_capabilities()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _is_plain_encoder(model: SentenceTransformer) -> bool:
    """Whether tokens go in and token vectors come out, so that we may batch by tokens ourselves.

    Static embeddings, images and models which leave their prompt out of the pooling do not; they
    go through sentence-transformers' own `encode`.
    """
    first = model[0]
    return (
        isinstance(first, Transformer)
        and first.module_output_name == "token_embeddings"
        and getattr(model.tokenizer, "is_fast", False)
        and model.tokenizer.pad_token_id is not None
        and all(module.include_prompt for module in model if isinstance(module, Pooling))
    )


def _length(model: SentenceTransformer) -> int:
    """The most tokens that the model reads at once."""
    length = model.max_seq_length or DEFAULT_LENGTH
    return min(int(length), MAX_LENGTH)
