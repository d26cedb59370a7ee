"""From a question and its answer to one share in each measure.

Units of need: where any gold quote suffices, only the first relevant passage counts; where all are
needed, each gold quote counts once, at the first passage that holds it, and a quote that was not
found stays as an unranked relevant id. So MRR, nDCG and success are trec_eval's on `run.trec` and
`qrels.trec` of the run folder, and a passage that repeats a found quote earns nothing.

A question without an answer in the run scores 0 everywhere: the questions come from the reference
set, never from the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from assistant.answers import AnswerJson, CitationJson
from corpus.records import Document, DocumentId
from eval import metrics
from eval.matching import find_quote, first_words, holds, states, supports
from eval.reference import Gold, Need, Question, QuestionKind, paraphrase_groups
from eval.significance import Ratio
from eval.system import CountTokens

FACT_WORDS = 150
FACT_WORDS_LIST = 400
LISTING = (QuestionKind.LIST, QuestionKind.COMMITMENTS)
CUTS = (1, 3, 5, 10)
BUDGETS_TOKENS = (500, 1000, 2000)
Documents = Mapping[DocumentId, Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure's name as people write it and what it says; headline measures guard the gate."""

    name: str
    meaning: str
    headline: bool = False


MEASURES: tuple[Measure, ...] = (
    *(
        Measure(
            name=f"success@{k}",
            meaning=f"a gold quote among the first {k} passages",
            headline=k in (1, 5),
        )
        for k in CUTS
    ),
    *(
        Measure(
            name=f"recall@{k}",
            meaning=f"share of the needed gold quotes that the first {k} passages hold",
            headline=k == 10,
        )
        for k in (5, 10)
    ),
    Measure(name="MRR@10", meaning="1 / rank of the first relevant passage", headline=True),
    Measure(name="nDCG@10", meaning="discounted gain of the first 10", headline=True),
    *(
        Measure(
            name=f"success@{budget}tokens", meaning=f"a gold quote within {budget} tokens of text"
        )
        for budget in BUDGETS_TOKENS
    ),
    Measure(
        name="fact recall",
        meaning=f"facts in the first {FACT_WORDS} words ({FACT_WORDS_LIST} for lists)",
        headline=True,
    ),
    Measure(name="citation precision", meaning="citations that hold gold or a fact", headline=True),
    Measure(name="citation recall", meaning="needed gold quotes that are cited", headline=True),
    Measure(
        name="verbatim quotes",
        meaning="citations whose quote stands at its place in the stored text",
        headline=True,
    ),
    Measure(name="page correct", meaning="citations of a gold quote that name its page"),
    Measure(
        name="abstention precision",
        meaning="abstentions from questions that no document answers",
        headline=True,
    ),
    Measure(
        name="abstention recall",
        meaning="questions that no document answers and that were abstained from",
        headline=True,
    ),
    Measure(name="answered", meaning="answerable questions that got an answer"),
    Measure(name="paraphrase agreement", meaning="overlap of what paraphrases' answers cite"),
)
MEASURE_NAMES = tuple(measure.name for measure in MEASURES)
HEADLINES = tuple(measure.name for measure in MEASURES if measure.headline)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredQuestion:
    """A question with its answer (None: the run lacks it) and its share in each measure.

    `held[r]` are the indexes of the gold quotes that the passage at rank r + 1 holds; `stated[f]`
    says whether the answer's first words state fact f. A measure that does not apply to the
    question is absent from `ratios`.
    """

    question: Question
    answer: AnswerJson | None
    held: tuple[frozenset[int], ...]
    stated: tuple[bool, ...]
    ratios: Mapping[str, Ratio]

    @property
    def ranking(self) -> tuple[str, ...]:
        """Passage ids in rank order."""
        return () if self.answer is None else tuple(p.passage_id for p in self.answer.passages)


