"""The only place that makes real objects: models, index, chain. Everything else is handed them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date

from assistant.abstention import AbstentionModel, SignalReader, bundled_abstention
from assistant.answering import AnswerChain, Ask, new_id
from assistant.answers import AnswerJson, PassageJson
from assistant.commitment_tool import CommitmentTool
from assistant.extractive import Extractor
from assistant.generation import Generator, make_chat_model
from assistant.library import Library
from assistant.query import Query, QueryMaker
from assistant.ranking import RankingModel, bundled_ranking
from assistant.reader import Reader, make_reader
from assistant.register_answers import RegisterAnswerer
from assistant.retrieval import HybridRetriever, HybridSearch, Reranker
from assistant.settings import AssistantSettings
from assistant.validity_answers import ValidityAnswerer
from corpus.embedding import EmbeddingModel
from corpus.errors import EmbeddingError, SettingsError
from corpus.home import Home
from corpus.index import SearchIndex
from corpus.language import Language
from corpus.settings import CorpusSettings

logger = logging.getLogger(__name__)


def embedding_model(
    settings: CorpusSettings, on_progress: Callable[[str], None] | None = None
) -> EmbeddingModel:
    """The embedding model that the settings name."""
    return EmbeddingModel(
        model=settings.embedding_model,
        home=settings.home,
        device=settings.embedding_device,
        backend=settings.embedding_backend,
        on_progress=on_progress,
    )


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder as reranker."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(name)
        except (OSError, ValueError) as exc:
            raise EmbeddingError(
                f"Cannot load the cross-encoder '{name}': {exc}. Name a folder, or unset "
                "STIFINNER_RERANKER."
            ) from exc

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A relevance for each text."""
        return [float(v) for v in self._model.predict([(question, text) for text in texts])]


class Assistant:
    """An opened index with its chain: what the CLI, the page and the evaluation use."""

    def __init__(
        self,
        index: SearchIndex,
        make_query: QueryMaker,
        settings: AssistantSettings,
        *,
        ranking: RankingModel | None = None,
        abstention: AbstentionModel | None = None,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
        llm: str | None = None,
    ) -> None:
        self.index = index
        self.library = Library(index)
        self.settings = settings
        self._make_query = make_query
        self.search_engine = HybridSearch(
            index,
            ranking or bundled_ranking(),
            candidates=settings.candidates,
            use_questions=settings.use_questions,
            reranker=reranker,
        )
        spec = llm or settings.llm
        model = make_chat_model(settings, spec) if spec else None
        generator = (
            Generator(model, budget_tokens=settings.llm_budget_tokens, max_words=settings.max_words)
            if model
            else None
        )
        self.signal_reader = SignalReader(
            index, use_questions=settings.use_questions, reader=reader
        )
        self.register = RegisterAnswerer(
            index, self.library, CommitmentTool(model) if model else None
        )
        self.chain = AnswerChain(
            index=index,
            library=self.library,
            make_query=make_query,
            search=self.search_engine,
            signal_reader=self.signal_reader,
            abstention=(abstention or bundled_abstention()).for_embedding(index.embedding_model),
            extractor=Extractor(self.library.document, self.library.passage, settings.max_words),
            register=self.register,
            validity=ValidityAnswerer(self.library),
            generator=generator,
            model_name=spec,
        )

    def make_query(self, text: str, language: Language | None = None) -> Query:
        """The query of a stand-alone question."""
        return self._make_query(text, language)

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        as_of: date | None = None,
        k: int | None = None,
        question_id: str | None = None,
        on_piece: Callable[[str], None] | None = None,
    ) -> AnswerJson:
        """The checked answer to one question."""
        if self.settings.log_questions:
            logger.info("question: %s", question)
        ask = Ask(
            question=question,
            history=tuple(history),
            document_ids=tuple(document_ids),
            as_of=as_of or date.today(),
            k=k or self.settings.k,
            id=question_id or new_id(),
        )
        return self.chain.answer(ask) if on_piece is None else self.chain.stream(ask, on_piece)

    def search(
        self, question: str, k: int = 10, document_ids: Sequence[str] = ()
    ) -> list[PassageJson]:
        """The ranked passages alone."""
        if not any(character.isalnum() for character in question):
            return []
        ranking = self.search_engine.rank(self._make_query(question), k, document_ids)
        return [PassageJson.of(hit) for hit in ranking.hits]

    def retriever(self, k: int = 10) -> HybridRetriever:
        """The search as a LangChain retriever."""
        return HybridRetriever(search=self.search_engine, make_query=self._make_query, k=k)

    def close(self) -> None:
        """Let an ingest sweep the snapshot."""
        self.index.close()


def open_assistant(
    corpus: CorpusSettings, settings: AssistantSettings, *, llm: str | None = None
) -> Assistant:
    """The assistant on the served snapshot.

    Raises:
        NoIndexError: nothing is indexed yet.
        FingerprintError: the index was made with another embedding model.
        GenerationError: the chat model cannot be made.
    """
    model = embedding_model(corpus)
    embeddings = model.light()
    index = SearchIndex.open(Home(corpus.home), embeddings, corpus.chroma_url)
    reranker = CrossEncoderReranker(settings.reranker) if settings.reranker else None
    return Assistant(
        index,
        QueryMaker(embeddings.embed_query),
        settings,
        reranker=reranker,
        reader=make_reader(model),
        llm=llm,
    )


def known_document_ids(assistant: Assistant, wanted: Sequence[str]) -> tuple[str, ...]:
    """The document ids of a filter.

    Raises:
        SettingsError: one of them is not indexed.
    """
    for name in wanted:
        if name not in assistant.library.infos:
            known = ", ".join(assistant.library.infos)
            raise SettingsError(f"No document '{name}' is indexed; there are: {known}.")
    return tuple(wanted)
