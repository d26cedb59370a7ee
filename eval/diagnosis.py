"""Why a question missed, said from what can be seen: ranks, documents, words, citations, facts.

Only dev questions are diagnosed one by one; looking at test misses would tune on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers import AnswerJson
from eval.numerals import tokens
from eval.reference import Question, Split
from eval.scoring import ScoredQuestion, fact_words

JUDGED_BY = ("MRR@10", "fact recall", "citation recall", "abstention recall")
_STEM_LETTERS = 5
_CONTENT_LETTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A question that went wrong: its mean share in JUDGED_BY and the reasons."""

    scored: ScoredQuestion
    quality: float
    reasons: tuple[str, ...]


def worst_questions(scored: Sequence[ScoredQuestion], limit: int) -> tuple[Miss, ...]:
    """The `limit` dev questions with the lowest quality, worst first; ties in order of id.

    Questions with full marks are left out; so is every question that is not of the dev split.
    """
    misses = [
        Miss(scored=one, quality=quality(one), reasons=reasons(one))
        for one in scored
        if one.question.split is Split.DEV and quality(one) < 1
    ]
    return tuple(sorted(misses, key=lambda miss: (miss.quality, miss.scored.question.id))[:limit])


def quality(scored: ScoredQuestion) -> float:
    """Mean share in the measures of JUDGED_BY that apply; 0 if the run lacks the question."""
    if scored.answer is None:
        return 0.0
    shares = [
        scored.ratios[name].numerator / scored.ratios[name].denominator
        for name in JUDGED_BY
        if name in scored.ratios
    ]
    return sum(shares) / len(shares) if shares else 1.0


def reasons(scored: ScoredQuestion) -> tuple[str, ...]:
    """What went wrong, in sentences."""
    question, answer = scored.question, scored.answer
    if answer is None:
        return ("The system failed on this question; see the failures of the run.",)
    if not question.answerable:
        return () if not answer.answered else (_wrongly_answered(answer),)
    found = []
    if not answer.answered:
        found.append("Abstained although the documents answer it.")
    found += _retrieval_reasons(scored, answer)
    if scored.ratios.get("citation recall") and not scored.ratios["citation recall"].numerator:
        found.append(_citation_reason(scored))
    found += _missing_facts(scored)
    return tuple(found)


def _wrongly_answered(answer: AnswerJson) -> str:
    best = answer.passages[0] if answer.passages else None
    told = f"; its best passage is from {best.document_id} (score {best.score:.2f})" if best else ""
    return f"Answered although no document answers it{told}."


def _retrieval_reasons(scored: ScoredQuestion, answer: AnswerJson) -> list[str]:
    question = scored.question
    if not question.gold:
        return []
    ranks = [rank for rank, golds in enumerate(scored.held, start=1) if golds]
    found = set().union(*scored.held)
    if len(found) == len(question.gold) and ranks[0] == 1:
        return []
    if ranks:
        first = f"First gold passage at rank {ranks[0]}; "
        return [f"{first}{len(found)} of {len(question.gold)} gold quotes in the ranking."]
    retrieved = [passage.document_id for passage in answer.passages]
    right = sum(name in question.document_ids for name in retrieved)
    where = (
        f"Right document ({right} of {len(retrieved)} passages), wrong place."
        if right
        else f"Wrong document: {', '.join(dict.fromkeys(retrieved)) or 'nothing retrieved'}."
    )
    shared, content = shared_words(question)
    return [where, f"Question and gold share {shared} of {content} content words."]


def shared_words(question: Question) -> tuple[int, int]:
    """How many content words of the question begin like a word of its gold quotes, and of how many.

    Words of four letters or more, compared by their first five: a rough stem that is the same for
    the three languages.
    """
    gold = {word[:_STEM_LETTERS] for gold in question.gold for word in tokens(gold.quote)}
    content = [w for w in dict.fromkeys(tokens(question.question)) if len(w) >= _CONTENT_LETTERS]
    return sum(word[:_STEM_LETTERS] in gold for word in content), len(content)


def _citation_reason(scored: ScoredQuestion) -> str:
    if any(scored.held):
        return "A gold passage was retrieved, but no citation holds a gold quote."
    return "No citation holds a gold quote."


def _missing_facts(scored: ScoredQuestion) -> list[str]:
    facts = scored.question.facts
    missing = [fact[0] for fact, said in zip(facts, scored.stated, strict=True) if not said]
    if not missing:
        return []
    listed = "; ".join(missing[:5]) + ("; …" if len(missing) > 5 else "")
    limit = fact_words(scored.question)
    return [f"Facts not in the first {limit} words ({len(missing)}): {listed}."]