def score(
    question: Question, answer: AnswerJson | None, documents: Documents, tokens: CountTokens
) -> ScoredQuestion:
    """Measure one answer. `paraphrase agreement` needs several and is added by `score_all`."""
    held = held_golds(question, answer)
    stated = _stated_facts(question, answer)
    ratios = {
        **_retrieval(question, answer, held, tokens),
        **_facts(stated),
        **_citations(question, answer, documents),
        **_abstention(question, answer),
    }
    return ScoredQuestion(question=question, answer=answer, held=held, stated=stated, ratios=ratios)


def score_all(
    questions: Sequence[Question],
    answers: Mapping[str, AnswerJson],
    documents: Documents,
    tokens: CountTokens,
) -> tuple[ScoredQuestion, ...]:
    """Measure a run: every question, in the order of the reference set.

    The agreement within a group of paraphrases is counted once, with the group's first question.
    """
    counter = cache(tokens)
    scored = {q.id: score(q, answers.get(q.id), documents, counter) for q in questions}
    for ids in paraphrase_groups(questions).values():
        cited = [_cited(scored[question_id].answer) for question_id in ids]
        agreement = Ratio(numerator=metrics.paraphrase_agreement(cited))
        first = scored[ids[0]]
        scored[ids[0]] = ScoredQuestion(
            question=first.question,
            answer=first.answer,
            held=first.held,
            stated=first.stated,
            ratios={**first.ratios, "paraphrase agreement": agreement},
        )
    return tuple(scored.values())


def held_golds(question: Question, answer: AnswerJson | None) -> tuple[frozenset[int], ...]:
    """For each passage in rank order, the indexes of the gold quotes it holds."""
    passages = () if answer is None else answer.passages
    return tuple(
        frozenset(
            number
            for number, gold in enumerate(question.gold)
            if gold.document_id == passage.document_id and holds(passage.text, gold.quote)
        )
        for passage in passages
    )


def relevant_ids(
    question: Question, ranking: Sequence[str], held: Sequence[AbstractSet[int]]
) -> frozenset[str]:
    """Relevant ids of one question: passages that earn a gold quote, and a name for each missed.

    `question-id:gold-2` stands for the second gold quote where no ranked passage holds it.
    """
    found: set[int] = set()
    earned: list[str] = []
    for passage_id, golds in zip(ranking, held, strict=True):
        if golds - found:
            earned.append(passage_id)
            found |= golds
    missed = [f"{question.id}:gold-{n + 1}" for n in range(len(question.gold)) if n not in found]
    if question.need is Need.ANY:
        return frozenset((earned or missed)[:1])
    return frozenset(earned + missed)


def _retrieval(
    question: Question,
    answer: AnswerJson | None,
    held: Sequence[AbstractSet[int]],
    tokens: CountTokens,
) -> dict[str, Ratio]:
    if not question.gold:
        return {}
    passages = () if answer is None else answer.passages
    ranking = [passage.passage_id for passage in passages]
    relevant = relevant_ids(question, ranking, held)
    hits = [bool(golds) for golds in held]
    counts = [tokens(passage.text) for passage in passages]
    values = {f"success@{k}": metrics.success_at_k(ranking, relevant, k) for k in CUTS}
    for k in (5, 10):
        values[f"recall@{k}"] = (
            metrics.success_at_k(ranking, relevant, k)
            if question.need is Need.ANY
            else metrics.gold_recall_at_k(held, len(question.gold), k)
        )
    values["MRR@10"] = metrics.reciprocal_rank_at_k(ranking, relevant, 10)
    values["nDCG@10"] = metrics.ndcg_at_k(ranking, relevant, 10)
    for budget in BUDGETS_TOKENS:
        values[f"success@{budget}tokens"] = metrics.success_within_budget(counts, hits, budget)
    return {name: Ratio(numerator=value) for name, value in values.items()}


def _stated_facts(question: Question, answer: AnswerJson | None) -> tuple[bool, ...]:
    """Which facts the answer's opening states; none in an abstention, which denies them."""
    if answer is None or not answer.answered:
        return (False,) * len(question.facts)
    opening = first_words(answer.answer, fact_words(question))
    return tuple(states(opening, fact) for fact in question.facts)


