"""Whole lists of a document, and which one a question asks for.

The best statements vote for the list that they stand in or open. When a list is asked for, every
list in the best passages is looked at: what opens it (heading, lead-in) should hold the question's
words, and when the question says how many there are ("hvilke tre indikatorer"), the list that has
as many items is preferred. Without being asked for, only a short list is given whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.query import Query
from assistant.retrieval import Ranking
from assistant.statements import PASSAGES_READ, Statement, share_of_terms
from corpus.index import SearchIndex
from corpus.records import Block, BlockKind, Document

ITEMS_AT_LEAST = 2
VOTERS = 6  # statements; twice as many when a list is asked for
VOTING_HITS = 3
SHORT_LIST_WORDS = 110
SHORT_LIST_VOTERS = 2
OPENING_WEIGHT = 1.5
COUNT_WEIGHT = 1.0
RANK_WEIGHT = 0.1  # taken off for each rank of the list's best passage
LEAST_SCORE = 0.5
_NUMBERS = (
    ("to", "two"),
    ("tre", "three"),
    ("fire", "four"),
    ("fem", "five"),
    ("seks", "six"),
    ("sju", "syv", "seven"),
    ("åtte", "eight"),
    ("ni", "nine"),
    ("ti", "ten"),
    ("elleve", "eleven"),
    ("tolv", "twelve"),
)
_BY_WORD = {word: n for n, words in enumerate(_NUMBERS, start=2) for word in words}
_COUNT = re.compile(
    rf"\b(?:hvilke|kva|kva for|hva er|which|what|what are|what were|nevn|nemn|name|list|er|are|"
    rf"were|har|has|have)\s+(?:dei?\s+|the\s+)?({'|'.join(_BY_WORD)}|[2-9]|1\d)\b(?!\s*(?:år|%|prosent))",
    re.IGNORECASE,
)
ASIDES = (BlockKind.FOOTNOTE, BlockKind.CAPTION, BlockKind.FURNITURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A list of a document; `heading` is the block that names its section, when there is one."""

    document: Document
    items: tuple[Block, ...]
    heading: Block | None

    @property
    def words(self) -> int:
        """Words of all items."""
        return sum(len(item.text.split()) for item in self.items)

    @property
    def place(self) -> tuple[str, int]:
        """Names the list: its document and where it begins."""
        return str(self.document.info.id), self.items[0].start

    @property
    def opening(self) -> str:
        """What opens it: heading and lead-in."""
        return f"{self.heading.text if self.heading else ''} {self.items[0].lead_in or ''}"

    @property
    def lead_in_span(self) -> tuple[int, int] | None:
        """Where the lead-in stands: far back where it opens several lists; None without one."""
        first = self.items[0]
        if not first.lead_in:
            return None
        at = self.document.text.rfind(first.lead_in, 0, first.start)
        return (at, at + len(first.lead_in)) if at >= 0 else None

    def holds(self, statement: Statement) -> bool:
        """Whether a statement stands in the list."""
        return (
            statement.passage.document_id == self.document.info.id
            and self.items[0].start <= statement.start < self.items[-1].end
        )


def list_around(document: Document, offset: int) -> FoundList | None:
    """The list that the text at `offset` stands in, opens or names; None when it is in none."""
    blocks = document.blocks
    at = next(iter(document.blocks_within(offset, offset + 1)), None)
    if at is None:
        return None
    if blocks[at].kind is not BlockKind.LIST_ITEM:
        opened = _opened_by(blocks, at)
        if opened is None:
            return None
        at = opened
    first = last = at
    while first > 0 and _same_list(blocks[first - 1], blocks[at]):
        first -= 1
    while last + 1 < len(blocks) and _same_list(blocks[last + 1], blocks[at]):
        last += 1
    items = tuple(b for b in blocks[first : last + 1] if b.kind is BlockKind.LIST_ITEM)
    if len(items) < ITEMS_AT_LEAST:
        return None
    return FoundList(document=document, items=items, heading=_heading(blocks, first))


