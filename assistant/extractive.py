"""Answers without a language model: the document's own statements, chosen, ordered and cited.

Best statements first until the word budget is spent or they fall too far behind the best one; then
set in reading order under a frame that names source and section ("… – Meråpenhet (s. 12) sier:").
A statement that points back ("Dette …") brings the sentence before it. When a list is asked for, or
the best statements are items of one short list, the list is given whole, lead-in first. In a
comparison each side gets its share of the words. Quotes are cut from the stored text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.citations import Citer
from assistant.frames import PAGE, SAYS, SAYS_SAME_LANGUAGE
from assistant.lists import FoundList, list_around
from assistant.question_kind import QuestionKind
from assistant.statements import Statement, in_reading_order
from corpus.language import Language
from corpus.records import Block, BlockKind, Document, DocumentInfo, Passage
from corpus.text import split_sentences

POINTS_BACK = re.compile(
    r"^(dette|denne|disse|den|det|de|slike?|her|der|videre|i tillegg|samtidig|dermed|derfor|"
    r"likevel|imidlertid|this|these|it|they|such|here|also|however)\b",
    re.IGNORECASE,
)
MARGIN = 7.0  # statements this far (in weighted z) behind the best are left out
LIST_WORDS = 380
LIST_FALLBACK_WORDS = 250  # a list was asked for, but the answer stands in running text
SHORT_LIST_WORDS = 110
SHORT_LIST_VOTES = 2  # of the best few statements in one list
LOOKED_AT = 6
FRAME_WORDS = 14  # what naming a source costs
SECTION_WORDS = 14
LIST_HITS = 3
LIST_VOTES = 0.5
TELLING_HEADING = 7  # words; goals are printed as headings and answer questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer's text with markers, and the statements it rests on."""

    text: str
    used: tuple[Statement, ...]


