"""LangChain with Chroma, as its RAG tutorial builds it: 1,000 characters a chunk, 200 overlapping.

Source: https://docs.langchain.com/oss/python/langchain/rag
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import (  # type: ignore[import-not-found,unused-ignore]
    RecursiveCharacterTextSplitter,
)

from eval.peers.peer import Retrieved
from eval.system import SourceText


class LangChainChroma:
    """RecursiveCharacterTextSplitter into an in-memory Chroma collection."""

    name = "LangChain + Chroma"
    setup = "RecursiveCharacterTextSplitter 1000/200 characters"

    def __init__(self) -> None:
        self._store: Chroma | None = None

    def index(self, texts: Sequence[SourceText], embeddings: Embeddings) -> int:
        """Cut, embed and store the texts; returns the number of chunks."""
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        whole = [Document(page_content=t.text, metadata={"document_id": t.id}) for t in texts]
        chunks = splitter.split_documents(whole)
        self._store = Chroma.from_documents(chunks, embeddings, collection_name="peer")
        return len(chunks)

    def retrieve(self, question: str, k: int) -> Sequence[Retrieved]:
        """The `k` nearest chunks."""
        if self._store is None:
            raise RuntimeError("index first")
        return [
            Retrieved(
                document_id=found.metadata["document_id"], text=found.page_content, score=-distance
            )
            for found, distance in self._store.similarity_search_with_score(question, k=k)
        ]
