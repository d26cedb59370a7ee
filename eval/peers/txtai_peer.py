"""txtai, as its hybrid search example builds it: BM25 beside vectors, scores averaged.

The chunks are those of LangChain's tutorial, since txtai's own splitter cuts only at blank lines
or with tables that it fetches. So the difference to LangChain's row is what its BM25 adds.

Source: https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import (  # type: ignore[import-not-found,unused-ignore]
    RecursiveCharacterTextSplitter,
)
from txtai.embeddings import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    Embeddings as TxtaiEmbeddings,
)

from eval.peers.peer import Retrieved
from eval.system import SourceText


class Txtai:
    """A hybrid index in memory; `indexing` tells questions from passages for the shared model."""

    name = "txtai"
    setup = "hybrid, 1000/200 characters"

    def __init__(self) -> None:
        self._index: Any = None
        self._chunks: list[tuple[str, str]] = []
        self._embeddings: Embeddings | None = None
        self._indexing = True

    def index(self, texts: Sequence[SourceText], embeddings: Embeddings) -> int:
        """Cut, embed and store the texts; returns the number of chunks."""
        self._embeddings = embeddings
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._chunks = [(t.id, part) for t in texts for part in splitter.split_text(t.text)]
        # txtai calls anything but a plain function once, without arguments, to get one.
        self._index = TxtaiEmbeddings(
            method="external", transform=lambda texts: self._embed(texts), hybrid=True
        )
        self._indexing = True
        self._index.index([(n, text, None) for n, (_, text) in enumerate(self._chunks)])
        self._indexing = False
        return len(self._chunks)

    def retrieve(self, question: str, k: int) -> Sequence[Retrieved]:
        """The `k` best chunks by the mean of both scores."""
        return [
            Retrieved(
                document_id=self._chunks[number][0],
                text=self._chunks[number][1],
                score=float(score),
            )
            for number, score in self._index.search(question, k)
        ]

    def _embed(self, texts: Sequence[str]) -> Any:
        if self._embeddings is None:
            raise RuntimeError("index first")
        if self._indexing:
            vectors = self._embeddings.embed_documents(list(texts))
        else:
            vectors = [self._embeddings.embed_query(text) for text in texts]
        return np.asarray(vectors, dtype=np.float32)
