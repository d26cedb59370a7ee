"""Vectors kept by content, so that an ingest embeds only what it has not met before.

One SQLite file; a vector's key is the model's fingerprint, the kind of text and the text's SHA-256.
Texts themselves are not kept. What a killed ingest has embedded so far is found by the next one.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from corpus.embedding import TextEmbeddings, TextKind, Vectors
from corpus.errors import EmbeddingError

CACHE_FILE = "embeddings.sqlite"
# Raised when the table changes; a file of another version is emptied, for it is only a cache.
CACHE_VERSION = 1
WINDOW_TEXTS = 2048
# SQLite before 3.32 takes at most 999 parameters in a statement.
LOOKUP_BATCH = 500
BUSY_TIMEOUT_S = 60

SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    text_sha256 BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, kind, text_sha256)
)
"""


class EmbeddingCache:
    """A file of vectors. Use it from one thread at a time; several processes may share the file.

    Args:
        path: the file; made with its folder if missing.

    Raises:
        EmbeddingError: the file cannot be opened or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._mapped_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        with self._connection:
            if version != CACHE_VERSION:
                self._connection.execute("DROP TABLE IF EXISTS vectors")
                self._connection.execute(f"PRAGMA user_version = {CACHE_VERSION}")
            self._connection.execute(SCHEMA)

    def find(self, model: str, kind: TextKind, digests: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The vectors (dim,) of those texts that are kept, by their `text_digest`."""
        found = {}
        remaining = iter(digests)
        with self._mapped_errors():
            while batch := list(islice(remaining, LOOKUP_BATCH)):
                marks = ",".join("?" * len(batch))
                rows = self._connection.execute(
                    "SELECT text_sha256, vector FROM vectors "
                    f"WHERE model = ? AND kind = ? AND text_sha256 IN ({marks})",
                    (model, kind.value, *batch),
                )
                for digest, vector in rows:
                    found[digest] = np.frombuffer(vector, dtype="<f4").astype(np.float32)
        return found

    def keep(self, model: str, kind: TextKind, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Keep one vector a digest, in one transaction; a vector already kept is replaced."""
        rows = (
            (model, kind.value, digest, vector.astype("<f4").tobytes())
            for digest, vector in zip(digests, vectors, strict=True)
        )
        with self._mapped_errors(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def forget_others(self, model: str) -> int:
        """Drop the vectors of all models but this one, free their space; returns how many."""
        with self._mapped_errors():
            with self._connection:
                cursor = self._connection.execute("DELETE FROM vectors WHERE model != ?", (model,))
            self._connection.execute("VACUUM")
        return cursor.rowcount

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise EmbeddingError(
                f"The embedding cache {self.path} cannot be used ({error}): make room on the disk, "
                "or remove the file; it will be made again."
            ) from error


class CachedEmbeddings:
    """Embeddings with the cache in front, as an index takes them.

    Attributes:
        embedded: how many texts were embedded so far because the cache did not hold them.
    """

    def __init__(self, embeddings: TextEmbeddings, cache: EmbeddingCache) -> None:
        self._embeddings = embeddings
        self._cache = cache
        self.embedded = 0

    @property
    def fingerprint(self) -> str:
        """That of the embeddings behind the cache."""
        return self._embeddings.fingerprint

    def encode_units(
        self, texts: Iterable[str], as_queries: bool, on_batch: Callable[[int], None]
    ) -> Vectors:
        """Vectors (n, dim) in the order of `texts`; see `stream`."""
        kind = TextKind.QUERY if as_queries else TextKind.PASSAGE
        parts = [np.empty((0, self._embeddings.dimension), dtype=np.float32)]
        parts.extend(self.stream(texts, kind, on_batch))
        return np.concatenate(parts)

    def stream(
        self, texts: Iterable[str], kind: TextKind, on_batch: Callable[[int], None] | None = None
    ) -> Iterator[Vectors]:
        """Vectors in order, at most 2,048 at a time; only so many texts and vectors are held.

        Args:
            texts: read once, so an iterator will do.
            kind: chooses the prefix.
            on_batch: is given the number of texts done since its last call, kept ones included.
        """
        remaining = iter(texts)
        while window := list(islice(remaining, WINDOW_TEXTS)):
            yield self._window(window, kind, on_batch)

    def _window(
        self, texts: Sequence[str], kind: TextKind, on_batch: Callable[[int], None] | None
    ) -> Vectors:
        model = self.fingerprint
        digests = [text_digest(text) for text in texts]
        vectors = self._cache.find(model, kind, dict.fromkeys(digests))
        missing = {
            digest: text
            for digest, text in zip(digests, texts, strict=True)
            if digest not in vectors
        }
        if on_batch and len(texts) > len(missing):
            on_batch(len(texts) - len(missing))
        if missing:
            fresh = self._embeddings.encode(missing.values(), kind, on_batch)
            self._cache.keep(model, kind, list(missing), fresh)
            self.embedded += len(missing)
            vectors.update(zip(missing, fresh, strict=True))
        return np.stack([vectors[digest] for digest in digests])


def text_digest(text: str) -> bytes:
    """The SHA-256 of a text, which the cache knows it by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def embed_passages_cached(
    texts: Iterable[str],
    embeddings: TextEmbeddings,
    cache: EmbeddingCache,
    on_progress: Callable[[int], None] | None = None,
) -> Vectors:
    """Vectors (n, dim) of passages in order; only those that the cache lacks are embedded.

    Args:
        texts: read once, so an iterator will do.
        embeddings: what embeds the missing ones.
        cache: is searched first and keeps the new ones, window by window.
        on_progress: is given the number of texts done since its last call.
    """
    parts = [np.empty((0, embeddings.dimension), dtype=np.float32)]
    parts.extend(CachedEmbeddings(embeddings, cache).stream(texts, TextKind.PASSAGE, on_progress))
    return np.concatenate(parts)
