"""Haystack, as its preprocessing tutorial builds it: 150 words a chunk, 50 overlapping.

Source: https://haystack.deepset.ai/tutorials/30_file_type_preprocessing_index_pipeline
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from haystack import Document  # type: ignore[import-not-found,unused-ignore]
from haystack.components.preprocessors import (  # type: ignore[import-not-found,unused-ignore]
    DocumentCleaner,
    DocumentSplitter,
)
from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found,unused-ignore]
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import (  # type: ignore[import-not-found,unused-ignore]
    InMemoryDocumentStore,
)
from langchain_core.embeddings import Embeddings

from eval.peers.peer import Retrieved
from eval.system import SourceText


class Haystack:
    """DocumentCleaner and DocumentSplitter into the in-memory store, cosine similarity."""

    name = "Haystack"
    setup = "DocumentSplitter 150/50 words"

    def __init__(self) -> None:
        self._store: Any = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._retriever: Any = InMemoryEmbeddingRetriever(self._store)
        self._embeddings: Embeddings | None = None

    def index(self, texts: Sequence[SourceText], embeddings: Embeddings) -> int:
        """Cut, embed and store the texts; returns the number of chunks."""
        self._embeddings = embeddings
        whole = [Document(content=t.text, meta={"document_id": t.id}) for t in texts]
        splitter = DocumentSplitter(split_by="word", split_length=150, split_overlap=50)
        splitter.warm_up()
        cleaned = DocumentCleaner().run(documents=whole)["documents"]
        chunks = splitter.run(documents=cleaned)["documents"]
        vectors = embeddings.embed_documents([chunk.content for chunk in chunks])
        self._store.write_documents(
            [replace(chunk, embedding=v) for chunk, v in zip(chunks, vectors, strict=True)]
        )
        return len(chunks)

    def retrieve(self, question: str, k: int) -> Sequence[Retrieved]:
        """The `k` nearest chunks."""
        if self._embeddings is None:
            raise RuntimeError("index first")
        vector = self._embeddings.embed_query(question)
        return [
            Retrieved(
                document_id=found.meta["document_id"],
                text=found.content,
                score=float(found.score),
            )
            for found in self._retriever.run(query_embedding=vector, top_k=k)["documents"]
        ]
