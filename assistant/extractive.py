"""Answers without a language model: the document's own statements, chosen, ordered and cited.

Best statements first until the word budget is spent or they fall too far behind the best one; then
set in reading order under a frame that names the source ("… (s. 12) sier:"). A statement that
points back ("Dette …", "Den …") brings the sentence before it. A question for a list gets the
whole list, lead-in first. A comparison gets statements of both sides. Quotes are cut from the
stored text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.citations import Citer
from assistant.frames import ACCORDING_TO, ACCORDING_TO_SAME_LANGUAGE, PAGE
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
MARGIN = 4.5  # statements this far (in summed z) behind the best are left out
LIST_WORDS = 380
FRAME_WORDS = 12  # what naming a source costs
LIST_HITS = 3
MIN_LIST_ITEMS = 2


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
        statements: Sequence[Statement],
        kind: QuestionKind,
        language: Language,
        citer: Citer,
    ) -> Draft:
        """The answer made of `statements` (best first); they must not be empty."""
        if kind is QuestionKind.LIST:
            whole = self._whole_list(statements, language, citer)
            if whole is not None:
                return whole
        chosen = self._choose(statements, kind)
        return self._render(in_reading_order(chosen), language, citer)

    def _choose(self, statements: Sequence[Statement], kind: QuestionKind) -> list[Statement]:
        chosen: list[Statement] = []
        framed: set[str] = set()
        words = 0
        best = statements[0].score
        sides = _two_sides(statements) if kind is QuestionKind.COMPARE else []
        for statement in [*sides, *statements]:
            if any(_overlap(statement, other) for other in chosen):
                continue
            document = self._document_of(statement.passage.document_id)
            wanted = self._with_antecedent(statement, chosen)
            cost = sum(len(self._stand_alone(one, document).split()) + 1 for one in wanted)
            if statement.passage.document_id not in framed:
                cost += FRAME_WORDS
            far = statement.score < best - MARGIN and statement not in sides
            if chosen and (words + cost > self._max_words or far):
                if far:
                    break
                continue
            chosen += wanted
            words += cost
            framed.add(statement.passage.document_id)
        return chosen

    def _with_antecedent(
        self, statement: Statement, chosen: Sequence[Statement]
    ) -> list[Statement]:
        """The statement, after the sentence it points back to when that is in its passage."""
        if not POINTS_BACK.match(statement.text) or statement.start <= statement.passage.start:
            return [statement]
        document = self._document_of(statement.passage.document_id)
        for block in document.blocks:
            if block.start <= statement.start < block.end and block.kind is BlockKind.PARAGRAPH:
                before = document.text[block.start : statement.start].rstrip()
                if not before:
                    return [statement]
                start, end = split_sentences(before)[-1]
                earlier = replace(
                    statement,
                    start=block.start + start,
                    end=block.start + end,
                    text=before[start:end],
                )
                if any(_overlap(earlier, other) for other in chosen):
                    return [statement]
                return [earlier, statement]
        return [statement]

    def _whole_list(
        self, statements: Sequence[Statement], language: Language, citer: Citer
    ) -> Draft | None:
        """The list that the best statements stand in, whole; None when they stand in none."""
        votes: dict[tuple[str, int], float] = {}
        lists: dict[tuple[str, int], list[Block]] = {}
        best = statements[0].score
        for statement in statements[:12]:
            if statement.rank > LIST_HITS:
                continue
            items = self._list_around(statement)
            if len(items) >= MIN_LIST_ITEMS:
                key = (str(statement.passage.document_id), items[0].start)
                lists[key] = items
                votes[key] = votes.get(key, 0.0) + max(0.1, 3 + statement.score - best)
        if not votes:
            return None
        key = max(votes, key=lambda one: votes[one])
        document = self._document_of(key[0])
        return self._render_list(document, lists[key], statements, language, citer)

    def _list_around(self, statement: Statement) -> list[Block]:
        document = self._document_of(statement.passage.document_id)
        blocks = document.blocks
        at = next((n for n, b in enumerate(blocks) if b.start <= statement.start < b.end), None)
        if at is None:
            return []
        if blocks[at].kind is not BlockKind.LIST_ITEM:
            following = [b for b in blocks[at + 1 : at + 3] if b.kind is BlockKind.LIST_ITEM]
            if not following or following[0].section != _inner_section(blocks[at]):
                return []
            at = blocks.index(following[0])
        first = last = at
        while first > 0 and _same_list(blocks[first - 1], blocks[at]):
            first -= 1
        while last + 1 < len(blocks) and _same_list(blocks[last + 1], blocks[at]):
            last += 1
        return [b for b in blocks[first : last + 1] if b.kind is BlockKind.LIST_ITEM]

    def _render_list(
        self,
        document: Document,
        items: Sequence[Block],
        statements: Sequence[Statement],
        language: Language,
        citer: Citer,
    ) -> Draft:
        passages = {s.passage.id: s.passage for s in statements}
        fallback = next(s.passage for s in statements if s.passage.document_id == document.info.id)
        lines = [self._frame(document.info, items[0].page, language)]
        if items[0].section:
            lines[0] = f"{lines[0][:-1]} – {items[0].section[-1]}:"
        if items[0].lead_in:
            lines.append(items[0].lead_in)
        words = sum(len(line.split()) for line in lines)
        used: list[Statement] = []
        for item in items:
            cost = len(item.text.split())
            if used and words + cost > LIST_WORDS:
                break
            words += cost
            holder = _holding(passages.values(), item) or fallback
            marker = citer.cite(holder, item.start, item.end)
            lines.append(f"- {item.text.lstrip('• ').strip()} [{marker}]")
            used.append(
                Statement(
                    passage=holder,
                    start=item.start,
                    end=item.end,
                    text=item.text,
                    rank=1,
                    score=0,
                    dense=0,
                    lexical=0,
                )
            )
        return Draft(text="\n".join(lines), used=tuple(used))

    def _render(self, chosen: Sequence[Statement], language: Language, citer: Citer) -> Draft:
        lines: list[str] = []
        group: tuple[str, int | None] | None = None
        for statement in chosen:
            document = self._document_of(statement.passage.document_id)
            page = document.page_at(statement.start)
            if group != (document.info.id, page):
                group = (document.info.id, page)
                lines.append(("\n" if lines else "") + self._frame(document.info, page, language))
            marker = citer.cite(statement.passage, statement.start, statement.end)
            lines.append(f"{self._stand_alone(statement, document)} [{marker}]")
        return Draft(text="\n".join(lines), used=tuple(chosen))

    def _stand_alone(self, statement: Statement, document: Document) -> str:
        """A list item or cell with the lead-in or column it needs to be understood."""
        text = " ".join(statement.text.split())
        for block in document.blocks:
            if block.start <= statement.start < block.end:
                if block.kind is BlockKind.LIST_ITEM and block.lead_in:
                    return f"{block.lead_in.rstrip(' :')}: {text}"
                if block.kind is BlockKind.TABLE_ROW:
                    column = next(
                        (c.column for c in block.cells if c.start <= statement.start < c.end), None
                    )
                    return f"{column}: {text}" if column else text
                break
        return text

    def _frame(self, info: DocumentInfo, page: int | None, language: Language) -> str:
        shown = PAGE[language].format(page=page) if page is not None else ""
        frame = ACCORDING_TO[language]
        if language == "en" and info.language == "en":
            frame = ACCORDING_TO_SAME_LANGUAGE
        title = f"“{info.title}”" if language == "en" else f"«{info.title}»"
        return frame.format(title=title, page=shown)


def _two_sides(statements: Sequence[Statement]) -> list[Statement]:
    """The best statement of each of the two best documents, or passages of one document."""
    sides: dict[str, Statement] = {}
    for statement in statements:
        sides.setdefault(statement.passage.document_id, statement)
    if len(sides) >= 2:
        return list(sides.values())[:2]
    passages: dict[str, Statement] = {}
    for statement in statements:
        passages.setdefault(statement.passage.id, statement)
    return list(passages.values())[:2]


def _overlap(one: Statement, other: Statement) -> bool:
    return (
        one.passage.document_id == other.passage.document_id
        and one.start < other.end
        and other.start < one.end
    )


def _inner_section(block: Block) -> tuple[str, ...]:
    return (*block.section, block.text) if block.kind is BlockKind.HEADING else block.section


def _same_list(one: Block, item: Block) -> bool:
    if one.kind in (BlockKind.FOOTNOTE, BlockKind.CAPTION, BlockKind.FURNITURE):
        return True
    return (
        one.kind is BlockKind.LIST_ITEM
        and one.section == item.section
        and one.lead_in == item.lead_in
    )


def _holding(passages: Iterable[Passage], item: Block) -> Passage | None:
    for passage in passages:
        if passage.start <= item.start and item.end <= passage.end:
            return passage
    return None
