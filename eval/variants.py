"""Stifinner with one part taken out or made plain, so that what the part brings can be measured.

The assistant is opened as users have it and its chain put together anew with one collaborator
exchanged; `assistant` itself knows nothing of this. Ranking variants exchange the search, answer
variants the writers. Where a part cannot be had without, the plainest usual thing takes its place:
raw words for the analysed ones, reciprocal ranks for the weighted sum.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from assistant.abstention import AbstentionModel, bundled_abstention
from assistant.answering import AnswerChain, Ask, new_id
from assistant.answers import AnswerJson
from assistant.build import Assistant
from assistant.citations import Citer
from assistant.extractive import Draft, Extractor, Side
from assistant.features import FEATURES, Matrix
from assistant.query import Query, QueryMaker
from assistant.ranking import RankingModel, bundled_ranking
from assistant.register_answers import RegisterAnswer, RegisterAnswerer
from assistant.retrieval import HybridSearch, Ranking
from assistant.validity_answers import ValidityAnswerer
from corpus.analysis import analyse, is_gram, split_words
from corpus.glossary import expand_english, expand_synonyms
from corpus.index import SearchIndex
from corpus.language import Language
from corpus.lexical import LexicalIndex
from corpus.lexical_writer import LexicalWriter
from corpus.records import Passage
from corpus.register import UnitKind
from corpus.vectors import DenseIndex, UnitScores, Vectors
from eval.system import Answerer, SettingValue

RRF_K = 60  # Cormack, Clarke & Büttcher (2009)
GROUPS = ("no", "en", "plain", "plain-en")  # of weights, as in assistant/data/ranking.json
TWO_LISTS = {"lexical_passage": 1.0, "dense_passage": 1.0}
PASSAGE_BATCH = 500
SMALL_UNITS = (UnitKind.SENTENCE, UnitKind.WINDOW)
Weights = Mapping[str, Mapping[str, float]]
TermsOf = Callable[[str, Language], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One row of the ablation: a name for its run, what is taken out, and how.

    `settings` are set where a setting does it; `build` makes the answerer of an opened assistant.
    """

    name: str
    says: str
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    build: Callable[[Assistant], Answerer] = lambda assistant: assistant


class ChainAnswerer:
    """A chain as an answerer, asked with the settings of the assistant it was made from."""

    def __init__(self, chain: AnswerChain, k: int) -> None:
        self._chain = chain
        self._k = k

    def ask(
        self, question: str, history: Sequence[str] = (), document_ids: Sequence[str] = ()
    ) -> AnswerJson:
        """The chain's answer as of today."""
        return self._chain.answer(
            Ask(
                question=question,
                history=tuple(history),
                document_ids=tuple(document_ids),
                as_of=date.today(),
                k=self._k,
                id=new_id(),
            )
        )


def rebuilt(assistant: Assistant, **exchanged: Any) -> ChainAnswerer:
    """The assistant's chain with some collaborators of `AnswerChain` exchanged, by name.

    Without any it answers as the assistant does; a language model is left out.
    """
    library, settings = assistant.library, assistant.settings
    collaborators: dict[str, Any] = {
        "make_query": assistant.make_query,
        "search": assistant.search_engine,
        "abstention": bundled_abstention(),
        "extractor": Extractor(library.document, library.passage, settings.max_words),
        "register": assistant.register,
        "validity": ValidityAnswerer(library),
    }
    chain = AnswerChain(
        index=assistant.index,
        library=library,
        signal_reader=assistant.signal_reader,
        generator=None,
        model_name=None,
        **(collaborators | exchanged),
    )
    return ChainAnswerer(chain, settings.k)


def with_ranking(assistant: Assistant, model: RankingModel, index: Any = None) -> ChainAnswerer:
    """The assistant ranking by another model, and by a view of its index if one is given."""
    return rebuilt(assistant, search=_search(assistant, model, index))


def _search(assistant: Assistant, model: RankingModel, index: Any = None) -> HybridSearch:
    settings = assistant.settings
    return HybridSearch(
        cast(SearchIndex, index or assistant.index),
        model,
        candidates=settings.candidates,
        use_questions=settings.use_questions,
    )