def fact_words(question: Question) -> int:
    """How many words of an answer are searched for facts; lists get more."""
    return FACT_WORDS_LIST if question.kind in LISTING else FACT_WORDS


def _facts(stated: Sequence[bool]) -> dict[str, Ratio]:
    return {"fact recall": Ratio(numerator=metrics.fact_recall(stated))} if stated else {}


def _citations(
    question: Question, answer: AnswerJson | None, documents: Documents
) -> dict[str, Ratio]:
    citations = [] if answer is None else answer.citations
    passage_texts = {} if answer is None else {p.passage_id: p.text for p in answer.passages}
    ratios: dict[str, Ratio] = {}
    if citations:
        verbatim = sum(_is_verbatim(citation, documents) for citation in citations)
        ratios["verbatim quotes"] = Ratio(numerator=verbatim, denominator=len(citations))
    if citations and answer is not None and answer.answered:
        supported = [_is_supported(c, question, passage_texts) for c in citations]
        ratios["citation precision"] = Ratio(numerator=metrics.citation_precision(supported))
    if question.gold:
        cited = [any(_cites(c, g, passage_texts) for c in citations) for g in question.gold]
        needed = [any(cited)] if question.need is Need.ANY else cited
        ratios["citation recall"] = Ratio(numerator=metrics.citation_recall(needed))
    pages = [
        correct
        for citation in citations
        if (correct := _page_is_correct(citation, question, documents)) is not None
    ]
    if pages:
        ratios["page correct"] = Ratio(numerator=sum(pages), denominator=len(pages))
    return ratios


def _is_verbatim(citation: CitationJson, documents: Documents) -> bool:
    document = documents.get(DocumentId(citation.document_id))
    return document is not None and document.text[citation.start : citation.end] == citation.quote


def _cites(citation: CitationJson, gold: Gold, passage_texts: Mapping[str, str]) -> bool:
    if citation.document_id != gold.document_id:
        return False
    passage = passage_texts.get(citation.passage_id, "")
    return supports(citation.quote, gold.quote) or holds(passage, gold.quote)


def _is_supported(
    citation: CitationJson, question: Question, passage_texts: Mapping[str, str]
) -> bool:
    if any(_cites(citation, gold, passage_texts) for gold in question.gold):
        return True
    passage = passage_texts.get(citation.passage_id, "")
    return any(states(citation.quote, fact) or states(passage, fact) for fact in question.facts)


def _page_is_correct(
    citation: CitationJson, question: Question, documents: Documents
) -> bool | None:
    """Whether a citation of a gold quote names its page; None where this cannot be judged.

    It cannot where the citation touches no gold quote, or the document has no pages. A quote that
    runs over a page break is right with any of its pages.
    """
    document = documents.get(DocumentId(citation.document_id))
    for gold in question.gold if document else ():
        if document is None or gold.document_id != citation.document_id:
            continue
        place = find_quote(document.text, gold.quote)
        if place is None or not (place[0] < citation.end and citation.start < place[1]):
            continue
        first, last = document.page_at(place[0]), document.page_at(place[1] - 1)
        if first is None or last is None:
            return None
        return citation.page is not None and first <= citation.page <= last
    return None


def _abstention(question: Question, answer: AnswerJson | None) -> dict[str, Ratio]:
    abstained = answer is not None and not answer.answered
    ratios: dict[str, Ratio] = {}
    if abstained:
        ratios["abstention precision"] = Ratio(numerator=float(not question.answerable))
    if question.answerable:
        ratios["answered"] = Ratio(numerator=float(answer is not None and answer.answered))
    else:
        ratios["abstention recall"] = Ratio(numerator=float(abstained))
    return ratios


def _cited(answer: AnswerJson | None) -> frozenset[str]:
    if answer is None or not answer.answered:
        return frozenset()
    return frozenset(citation.passage_id for citation in answer.citations)


SLICES: Mapping[str, Callable[[Question], Sequence[str]]] = {
    "language": lambda question: (question.language.value,),
    "kind": lambda question: (question.kind.value,),
    "user": lambda question: (question.user.value,),
    "document": lambda question: question.document_ids or ("none",),
}