class ListChooser:
    """Chooses the list to give whole, if any."""

    def __init__(self, document_of: Callable[[str], Document], index: SearchIndex) -> None:
        self._document_of = document_of
        self._index = index

    def asked(
        self, query: Query, ranking: Ranking, statements: Sequence[Statement]
    ) -> FoundList | None:
        """The list that answers a question for one; `statements` are best first."""
        votes = self._votes(statements, 2 * VOTERS)
        wanted = asked_count(query.text)
        best: tuple[float, FoundList] | None = None
        for rank, found in self._lists_of(ranking):
            opening = share_of_terms(query, found.opening, self._index)
            score = votes.get(found.place, 0.0) + OPENING_WEIGHT * opening - RANK_WEIGHT * rank
            if wanted is not None:
                score += COUNT_WEIGHT if len(found.items) == wanted else -COUNT_WEIGHT
            if best is None or score > best[0]:
                best = (score, found)
        return best[1] if best is not None and best[0] >= LEAST_SCORE else None

    def short(self, statements: Sequence[Statement]) -> FoundList | None:
        """The short list that the best statements stand in, for a question that asks for none."""
        if not statements:
            return None
        holding = self._around(statements[0])
        if holding is None or holding.words > SHORT_LIST_WORDS:
            return None
        near = [s for s in statements[:VOTERS] if s.rank <= VOTING_HITS]
        inside = sum(self._stands_in(one, holding) for one in near)
        votes = self._votes(statements, VOTERS)
        most = max(votes, key=lambda place: votes[place], default=None)
        return holding if inside >= SHORT_LIST_VOTERS and most == holding.place else None

    def _stands_in(self, statement: Statement, found: FoundList) -> bool:
        own = self._around(statement)
        return own is not None and own.place == found.place

    def _around(self, statement: Statement) -> FoundList | None:
        if statement.rank > VOTING_HITS:
            return None
        return list_around(self._document_of(statement.passage.document_id), statement.start)

    def _votes(self, statements: Sequence[Statement], count: int) -> dict[tuple[str, int], float]:
        """How much the best statements speak for the list that each stands in, by its place."""
        votes: dict[tuple[str, int], float] = {}
        for statement in statements[:count]:
            found = self._around(statement)
            if found is not None:
                weight = math.exp(statement.score - statements[0].score)
                votes[found.place] = votes.get(found.place, 0.0) + weight
        return votes

    def _lists_of(self, ranking: Ranking) -> Iterator[tuple[int, FoundList]]:
        """The lists in and opened by the best passages, with the rank from 0 of the first."""
        seen: set[tuple[str, int]] = set()
        for rank, hit in enumerate(ranking.hits[:PASSAGES_READ]):
            document = self._document_of(hit.passage.document_id)
            for number in document.blocks_within(hit.passage.start, hit.passage.end):
                found = list_around(document, document.blocks[number].start)
                if found is not None and found.place not in seen:
                    seen.add(found.place)
                    yield rank, found


def asked_count(question: str) -> int | None:
    """How many things a question asks for: 3 for "Hvilke tre indikatorer …"; None untold."""
    found = _COUNT.search(question)
    if found is None:
        return None
    word = found.group(1).casefold()
    return int(word) if word.isdigit() else _BY_WORD[word]


def _opened_by(blocks: Sequence[Block], at: int) -> int | None:
    """The first item of the list that a heading or lead-in opens, at most two blocks on."""
    for n in range(at + 1, min(at + 4, len(blocks))):
        if blocks[n].kind is BlockKind.LIST_ITEM:
            inside = blocks[n].section[: len(blocks[at].section)] == blocks[at].section
            return n if inside else None
        if blocks[n].kind is BlockKind.HEADING:
            return None
    return None


def _heading(blocks: Sequence[Block], first: int) -> Block | None:
    for n in range(first - 1, max(first - 6, -1), -1):
        if blocks[n].kind is BlockKind.HEADING:
            return blocks[n]
    return None


def _same_list(one: Block, item: Block) -> bool:
    if one.kind in ASIDES:
        return True
    return (
        one.kind is BlockKind.LIST_ITEM
        and one.section == item.section
        and one.lead_in == item.lead_in
    )