@dataclass(frozen=True, slots=True)
class IndexView:
    """An index with another lexical or dense side, as far as the search looks at it."""

    register: Any
    lexical: Any
    dense: Any


class WholePassages:
    """The dense side without sentences and windows among the nearest units."""

    def __init__(self, dense: Any) -> None:
        self._dense = dense
        self.score = dense.score

    def nearest(
        self, vector: Vectors, k: int, kinds: Sequence[UnitKind], document_ids: Sequence[str] = ()
    ) -> list[str]:
        """As of the whole side, without the small units."""
        kept = [kind for kind in kinds if kind not in SMALL_UNITS]
        found: list[str] = self._dense.nearest(vector, k, kept, document_ids)
        return found


def without_small_units(assistant: Assistant) -> Answerer:
    """Passage vectors only; they take over the weight of sentences and windows."""
    small = ("dense_sentence", "dense_window")
    weights = {}
    for group, own in bundled_ranking().weights.items():
        moved = sum(own.get(name, 0.0) for name in small)
        weights[group] = {
            **own,
            **dict.fromkeys(small, 0.0),
            "dense_passage": own.get("dense_passage", 0.0) + moved,
        }
    index = assistant.index
    view = IndexView(index.register, index.lexical, WholePassages(index.dense))
    return with_ranking(assistant, RankingModel(weights), view)


class Unadapted:
    """The dense side by the model's own vectors, without the map fitted to the collection."""

    def __init__(self, dense: DenseIndex) -> None:
        self._dense = dense
        self.nearest = dense.nearest

    def score(
        self,
        vector: Vectors,
        passages: Sequence[int],
        *,
        adapted: bool = True,
        questions: bool = True,
    ) -> list[UnitScores]:
        """As of the whole side, never through the map."""
        del adapted
        return self._dense.score(vector, passages, adapted=False, questions=questions)


def without_map(assistant: Assistant) -> Answerer:
    """Ranking and choice of statements by the model's own vectors."""
    index = assistant.index
    view = IndexView(index.register, index.lexical, Unadapted(index.dense))
    return with_ranking(assistant, bundled_ranking(), view)


class WordSearch(HybridSearch):
    """The search with other lexical terms of the same words; the query is handed on unchanged."""

    changed: Callable[[Query], Query]

    def rank(self, query: Query, k: int, document_ids: Sequence[str] = ()) -> Ranking:
        """As of the search, by the terms of the query that `changed` makes."""
        return replace(super().rank(self.changed(query), k, document_ids), query=query)


def with_words(
    terms_of: TermsOf, changed: Callable[[Query], Query]
) -> Callable[[Assistant], Answerer]:
    """The lexical side on other terms, its index made anew with the same parameters.

    Args:
        terms_of: the terms of a text in a language, for the index.
        changed: the query with terms of that kind.
    """

    def build(assistant: Assistant) -> Answerer:
        index = assistant.index
        lexical = _lexical_index(index, terms_of)
        view = IndexView(index.register, lexical, index.dense)
        search = WordSearch(
            cast(SearchIndex, view),
            bundled_ranking(),
            candidates=assistant.settings.candidates,
            use_questions=assistant.settings.use_questions,
        )
        search.changed = changed
        return rebuilt(assistant, search=search)

    return build


def _lexical_index(index: SearchIndex, terms_of: TermsOf) -> LexicalIndex:
    languages: dict[str, Language] = {
        str(summary.info.id): "en" if summary.info.language == "en" else "nb"
        for summary in index.register.summaries()
    }
    with tempfile.TemporaryDirectory(prefix="stifinner-words-") as name:
        folder = Path(name)  # what is mapped stays readable when the files are unlinked
        writer = LexicalWriter(folder, ("passage", "context", "questions"))
        _write_terms(writer, index, languages, terms_of)
        writer.finish(k1=index.lexical.k1, b=index.lexical.b)
        return LexicalIndex.load(folder)