class Extractor:
    """Writes extractive answers."""

    def __init__(
        self,
        document_of: Callable[[str], Document],
        info_of: Callable[[str], DocumentInfo],
        max_words: int,
    ) -> None:
        self._document_of = document_of
        self._info_of = info_of
        self._max_words = max_words

    def write(
        self,
        sides: Sequence[Sequence[Statement]],
        kind: QuestionKind,
        language: Language,
        citer: Citer,
    ) -> Draft:
        """The answer made of statements, best first.

        Args:
            sides: the statements of each side of a comparison; otherwise one sequence. None empty.
            kind: what the question asks for.
            language: of the frame.
            citer: hands out the markers.
        """
        if len(sides) > 1:
            share = self._max_words // len(sides)
            chosen = [s for side in sides for s in in_reading_order(self._choose(side, share))]
            return self._render(chosen, language, citer, _Page())
        statements = sides[0]
        page = _Page()
        words = LIST_FALLBACK_WORDS if kind is QuestionKind.LIST else self._max_words
        found = self._list_wanted(statements, kind)
        if found is None:
            chosen = in_reading_order(self._choose(statements, words))
            return self._render(chosen, language, citer, page)
        listed = self._render_list(found, statements, language, citer, page)
        head = found.heading
        rest = [
            s
            for s in statements
            if not found.holds(s) and not (head is not None and head.start <= s.start < head.end)
        ]
        left = words - len(listed.text.split()) - FRAME_WORDS
        chosen = self._choose(rest, left) if left > FRAME_WORDS and rest else []
        if not chosen:
            return listed
        more = self._render(in_reading_order(chosen), language, citer, page)
        return Draft(text=f"{listed.text}\n{more.text}", used=listed.used + more.used)

    def _list_wanted(self, statements: Sequence[Statement], kind: QuestionKind) -> FoundList | None:
        """The list to give whole: the one that the best statements stand in or open, if any."""
        asked = kind is QuestionKind.LIST
        votes: dict[int, float] = {}
        lists: dict[int, FoundList] = {}
        inside: dict[int, int] = {}
        for place, statement in enumerate(statements[: 2 * LOOKED_AT if asked else LOOKED_AT]):
            if statement.rank > LIST_HITS:
                continue
            found = list_around(self._document_of(statement.passage.document_id), statement)
            if found is None:
                continue
            key = hash((found.document.info.id, found.items[0].start))
            lists[key] = found
            votes[key] = votes.get(key, 0.0) + math.exp(statement.score - statements[0].score)
            inside[key] = inside.get(key, 0) + (place < LOOKED_AT)
        if not votes:
            return None
        best = max(votes, key=lambda one: votes[one])
        if asked:
            return lists[best] if votes[best] >= LIST_VOTES else None
        short = lists[best].words <= SHORT_LIST_WORDS and inside[best] >= SHORT_LIST_VOTES
        first = list_around(self._document_of(statements[0].passage.document_id), statements[0])
        holds_best = first is not None and first.items[0] is lists[best].items[0]
        return lists[best] if short and holds_best else None

    def _choose(self, statements: Sequence[Statement], max_words: int) -> list[Statement]:
        if not statements:
            return []
        chosen: list[Statement] = []
        framed: set[tuple[str, tuple[str, ...]]] = set()
        words = 0
        best = statements[0].score
        for statement in statements:
            if chosen and statement.score < best - MARGIN:
                break
            document = self._document_of(statement.passage.document_id)
            if any(_overlap(statement, other) for other in chosen) or _only_opens(
                document, statement
            ):
                continue
            wanted = self._with_antecedent(statement, chosen)
            cost = sum(len(self._stand_alone(one, document).split()) + 1 for one in wanted)
            place = (str(document.info.id), statement.passage.section)
            if place not in framed:
                cost += FRAME_WORDS
            if chosen and words + cost > max_words:
                continue
            chosen += wanted
            words += cost
            framed.add(place)
        return chosen

    def _with_antecedent(
        self, statement: Statement, chosen: Sequence[Statement]
    ) -> list[Statement]:
        """The statement, after the sentence it points back to when that is in its paragraph."""
        if not POINTS_BACK.match(statement.text):
            return [statement]
        document = self._document_of(statement.passage.document_id)
        block = _block_at(document, statement.start)
        if block is None or block.kind is not BlockKind.PARAGRAPH:
            return [statement]
        begins = max(block.start, statement.passage.start)
        before = document.text[begins : statement.start].rstrip()
        if not before:
            return [statement]
        start, end = split_sentences(before)[-1]
        earlier = replace(statement, start=begins + start, end=begins + end, text=before[start:end])
        if any(_overlap(earlier, other) for other in chosen):
            return [statement]
        return [earlier, statement]

    def _render_list(
        self,
        found: FoundList,
        statements: Sequence[Statement],
        language: Language,
        citer: Citer,
        page: _Page,
    ) -> Draft:
        passages = {s.passage.id: s.passage for s in statements}
        info = found.document.info
        fallback = next(s.passage for s in statements if s.passage.document_id == info.id)
        first = found.items[0]
        lines = [self._frame(info, (), first.page, language, page)]
        if found.heading is not None:
            holder = _holding(passages.values(), found.heading) or fallback
            marker = citer.cite(holder, found.heading.start, found.heading.end)
            lines.append(f"{' '.join(found.heading.text.split())} [{marker}]")
        if first.lead_in:
            lines.append(first.lead_in)
        words = sum(len(line.split()) for line in lines)
        used: list[Statement] = []
        for item in found.items:
            cost = len(item.text.split())
            if used and words + cost > LIST_WORDS:
                break
            words += cost
            holder = _holding(passages.values(), item) or fallback
            marker = citer.cite(holder, item.start, item.end)
            lines.append(f"- {item.text.lstrip('• ').strip()} [{marker}]")
            used.append(_as_statement(holder, item))
        return Draft(text="\n".join(lines), used=tuple(used))

    def _render(
        self, chosen: Sequence[Statement], language: Language, citer: Citer, page: _Page
    ) -> Draft:
        lines: list[str] = []
        place: tuple[str, tuple[str, ...], int | None] | None = None
        for statement in chosen:
            document = self._document_of(statement.passage.document_id)
            number = document.page_at(statement.start)
            section = statement.passage.section
            if place != (document.info.id, section, number):
                place = (document.info.id, section, number)
                frame = self._frame(document.info, section, number, language, page)
                lines.append(("\n" if lines else "") + frame)
            marker = citer.cite(statement.passage, statement.start, statement.end)
            lines.append(f"{self._stand_alone(statement, document)} [{marker}]")
        return Draft(text="\n".join(lines), used=tuple(chosen))

    def _stand_alone(self, statement: Statement, document: Document) -> str:
        """A list item with the lead-in, a cell with the column that it needs to be understood."""
        text = " ".join(statement.text.split())
        block = _block_at(document, statement.start)
        if block is None:
            return text
        if block.kind is BlockKind.LIST_ITEM and block.lead_in:
            opening = block.lead_in.rstrip(" :")
            return f"{opening}: {text}" if len(opening.split()) <= SECTION_WORDS else text
        if block.kind is BlockKind.TABLE_ROW and " · " not in text:
            column = next(
                (c.column for c in block.cells if c.start <= statement.start < c.end), None
            )
            return f"{column}: {text}" if column else text
        return text

    def _frame(
        self,
        info: DocumentInfo,
        section: tuple[str, ...],
        number: int | None,
        language: Language,
        page: _Page,
    ) -> str:
        """Names the source; a document named before is not named again, its section is."""
        shown = PAGE[language].format(page=number) if number is not None else ""
        inner = section[-1] if section and len(section[-1].split()) <= SECTION_WORDS else ""
        if info.id in page.named and inner:
            return f"{inner}{shown}:"
        page.named.add(str(info.id))
        same = language == "en" and info.language == "en"
        says = SAYS_SAME_LANGUAGE if same else SAYS[language]
        title = f"“{info.title}”" if language == "en" else f"«{info.title}»"
        return f"{title}{' – ' + inner if inner else ''}{shown} {says}"


class _Page:
    """What an answer has named so far."""

    def __init__(self) -> None:
        self.named: set[str] = set()


def _as_statement(passage: Passage, item: Block) -> Statement:
    return Statement(
        passage=passage,
        start=item.start,
        end=item.end,
        text=item.text,
        rank=1,
        score=0.0,
        dense=0.0,
        lexical=0.0,
    )


def _block_at(document: Document, offset: int) -> Block | None:
    return next((b for b in document.blocks if b.start <= offset < b.end), None)


def _only_opens(document: Document, statement: Statement) -> bool:
    """Whether a statement says nothing itself: the opening of a list, or a short heading."""
    if statement.text.rstrip().endswith(":"):
        return True
    at = next((n for n, b in enumerate(document.blocks) if b.end > statement.start), None)
    if at is None:
        return False
    block, following = document.blocks[at], document.blocks[at + 1 : at + 2]
    if block.kind is BlockKind.HEADING:
        return len(statement.text.split()) < TELLING_HEADING
    return any(b.lead_in is not None and b.lead_in == block.text.strip() for b in following)


def _overlap(one: Statement, other: Statement) -> bool:
    return (
        one.passage.document_id == other.passage.document_id
        and one.start < other.end
        and other.start < one.end
    )


def _holding(passages: Iterable[Passage], block: Block) -> Passage | None:
    for passage in passages:
        if passage.start <= block.start and block.end <= passage.end:
            return passage
    return None
