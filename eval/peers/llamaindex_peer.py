"""LlamaIndex, as its starter tutorial builds it: a VectorStoreIndex with the default splitter.

Source: https://docs.llamaindex.ai/en/stable/getting_started/starter_example_local/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.embeddings import Embeddings
from llama_index.core import (  # type: ignore[import-not-found,unused-ignore]
    Document,
    VectorStoreIndex,
)
from llama_index.embeddings.langchain import (  # type: ignore[import-not-found,unused-ignore]
    LangchainEmbedding,
)

from eval.peers.peer import Retrieved
from eval.system import SourceText


class LlamaIndex:
    """SentenceSplitter's defaults (1,024 tokens, 200 overlapping) in the in-memory store."""

    name = "LlamaIndex"
    setup = "SentenceSplitter 1024/200 tokens"

    def __init__(self) -> None:
        self._index: Any = None

    def index(self, texts: Sequence[SourceText], embeddings: Embeddings) -> int:
        """Cut, embed and store the texts; returns the number of chunks."""
        documents = [Document(text=t.text, metadata={"document_id": t.id}) for t in texts]
        self._index = VectorStoreIndex.from_documents(
            documents, embed_model=LangchainEmbedding(embeddings)
        )
        return len(self._index.docstore.docs)

    def retrieve(self, question: str, k: int) -> Sequence[Retrieved]:
        """The `k` nearest chunks."""
        return [
            Retrieved(
                document_id=found.node.metadata["document_id"],
                text=found.node.get_content(),
                score=float(found.score or 0),
            )
            for found in self._index.as_retriever(similarity_top_k=k).retrieve(question)
        ]
