"""Answers without a language model: the document's own statements, chosen, ordered and cited.

Best statements first until the word budget is spent or they fall too far behind the best one; then
set in reading order under a frame that names source and section ("… – Meråpenhet (s. 12) sier:").
A statement that points back ("Dette …") brings the sentence before it. When a list is asked for, or
the best statements are items of one short list, the list is given whole, lead-in first. In a
comparison each side gets its share of the words. Quotes are cut from the stored text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.citations import Citer
from assistant.frames import PAGE, SAYS, SAYS_SAME_LANGUAGE
from assistant.lists import FoundList
from assistant.statements import Statement, in_reading_order
from corpus.language import Language
from corpus.records import Block, BlockKind, Document, DocumentInfo, Passage
from corpus.text import split_sentences

POINTS_BACK = re.compile(
    r"^(dette|denne|disse|den|det|de|slike?|her|der|videre|i tillegg|samtidig|dermed|derfor|"
    r"likevel|imidlertid|this|these|it|they|such|here|also|however)\b",
    re.IGNORECASE,
)
COUNTS_FIRST = re.compile(
    r"^(den første|det første|for det første|the first|first(ly)?|på den ene sid[ea])\b",
    re.IGNORECASE,
)
COUNTS_ON = re.compile(
    r"^(den (andre|tredje|fjerde|siste)|det (andre|tredje|siste)|for det (andre|tredje)|"
    r"the (second|third|fourth|last)|second(ly)?|third(ly)?|på den andre sid[ea])\b",
    re.IGNORECASE,
)
MARKER = re.compile(r"\s*\[\d+\]")
MARGIN = 5.5  # statements this far (in weighted z) behind the best are left out
LIST_WORDS = 380
LIST_FALLBACK_WORDS = 250  # a list was asked for, but the answer stands in running text
FRAME_WORDS = 14  # what naming a source costs about
ROOM_FOR_MORE = 28
SECTION_WORDS = 8  # a longer heading is not named: it would cost words of the answer
LEAD_IN_WORDS = 14
TELLING_HEADING = 7  # words; goals are printed as headings and answer questions
_Place = tuple[str, tuple[str, ...], int | None]  # document, section and page


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer's text with markers, and the statements it rests on."""

    text: str
    used: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The statements that one side of an answer is made of, best first, or a list to give whole.

    `lists` says that a list is asked for, found or not.
    """

    statements: Sequence[Statement]
    lists: bool = False
    whole: FoundList | None = None


class Extractor:
    """Writes extractive answers."""

    def __init__(
        self,
        document_of: Callable[[str], Document],
        passage_of: Callable[[str, int, int], Passage | None],
        max_words: int,
    ) -> None:
        self._document_of = document_of
        self._passage_of = passage_of
        self._max_words = max_words

    def write(self, sides: Sequence[Side], language: Language, citer: Citer) -> Draft:
        """The answer made of statements.

        Args:
            sides: those of a comparison, otherwise one; none is empty.
            language: of the frame.
            citer: hands out the markers.
        """
        if len(sides) > 1:
            return self._write_sides(sides, language, citer)
        statements, found = sides[0].statements, sides[0].whole
        page = _Page()
        words = LIST_FALLBACK_WORDS if sides[0].lists else self._max_words
        if found is None:
            chosen = in_reading_order(self._choose(statements, words, language, page))
            return self._render(chosen, language, citer, page)
        listed = self._render_list(found, statements, language, citer, page)
        head = found.heading
        rest = [
            s
            for s in statements
            if not found.holds(s) and not (head is not None and head.start <= s.start < head.end)
        ]
        left = self._max_words - _words(listed.text)
        chosen = self._choose(rest, left, language, page) if left > ROOM_FOR_MORE and rest else []
        if not chosen:
            return listed
        first = found.items[0]
        named = bool(_section_name(found))
        place = _place(found.document, first.section, first.start) if named else None
        more = self._render(in_reading_order(chosen), language, citer, page, place)
        return Draft(text=f"{listed.text}\n\n{more.text}", used=listed.used + more.used)

    def _write_sides(self, sides: Sequence[Side], language: Language, citer: Citer) -> Draft:
        """Each side in turn; what one leaves of its share of the words goes to the next ones."""
        page = _Page()
        drafts: list[Draft] = []
        told: list[Statement] = []
        left = self._max_words
        for number, side in enumerate(sides):
            share = left // (len(sides) - number)
            statements = [
                s for s in side.statements if not any(_overlap(s, other) for other in told)
            ]
            if side.lists and side.whole is not None and side.whole.words + FRAME_WORDS <= share:
                draft = self._render_list(side.whole, side.statements, language, citer, page)
            else:
                chosen = in_reading_order(self._choose(statements, share, language, page))
                draft = self._render(chosen, language, citer, page)
            if draft.used:
                drafts.append(draft)
                told += draft.used
                left = max(0, left - _words(draft.text))
        text = "\n\n".join(draft.text for draft in drafts)
        return Draft(text=text, used=tuple(told))

    def _choose(
        self, statements: Sequence[Statement], max_words: int, language: Language, page: _Page
    ) -> list[Statement]:
        """The best statements that fit into so many words, frames counted; one at the least."""
        if not statements:
            return []
        chosen: list[Statement] = []
        shown = _Page(named=set(page.named))
        framed: set[_Place] = set()
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
            wanted = self._with_neighbours(statement, chosen)
            cost = sum(len(self._stand_alone(one, document).split()) for one in wanted)
            place = _place(document, statement.passage.section, statement.start)
            if place not in framed:
                trial = _Page(named=set(shown.named))
                frame = self._frame(document.info, place[1], place[2], language, trial)
                cost += _words(frame)
            if chosen and words + cost > max_words:
                continue
            chosen += wanted
            words += cost
            framed.add(place)
            shown.named.add(str(document.info.id))
        return chosen

    def _with_neighbours(
        self, statement: Statement, chosen: Sequence[Statement]
    ) -> list[Statement]:
        """The statement with what it cannot do without in its paragraph.

        That is the sentence before when it points back, and the next of a count ("Den andre …")
        when it tells the first.
        """
        document = self._document_of(statement.passage.document_id)
        block = _block_at(document, statement.start)
        if block is None or block.kind is not BlockKind.PARAGRAPH:
            return [statement]
        found = [statement]
        begins = max(block.start, statement.passage.start)
        before = document.text[begins : statement.start].rstrip()
        if before and POINTS_BACK.match(statement.text):
            found.insert(0, _cut(statement, document, begins, split_sentences(before)[-1]))
        if COUNTS_FIRST.match(statement.text):
            ends = min(block.end, statement.passage.end)
            after = document.text[statement.end : ends]
            counted = [s for s in split_sentences(after) if COUNTS_ON.match(after[s[0] : s[1]])]
            found += [_cut(statement, document, statement.end, span) for span in counted]
        return [
            one
            for one in found
            if one is statement or not any(_overlap(one, other) for other in chosen)
        ]

    def _render_list(
        self,
        found: FoundList,
        statements: Sequence[Statement],
        language: Language,
        citer: Citer,
        page: _Page,
    ) -> Draft:
        info = found.document.info
        own = [s.passage for s in statements if s.passage.document_id == info.id]

        def holder(start: int, end: int) -> Passage:
            return _holding(own, start, end) or self._passage_of(info.id, start, end) or own[0]

        first, heading, named = found.items[0], found.heading, _section_name(found)
        lines = [self._frame(info, (named,) if named else (), first.page, language, page)]
        if heading is not None and not named:
            span = heading.start, heading.end
            marker = citer.cite(holder(*span), *span)
            lines.append(f"{' '.join(heading.text.split())} [{marker}]")
        if found.lead_in_span is not None:
            marker = citer.cite(holder(*found.lead_in_span), *found.lead_in_span)
            lines.append(f"{first.lead_in} [{marker}]")
        words = sum(len(line.split()) for line in lines)
        used: list[Statement] = []
        for item in found.items:
            cost = len(item.text.split())
            if used and words + cost > LIST_WORDS:
                break
            words += cost
            passage = holder(item.start, item.end)
            marker = citer.cite(passage, item.start, item.end)
            lines.append(f"- {item.text.lstrip('• ').strip()} [{marker}]")
            used.append(_as_statement(passage, item))
        return Draft(text="\n".join(lines), used=tuple(used))

    def _render(
        self,
        chosen: Sequence[Statement],
        language: Language,
        citer: Citer,
        page: _Page,
        place: _Place | None = None,
    ) -> Draft:
        """Statements under their frames; the first needs none where it goes on at `place`."""
        lines: list[str] = []
        for statement in chosen:
            document = self._document_of(statement.passage.document_id)
            here = _place(document, statement.passage.section, statement.start)
            if place != here:
                place = here
                frame = self._frame(document.info, here[1], here[2], language, page)
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
            return f"{opening}: {text}" if len(opening.split()) <= LEAD_IN_WORDS else text
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


@dataclass(slots=True)
class _Page:
    """The documents that an answer has named so far."""

    named: set[str] = field(default_factory=set)


def _place(document: Document, section: tuple[str, ...], start: int) -> _Place:
    return str(document.info.id), section, document.page_at(start)


def _section_name(found: FoundList) -> str:
    """The heading of a list when it only names the section; a longer one tells something."""
    words = found.heading.text.split() if found.heading is not None else []
    return " ".join(words) if len(words) < TELLING_HEADING else ""


def _words(text: str) -> int:
    """Words of an answer; markers are none."""
    return len(MARKER.sub("", text).split())


def _cut(like: Statement, document: Document, offset: int, span: tuple[int, int]) -> Statement:
    """A sentence beside a statement, at `span` from `offset` on."""
    start, end = offset + span[0], offset + span[1]
    return replace(like, start=start, end=end, text=document.text[start:end])


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
    return next((document.blocks[n] for n in document.blocks_within(offset, offset + 1)), None)


def _only_opens(document: Document, statement: Statement) -> bool:
    """Whether a statement says nothing itself: the opening of a list, or a short heading."""
    if statement.text.rstrip().endswith(":"):
        return True
    at = next(iter(document.blocks_within(statement.start, len(document.text))), None)
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


def _holding(passages: Iterable[Passage], start: int, end: int) -> Passage | None:
    for passage in passages:
        if passage.start <= start and end <= passage.end:
            return passage
    return None
