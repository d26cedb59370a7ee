"""The units' vectors: Chroma finds candidates, a memory-mapped matrix scores them exactly.

Chroma (embedded in the snapshot's folder, or a server by URL) holds every unit and answers the
nearest ones: passages, sentences and windows in one collection, the questions beside passages in
another, since a condition on the kind costs ten times the search itself. It returns only the best,
while fusing and reranking need the exact score of every unit of a candidate passage. So the same
vectors also lie in `vectors.npy` in unit order; the units of one passage are neighbours there, and
a candidate costs one slice.

Where a collection has a map of its own (corpus/adaptation.py), `adapted.npy` holds the same units
through it. Chroma keeps the model's own vectors: a new map at every ingest would rewrite all of
them, and what the map brings nearer is mostly found by one of the two sides anyway.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlparse

import numpy as np
import numpy.typing as npt

from corpus.adaptation import adapt
from corpus.errors import IndexUnavailableError, SettingsError
from corpus.register import UnitKind

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

Vectors = npt.NDArray[np.float32]
KINDS = tuple(UnitKind)
TEXT_KINDS = tuple(kind for kind in KINDS if kind is not UnitKind.QUESTION)
QUESTION_KIND = np.uint8(KINDS.index(UnitKind.QUESTION))
NO_KIND = np.uint8(255)
COLLECTION_PREFIX = "stifinner-"
OWNER = "stifinner-home"
EMBEDDED_COLLECTION = "stifinner-units"
QUESTIONS_SUFFIX = "-questions"
CHROMA_FOLDER = "chroma"
MAP_FILE = "map.npy"
ADAPTED_FILE = "adapted.npy"
ADD_BATCH = 1000
SEARCH_EF = 2000  # candidates the graph walk keeps: nearly exact (recall 0.9999), so that answers
# do not depend on the order in which an index came about


class ChromaUnit(Protocol):
    """What Chroma is given of a unit."""

    id: str
    text: str


def connect(folder: Path, url: str | None) -> ClientAPI:
    """A Chroma client on the snapshot's own folder, or on a server.

    Raises:
        IndexUnavailableError: the server does not answer.
        SettingsError: the URL has no host.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if url is None:
        return chromadb.PersistentClient(path=str(folder / CHROMA_FOLDER), settings=settings)
    parts = urlparse(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"chroma_url '{url}': write it as http://host:port.")
    try:
        return chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=settings,
        )
    except ValueError as exc:  # chromadb raises ValueError when the server cannot be reached
        raise IndexUnavailableError(
            f"The Chroma server at {url} does not answer; start it, or unset STIFINNER_CHROMA_URL."
        ) from exc


def collection_names(snapshot_id: str, url: str | None) -> tuple[str, str]:
    """The collections of texts and of questions; those on a server are named by the snapshot."""
    texts = EMBEDDED_COLLECTION if url is None else f"{COLLECTION_PREFIX}{snapshot_id}"
    return texts, texts + QUESTIONS_SUFFIX


class ChromaWriter:
    """Brings a collection to exactly the wanted units, touching only what differs.

    `owner` names the home that the collection belongs to; "" for none.
    """

    def __init__(self, client: ClientAPI, name: str, owner: str = "") -> None:
        self._collection = client.get_or_create_collection(
            name,
            metadata={OWNER: owner} if owner else None,
            configuration={"hnsw": {"space": "ip", "ef_search": SEARCH_EF}},
            embedding_function=None,
        )
        self.written = 0

    def existing_ids(self) -> set[str]:
        """Ids that the collection holds."""
        ids: set[str] = set()
        while True:
            page = self._collection.get(include=[], limit=50_000, offset=len(ids))["ids"]
            ids.update(page)
            if not page:
                return ids

    def remove(self, ids: Sequence[str]) -> None:
        """Delete units."""
        for first in range(0, len(ids), ADD_BATCH):
            part = list(ids[first : first + ADD_BATCH])
            self._collection.delete(ids=part)
            self.written += len(part)

    def add(
        self,
        ids: Sequence[str],
        texts: Sequence[str],
        metadatas: Sequence[dict[str, Any]],
        vectors: Vectors,
    ) -> None:
        """Add units; all sequences are as long as `vectors` has rows."""
        for first in range(0, len(ids), ADD_BATCH):
            part = slice(first, first + ADD_BATCH)
            self._collection.add(
                ids=list(ids[part]),
                documents=list(texts[part]),
                metadatas=list(metadatas[part]),
                embeddings=vectors[part],
            )
        self.written += len(ids)


def copy_embedded(previous: Path, staging: Path) -> bool:
    """Start a new embedded database from the previous snapshot's; False when there is none."""
    source = previous / CHROMA_FOLDER
    if not source.is_dir():
        return False
    shutil.copytree(source, staging / CHROMA_FOLDER)
    return True


def drop_stale_collections(client: ClientAPI, owner: str, keep: Iterable[str]) -> None:
    """Delete a home's collections on a server, except those named; other homes keep theirs."""
    kept = set(keep)
    for collection in client.list_collections():
        owned = (collection.metadata or {}).get(OWNER) == owner
        if owned and collection.name not in kept:
            client.delete_collection(collection.name)


