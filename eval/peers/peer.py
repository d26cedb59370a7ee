"""What a peer must do, and how its passages become an answer that `eval.scoring` can measure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from langchain_core.embeddings import Embeddings

from assistant.answers import AnswerJson, PassageJson, TimingsJson
from eval.system import SourceText

K = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A passage as a peer returns it; a higher score is better."""

    document_id: str
    text: str
    score: float


class Peer(Protocol):
    """One framework's tutorial pipeline."""

    name: str
    setup: str

    def index(self, texts: Sequence[SourceText], embeddings: Embeddings) -> int:
        """Cut, embed and store the texts; returns the number of chunks."""
        ...

    def retrieve(self, question: str, k: int) -> Sequence[Retrieved]:
        """The `k` best chunks, best first."""
        ...


class SharedEmbeddings(Embeddings):
    """One embedding model for all: the engine for bulk indexes, the engine for one query asks.

    Both hold the same weights; every peer gets the faster engine for each side, as Stifinner does.
    """

    def __init__(self, bulk: Embeddings, light: Embeddings) -> None:
        self._bulk = bulk
        self._light = light

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in order."""
        return self._bulk.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """The vector of one question."""
        return self._light.embed_query(text)


class PeerAnswerer:
    """A peer as an answerer: its passages in rank order, which are also the text of its answer.

    A tutorial pipeline answers by a language model only. Without one, the best that it can show is
    what it retrieved, so fact recall reads its passages from the first on, up to the same number of
    words as of any answer. It has no follow-ups: the question is asked without its history.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def ask(
        self, question: str, history: Sequence[str] = (), document_ids: Sequence[str] = ()
    ) -> AnswerJson:
        """The retrieved passages in the shape of an answer."""
        del history, document_ids
        started = time.perf_counter()
        found = self._peer.retrieve(question, K)
        spent_ms = (time.perf_counter() - started) * 1000
        return AnswerJson(
            id="",
            question=question,
            standalone_question=question,
            language="nb",
            answered=True,
            answer="\n".join(one.text for one in found),
            citations=[],
            passages=[
                PassageJson(
                    rank=rank,
                    passage_id=f"{self._peer.name}-{rank}",
                    document_id=one.document_id,
                    section=[],
                    page=None,
                    text=one.text,
                    score=one.score,
                )
                for rank, one in enumerate(found, start=1)
            ],
            notes=[],
            mode="extractive",
            model=None,
            index=self._peer.name,
            timings_ms=TimingsJson(retrieve=spent_ms, answer=0, total=spent_ms),
        )
