"""The answer as other tools read it (the fixed JSON contract), and the search and commitment rows.

Pydantic stands here because this is a border: whatever leaves the house as JSON has these shapes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.commitment_query import CommitmentQuery
from corpus.records import Citation, Commitment, Hit

NoteKind = Literal["validity", "conflict", "scope", "model"]
Mode = Literal["extractive", "generative", "register"]


class _Json(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CitationJson(_Json):
    """One `[n]`: `quote` equals the stored document text from `start` to `end`."""

    marker: int
    document_id: str
    title: str
    publisher: str
    status: str
    section: list[str]
    page: int | None
    quote: str
    start: int
    end: int
    passage_id: str
    url: str | None

    @classmethod
    def of(cls, citation: Citation) -> CitationJson:
        """The JSON form of a citation."""
        return cls(
            marker=citation.marker,
            document_id=citation.document_id,
            title=citation.title,
            publisher=citation.publisher,
            status=citation.status.value,
            section=list(citation.section),
            page=citation.page,
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            passage_id=citation.passage_id,
            url=citation.url,
        )


class PassageJson(_Json):
    """One ranked passage; `text` is verbatim."""

    rank: int
    passage_id: str
    document_id: str
    section: list[str]
    page: int | None
    text: str
    score: float

    @classmethod
    def of(cls, hit: Hit) -> PassageJson:
        """The JSON form of a hit."""
        passage = hit.passage
        return cls(
            rank=hit.rank,
            passage_id=passage.id,
            document_id=passage.document_id,
            section=list(passage.section),
            page=passage.page,
            text=passage.text,
            score=round(hit.score, 4),
        )


class NoteJson(_Json):
    """A remark beside the answer: validity of the sources, conflicts, scope, or the model."""

    kind: NoteKind
    text: str


class TimingsJson(_Json):
    """Milliseconds spent; `total` holds more than the two parts."""

    retrieve: float = 0
    answer: float = 0
    total: float = 0


class AnswerJson(_Json):
    """`ask --json`, and each line of `ask --batch --out`."""

    id: str
    question: str
    standalone_question: str
    language: Literal["nb", "nn", "en"]
    answered: bool
    answer: str
    citations: list[CitationJson]
    passages: list[PassageJson]
    notes: list[NoteJson]
    mode: Mode
    model: str | None
    index: str
    timings_ms: TimingsJson = Field(default_factory=TimingsJson)
    # Which rows a register answer lists, to offer them as a file; no part of the JSON.
    register_query: CommitmentQuery | None = Field(default=None, exclude=True, repr=False)


class CommitmentJson(_Json):
    """One row of `commitments --format json`; names and deadline as printed."""

    document_id: str
    goal: str | None
    strategy_no: str | None
    strategy: str | None
    measure: str
    indicator: str | None
    responsible: list[str]
    partners: list[str]
    when: str | None
    page: int | None
    quote: str
    start: int
    end: int
    passage_id: str | None

    @classmethod
    def of(cls, row: Commitment) -> CommitmentJson:
        """The JSON form of a commitment."""
        return cls(
            document_id=row.document_id,
            goal=row.goal,
            strategy_no=row.strategy_no,
            strategy=row.strategy,
            measure=row.measure,
            indicator=row.indicator,
            responsible=list(row.responsible),
            partners=list(row.partners),
            when=row.when,
            page=row.page,
            quote=row.quote,
            start=row.start,
            end=row.end,
            passage_id=row.passage_id,
        )