def _write_terms(
    writer: LexicalWriter,
    index: SearchIndex,
    languages: Mapping[str, Language],
    terms_of: TermsOf,
) -> None:
    for first in range(0, len(index.lexical), PASSAGE_BATCH):
        rows = range(first, min(first + PASSAGE_BATCH, len(index.lexical)))
        passages = index.register.passages(list(rows))
        for row in rows:
            passage = passages[row]
            language = languages[str(passage.document_id)]
            beside = [u.text for u in index.units_of(row).values() if u.kind is UnitKind.QUESTION]
            writer.add(
                {
                    "passage": terms_of(passage.readable, language),
                    "context": terms_of(passage.context, language),
                    "questions": [t for text in beside for t in terms_of(text, language)],
                }
            )


def stems_only(text: str, language: Language) -> list[str]:
    """The index's terms without 4-grams."""
    return [term for term in analyse(text, language) if not is_gram(term)]


def raw_words(text: str, language: Language) -> list[str]:
    """Lower-case words as they stand, function words too."""
    del language
    return split_words(text)


def without_grams(query: Query) -> Query:
    """The query by its stems alone, with their weights."""
    return replace(
        query,
        terms={term: w for term, w in query.terms.items() if not is_gram(term)},
        added_terms={term: w for term, w in query.added_terms.items() if not is_gram(term)},
    )


def in_raw_words(query: Query) -> Query:
    """The query by its words as they stand, and by those that glossary and synonyms add."""
    added = " ".join([*expand_english(query.text), *expand_synonyms(query.text)])
    return replace(
        query,
        terms=dict.fromkeys(split_words(query.text), 1.0),
        added_terms=dict.fromkeys(split_words(added), 1.0),
    )


@dataclass(frozen=True, slots=True)
class ReciprocalRanks(RankingModel):
    """Plain reciprocal rank fusion of the signals that the weighted sum counts for a passage.

    A candidate at a signal's least value is not in that signal's list. The sum is brought to the
    spread of the weighted one, since the decision to abstain reads the gap behind the first hit.

    Source: Cormack, Clarke & Büttcher, SIGIR 2009; k = 60.
    """

    def score(self, features: Matrix, language: str) -> Matrix:
        """Fused scores (candidates,)."""
        usual = RankingModel.score(self, features, language)
        total = np.zeros(len(features), dtype=np.float32)
        for name, weight in self.weights[self.group(features, language)].items():
            if weight > 0:
                total += _reciprocal_ranks(features[:, FEATURES.index(name)])
        spread = float(total.std())
        return total * np.float32(usual.std() / spread) if spread else total


def _reciprocal_ranks(column: Matrix) -> Matrix:
    """1 / (k + rank) of each value, ties at their best rank; 0 for the least value."""
    ranks = 1 + np.searchsorted(np.sort(-column), -column, side="left")
    return np.where(column > column.min(), 1 / (RRF_K + ranks), 0).astype(np.float32)


def equal_weights() -> Weights:
    """1 for each signal with a positive weight, 0 for the rest."""
    return {
        group: {name: float(weight > 0) for name, weight in own.items()}
        for group, own in bundled_ranking().weights.items()
    }


def scaled_ranking(factors: Mapping[str, float]) -> RankingModel:
    """The shipped ranking with the weights of some features multiplied, in every group."""
    return RankingModel(
        {
            group: {name: weight * factors.get(name, 1.0) for name, weight in own.items()}
            for group, own in bundled_ranking().weights.items()
        }
    )


class PlainQueries(QueryMaker):
    """Queries without what glossary and synonyms add."""

    def __init__(self, make_query: Callable[[str, Language | None], Query]) -> None:
        self._make = make_query

    def __call__(self, text: str, language: Language | None = None) -> Query:
        """The query of a question with its own terms only."""
        return replace(self._make(text, language), added_terms={})


class NoRegister(RegisterAnswerer):
    """Takes every question for one about text; contact forms are still named."""

    def write(
        self, query: Query, document_ids: Sequence[str], citer: Citer
    ) -> RegisterAnswer | None:
        """None, whatever is asked."""
        del query, document_ids, citer
        return None


