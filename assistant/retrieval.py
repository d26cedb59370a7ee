"""The hybrid retriever: two sides find candidates, one linear combination ranks them.

1. A question becomes a `Query`: language, terms (its own, and low-weighted Norwegian terms that
   the glossary and synonyms add), and one vector.
2. The lexical side scores every passage in three fields (text, headings, questions beside it); the
   dense side asks Chroma for the nearest passages, sentences, windows and questions.
3. The union of both sides' best is scored exactly on all features (assistant/features.py), each
   feature is made a z score over the candidates, and the weighted sum ranks them. Plain reciprocal
   rank fusion loses clearly here, since the sides are of unequal strength (docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.document_names import Mention
from assistant.features import FEATURES, Candidates, Titles, extract
from assistant.query import Query
from assistant.ranking import RankingModel
from corpus.index import SearchIndex
from corpus.records import Hit, Passage
from corpus.register import UnitKind
from corpus.vectors import TEXT_KINDS, UnitScores, Vectors

NEAREST_TEXT_UNITS = 300
NEAREST_QUESTION_UNITS = 200
RERANK_DEPTH = 20


class Reranker(Protocol):
    """A cross-encoder, for those who have one."""

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A relevance for each text; higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Hits in rank order, the exact unit scores behind them, and the features of all candidates.

    `features` is (candidates, FEATURES) before z scoring, in the order of `hits`.
    """

    query: Query
    hits: tuple[Hit, ...]
    rows: tuple[int, ...]
    units: dict[int, UnitScores]
    features: np.ndarray[Any, np.dtype[np.float32]]

    @property
    def scores(self) -> list[float]:
        """Fused scores, best first; comparable within this ranking only."""
        return [hit.score for hit in self.hits]


@dataclass(slots=True)
class PassageStore:
    """Passages by row, read from the register once."""

    index: SearchIndex
    _known: dict[int, Passage] = field(default_factory=dict)

    def get(self, rows: Sequence[int]) -> list[Passage]:
        """Passages in the order of `rows`."""
        missing = [row for row in rows if row not in self._known]
        if missing:
            self._known.update(self.index.register.passages(missing))
        return [self._known[row] for row in rows]


class HybridSearch:
    """Finds and ranks passages for a query."""

    def __init__(
        self,
        index: SearchIndex,
        model: RankingModel,
        *,
        candidates: int,
        use_questions: bool,
        reranker: Reranker | None = None,
    ) -> None:
        self.index = index
        self._model = model
        self._candidates = candidates
        self._use_questions = use_questions
        self._reranker = reranker
        self._store = PassageStore(index)
        self._titles = Titles(s.info for s in index.register.summaries())

    def rank(self, query: Query, k: int, document_ids: Sequence[str] = ()) -> Ranking:
        """The `k` best passages; fewer when the documents hold fewer. Ties keep document order."""
        lexical = self._lexical(query)
        rows = self._candidate_rows(query, lexical, document_ids)
        if not rows:
            empty = np.zeros((0, len(FEATURES)), dtype=np.float32)
            return Ranking(query=query, hits=(), rows=(), units={}, features=empty)
        passages = self._store.get(rows)
        # The map was learnt from the questions beside passages: it is theirs to take out too.
        units = self.index.dense.score(
            query.vector, rows, adapted=self._use_questions, questions=self._use_questions
        )
        held = self.index.lexical.matched_share(query.terms, ("passage", "context"))
        candidates = Candidates(
            rows=rows,
            passages=passages,
            units=units,
            lexical={name: scores[rows] for name, scores in (lexical | {"held": held}).items()},
        )
        features = extract(query, candidates, self._titles)
        scores = self._model.score(features, query.language)
        order = np.argsort(-scores, kind="stable")
        if self._reranker is not None:
            order = self._reranked(query, passages, order)
        order = order[: max(k, 1)]
        hits = tuple(
            Hit(
                passage=passages[n],
                rank=rank,
                score=float(scores[n]),
                features=dict(zip(FEATURES, map(float, features[n]), strict=True)),
            )
            for rank, n in enumerate(map(int, order), start=1)
        )
        return Ranking(
            query=query,
            hits=hits,
            rows=tuple(rows[int(n)] for n in order),
            units={rows[int(n)]: units[int(n)] for n in order},
            features=features[order],
        )

    def mentions(self, query: Query) -> list[Mention]:
        """Where a question names which document."""
        return self._titles.mentions(query)

    def _lexical(self, query: Query) -> dict[str, Vectors]:
        index = self.index.lexical
        scores = {
            "passage": index.scores(query.terms, {"passage": 1.0}),
            "context": index.scores(query.terms, {"context": 1.0}),
            "expanded": index.scores(query.added_terms, {"passage": 1.0, "context": 0.3}),
        }
        if self._use_questions:
            scores["questions"] = index.scores(query.terms, {"questions": 1.0})
        return scores

    def _candidate_rows(
        self, query: Query, lexical: dict[str, Vectors], document_ids: Sequence[str]
    ) -> list[int]:
        allowed = set(self.index.register.rows_of_documents(document_ids)) if document_ids else None
        rows: dict[int, None] = {}
        for scores in lexical.values():
            limited = scores
            if allowed is not None:
                limited = np.full_like(scores, -1)
                chosen = sorted(allowed)
                limited[chosen] = scores[chosen]
            best = np.argsort(-limited, kind="stable")[: self._candidates]
            rows.update(dict.fromkeys(int(row) for row in best if limited[row] > 0))
        nearest = self.index.dense.nearest(
            query.vector, NEAREST_TEXT_UNITS, TEXT_KINDS, document_ids
        )
        if self._use_questions:
            nearest += self.index.dense.nearest(
                query.vector, NEAREST_QUESTION_UNITS, [UnitKind.QUESTION], document_ids
            )
        rows.update(dict.fromkeys(self.index.register.passage_rows_of_units(nearest)))
        return sorted(rows)

    def _reranked(
        self, query: Query, passages: Sequence[Passage], order: Vectors | Any
    ) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The best few in the cross-encoder's order, the rest as they were."""
        assert self._reranker is not None
        head = [int(n) for n in order[:RERANK_DEPTH]]
        relevance = self._reranker.score(query.text, [passages[n].readable for n in head])
        best_first = [n for _, n in sorted(zip(relevance, head, strict=True), key=lambda p: -p[0])]
        return np.asarray(best_first + [int(n) for n in order[RERANK_DEPTH:]], dtype=np.int64)


class HybridRetriever(BaseRetriever):
    """The search as a LangChain retriever: passages as documents with their ids and places."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: HybridSearch
    make_query: Callable[[str], Query]
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        del run_manager
        ranking = self.search.rank(self.make_query(query), self.k)
        return [as_langchain(hit) for hit in ranking.hits]


def as_langchain(hit: Hit) -> LangChainDocument:
    """A hit as LangChain sees it."""
    passage = hit.passage
    return LangChainDocument(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "section": list(passage.section),
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
            "rank": hit.rank,
        },
    )
