"""Only what is new is embedded."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding import TextKind
from corpus.embedding_cache import (
    CachedEmbeddings,
    EmbeddingCache,
    embed_passages_cached,
    text_digest,
)
from corpus.errors import EmbeddingError


@pytest.fixture
def cache(tmp_path: Path):
    made = EmbeddingCache(tmp_path / "cache" / "embeddings.sqlite")
    yield made
    made.close()


def test_kept_vectors_come_back_to_the_bit(cache: EmbeddingCache) -> None:
    vectors = np.array([[0.1, -1.0, 3e-8], [1.0, 0.0, 0.5]], dtype=np.float32)
    digests = [text_digest("a"), text_digest("b")]
    cache.keep("m", TextKind.PASSAGE, digests, vectors)
    found = cache.find("m", TextKind.PASSAGE, [*digests, text_digest("c")])
    assert set(found) == set(digests)
    for digest, vector in zip(digests, vectors, strict=True):
        np.testing.assert_array_equal(found[digest], vector)
    assert cache.find("m", TextKind.QUERY, digests) == {}
    assert cache.find("n", TextKind.PASSAGE, digests) == {}


def test_more_texts_than_sqlite_takes_at_once_are_found(cache: EmbeddingCache) -> None:
    digests = [text_digest(str(n)) for n in range(1203)]
    vectors = np.arange(1203, dtype=np.float32)[:, None]
    cache.keep("m", TextKind.PASSAGE, digests, vectors)
    found = cache.find("m", TextKind.PASSAGE, digests)
    assert [float(found[digest][0]) for digest in digests] == list(range(1203))


def test_only_misses_are_embedded_and_the_order_is_kept(cache, wheel_embeddings) -> None:
    done: list[int] = []
    texts = ["REK godkjenner.", "Kommunen støtter.", "REK godkjenner.", ""]
    first = embed_passages_cached(texts, wheel_embeddings, cache, done.append)
    np.testing.assert_allclose(first, wheel_embeddings.encode_passages(texts), atol=2e-3)
    np.testing.assert_array_equal(first[0], first[2])
    assert sum(done) == 4
    cached = CachedEmbeddings(wheel_embeddings, cache)
    done.clear()
    again = cached.encode_units([*reversed(texts), "ny"], False, done.append)
    np.testing.assert_array_equal(again[:4], first[::-1])
    assert cached.embedded == 1
    assert sum(done) == 5
    assert cached.fingerprint == wheel_embeddings.fingerprint


def test_queries_and_passages_are_kept_apart(cache, wheel_embeddings) -> None:
    cached = CachedEmbeddings(wheel_embeddings, cache)
    query = cached.encode_units(["REK"], True, int)
    passage = cached.encode_units(["REK"], False, int)
    assert cached.embedded == 2
    assert not np.array_equal(query, passage)


def test_windows_are_kept_one_by_one(cache, wheel_embeddings, monkeypatch) -> None:
    monkeypatch.setattr("corpus.embedding_cache.WINDOW_TEXTS", 3)
    parts = CachedEmbeddings(wheel_embeddings, cache).stream(
        (f"Tiltak {n}" for n in range(8)), TextKind.PASSAGE
    )
    assert len(next(parts)) == 3
    # An ingest that is killed now has lost nothing.
    kept = cache.find(
        wheel_embeddings.fingerprint,
        TextKind.PASSAGE,
        [text_digest(f"Tiltak {n}") for n in range(8)],
    )
    assert len(kept) == 3
    assert [len(part) for part in parts] == [3, 2]


def test_no_texts_give_no_vectors(cache, wheel_embeddings) -> None:
    assert embed_passages_cached(iter([]), wheel_embeddings, cache).shape == (0, 384)


def test_other_models_can_be_forgotten(cache: EmbeddingCache) -> None:
    vector = np.ones((1, 2), dtype=np.float32)
    for model in ("old", "new"):
        cache.keep(model, TextKind.PASSAGE, [text_digest("a")], vector)
    assert cache.forget_others("new") == 1
    assert len(cache.find("new", TextKind.PASSAGE, [text_digest("a")])) == 1


def test_two_processes_can_share_the_file(cache: EmbeddingCache) -> None:
    other = EmbeddingCache(cache.path)
    other.keep("m", TextKind.QUERY, [text_digest("a")], np.ones((1, 2), dtype=np.float32))
    assert len(cache.find("m", TextKind.QUERY, [text_digest("a")])) == 1
    other.close()


def test_a_file_of_another_version_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE vectors (old TEXT)")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    cache = EmbeddingCache(path)
    assert cache.find("m", TextKind.QUERY, [text_digest("a")]) == {}
    cache.close()


def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    path.write_bytes(b"not a database, and longer than its header is " * 40)
    with pytest.raises(EmbeddingError, match="remove the file"):
        EmbeddingCache(path)