class NoValidity(ValidityAnswerer):
    """Takes questions about force and dates for questions about text."""

    def write(self, *_: object, **__: object) -> None:
        """None, whatever is asked."""


class PassageExtractor(Extractor):
    """Gives the best passages as they stand, as many as the words allow, at least one."""

    def __init__(self, extractor_words: int, assistant: Assistant) -> None:
        library = assistant.library
        super().__init__(library.document, library.passage, extractor_words)
        self._words = extractor_words

    def write(self, sides: Sequence[Side], language: Language, citer: Citer) -> Draft:
        """The passages of the statements by rank; in a comparison each side's best in turn."""
        del language
        ranked = [sorted(side.statements, key=lambda one: one.rank) for side in sides]
        passages: dict[str, Passage] = {}
        for side in ranked:
            passages.setdefault(side[0].passage.id, side[0].passage)
        for statement in (one for side in ranked for one in side):
            passages.setdefault(statement.passage.id, statement.passage)
        lines: list[str] = []
        words = 0
        for passage in passages.values():
            words += len(passage.readable.split())
            if lines and words > self._words:
                break
            marker = citer.cite(passage, passage.start, passage.end)
            lines.append(f"{' '.join(passage.readable.split())} [{marker}]")
        return Draft(text="\n".join(lines), used=())


def _always(assistant: Assistant) -> Answerer:
    usual = bundled_abstention()
    model = AbstentionModel(weights=usual.weights, bias=usual.bias, threshold=0.0)
    return rebuilt(assistant, abstention=model)


def _unread(assistant: Assistant) -> Answerer:
    usual = bundled_abstention()
    plain = usual.plain and replace(usual.plain, joined=None)
    return rebuilt(assistant, abstention=replace(usual, joined=None, plain=plain))


def _unrouted(assistant: Assistant) -> Answerer:
    return rebuilt(
        assistant,
        register=NoRegister(assistant.index, assistant.library),
        validity=NoValidity(assistant.library),
    )


FULL = Variant(name="full", says="as it ships")
VARIANTS: tuple[Variant, ...] = (
    FULL,
    Variant(
        name="no-small-units",
        says="passage vectors only, no sentences and windows",
        build=without_small_units,
    ),
    Variant(
        name="no-map",
        says="the model's own vectors, no map fitted to the collection",
        build=without_map,
    ),
    Variant(
        name="no-grams",
        says="stems without character 4-grams",
        build=with_words(stems_only, without_grams),
    ),
    Variant(
        name="raw-words",
        says="raw words, no stems and 4-grams",
        build=with_words(raw_words, in_raw_words),
    ),
    Variant(
        name="rrf",
        says="reciprocal ranks, no z scores and weights",
        build=lambda a: with_ranking(a, ReciprocalRanks(bundled_ranking().weights)),
    ),
    Variant(
        name="two-lists",
        says="BM25 and passage vectors alone, by reciprocal ranks",
        build=lambda a: with_ranking(a, ReciprocalRanks(dict.fromkeys(GROUPS, TWO_LISTS))),
    ),
    Variant(
        name="equal-weights",
        says="equal weights",
        build=lambda a: with_ranking(a, RankingModel(equal_weights())),
    ),
    Variant(
        name="no-questions",
        says="no questions beside passages",
        settings={"expansions": "none"},
    ),
    Variant(
        name="no-glossary",
        says="no glossary and synonyms",
        build=lambda a: rebuilt(a, make_query=PlainQueries(a.make_query)),
    ),
    Variant(name="no-register", says="no register and validity answers", build=_unrouted),
    Variant(
        name="no-shaping",
        says="whole passages for answers",
        build=lambda a: rebuilt(a, extractor=PassageExtractor(a.settings.max_words, a)),
    ),
    Variant(name="no-reader", says="refusal without the reader", build=_unread),
    Variant(
        name="no-comparing",
        says="refusal by signals alone, no vectors compared",
        build=lambda a: rebuilt(a, abstention=bundled_abstention().for_embedding("another")),
    ),
    Variant(name="no-abstention", says="never abstains by itself", build=_always),
)