class DenseIndex:
    """Nearest units by Chroma, exact scores of a passage's units by the matrix."""

    def __init__(self, folder: Path, snapshot_id: str, url: str | None) -> None:
        from chromadb.errors import NotFoundError

        if url is None and not (folder / CHROMA_FOLDER).is_dir():
            raise IndexUnavailableError(
                "The index's vectors lie on a Chroma server: set STIFINNER_CHROMA_URL to it, or "
                "run `stifinner ingest --rebuild`."
            )
        self._matrix: Vectors = _mapped(folder / "vectors.npy")
        self._offsets: npt.NDArray[np.int64] = np.load(folder / "offsets.npy")
        self._kinds: npt.NDArray[np.uint8] = np.load(folder / "kinds.npy")
        counts = np.bincount(self._kinds, minlength=len(KINDS))
        self._counts = {kind: int(counts[n]) for n, kind in enumerate(KINDS)}
        self._map: Vectors | None = None
        self._adapted = self._matrix
        if (folder / MAP_FILE).exists():
            self._map = np.load(folder / MAP_FILE)
            self._adapted = _mapped(folder / ADAPTED_FILE)
        try:
            client = connect(folder, url)
            self._texts, self._questions = (
                client.get_collection(name, embedding_function=None)
                for name in collection_names(snapshot_id, url)
            )
        except NotFoundError as exc:
            raise IndexUnavailableError(
                f"Chroma{'' if url is None else f' at {url}'} holds no vectors of the index "
                f"{snapshot_id}: run `stifinner ingest --rebuild`."
            ) from exc

    @property
    def unit_count(self) -> int:
        """Number of units."""
        return int(self._kinds.shape[0])

    def nearest(
        self, vector: Vectors, k: int, kinds: Sequence[UnitKind], document_ids: Sequence[str] = ()
    ) -> list[str]:
        """Ids of the `k` units nearest to `vector`, best first."""
        found: list[tuple[float, str]] = []
        for collection, held in (
            (self._texts, TEXT_KINDS),
            (self._questions, (UnitKind.QUESTION,)),
        ):
            wanted = [kind for kind in held if kind in kinds]
            count = sum(self._counts[kind] for kind in wanted)
            if not count:
                continue
            conditions: list[dict[str, Any]] = []
            if len(wanted) < len(held):
                conditions.append({"kind": {"$in": [kind.value for kind in wanted]}})
            if document_ids:
                conditions.append({"document_id": {"$in": list(document_ids)}})
            answer = collection.query(
                query_embeddings=[vector.tolist()],
                n_results=min(k, count),
                where={"$and": conditions} if len(conditions) > 1 else next(iter(conditions), None),
                include=["distances"],  # texts are read from the register
            )
            found += zip((answer["distances"] or [[]])[0], answer["ids"][0], strict=True)
        return [unit_id for _, unit_id in sorted(found)[:k]]

    def unit_rows(self, passage: int) -> range:
        """Row numbers of a passage's units."""
        return range(int(self._offsets[passage]), int(self._offsets[passage + 1]))

    def vectors(self, units: Sequence[int]) -> Vectors:
        """The model's own vectors (n, dim) of units, by their row numbers."""
        return np.asarray(self._matrix[list(units)])

    def adapt(self, vector: Vectors) -> Vectors:
        """A vector (dim,) through the collection's map; as it is where there is none."""
        return vector if self._map is None else adapt(vector, self._map)

    def score(
        self,
        vector: Vectors,
        passages: Sequence[int],
        *,
        adapted: bool = True,
        questions: bool = True,
    ) -> list[UnitScores]:
        """Exact cosine of `vector` with every unit of each passage.

        Args:
            vector: the query's (dim,), as the model gave it.
            passages: row numbers.
            adapted: compare through the collection's map.
            questions: without, the questions beside passages are units of no kind.
        """
        matrix = self._adapted if adapted else self._matrix
        wanted = self.adapt(vector) if adapted else vector
        scores = []
        for passage in passages:
            first, last = self._offsets[passage], self._offsets[passage + 1]
            kinds = self._kinds[first:last]
            if not questions:
                kinds = np.where(kinds == QUESTION_KIND, NO_KIND, kinds)
            scores.append(
                UnitScores(
                    first=int(first),
                    kinds=kinds,
                    cosines=matrix[first:last] @ wanted,
                )
            )
        return scores

    def sample(self, count: int, kind: UnitKind, *, adapted: bool = True) -> Vectors:
        """Up to `count` vectors of a kind, spread over the corpus: the background of cosines."""
        matrix = self._adapted if adapted else self._matrix
        rows = np.flatnonzero(self._kinds == KINDS.index(kind))
        if not len(rows):
            return np.zeros((0, matrix.shape[1]), dtype=np.float32)
        chosen = rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]
        return np.asarray(matrix[chosen])


def _mapped(file: Path) -> Vectors:
    """A file's array, read where it is looked at; as a plain view, which is sliced faster."""
    return np.asarray(np.load(file, mmap_mode="r"))


@dataclass(frozen=True, slots=True)
class UnitScores:
    """Cosines of one passage's units with a query; `first` is the first unit's row."""

    first: int
    kinds: npt.NDArray[np.uint8]
    cosines: Vectors

    def best(self, kind: UnitKind) -> float | None:
        """The highest cosine among units of a kind; None when there is no such unit."""
        mask = self.kinds == KINDS.index(kind)
        return float(self.cosines[mask].max()) if mask.any() else None

    def ranked(self, kind: UnitKind) -> list[tuple[int, float]]:
        """(unit row, cosine) of a kind, best first."""
        rows = np.flatnonzero(self.kinds == KINDS.index(kind))
        order = rows[np.argsort(-self.cosines[rows], kind="stable")]
        return [(self.first + int(row), float(self.cosines[row])) for row in order]
