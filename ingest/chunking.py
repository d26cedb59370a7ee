"""Blocks to passages: the spans that are indexed and cited.

A passage is one stretch of the stored text within one section. It begins with the section's heading
where it is the section's first; it holds whole paragraphs, list items and table rows, as many as
fit; only what is longer than a passage is cut, at sentence ends, else between words. A list stays
with the line that opens it if both fit. Footnotes, captions and table rows are passages of their
own: a row is what one cites, and alone it is found more sharply than among its neighbours. A
table's heading and header stand in the span of its first row.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.records import Block, BlockKind, Cell, Document, Passage, PassageId
from corpus.text import split_sentences, with_context
from corpus.tokens import TokenCounter

_SEPARATOR = " › "
_NUMBERED = re.compile(r"\w+\.? \d")
_FEWEST_NUMBERED_CAPTION_WORDS = 5
_FEWEST_WORDS = 8
_NUMBER_COLUMNS = frozenset({"nr", "nr.", "no", "no.", "nummer", "#"})
_GOAL = re.compile(
    r"(?:(?P<before>\d+)[.:]?\s*)?(?P<word>Mål|Hovedmål|Delmål|Goal)\b(?:\s+(?P<after>\d+))?"
)
_LEADING_NUMBER = re.compile(r"(\d+)[.:]\s")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atom:
    """What is not cut further: a block, or a sentence of a long one."""

    start: int
    end: int
    block: Block


def chunk(document: Document, counter: TokenCounter, max_tokens: int = 400) -> tuple[Passage, ...]:
    """The passages of `document` in text order.

    A passage with its context counts at most `max_tokens`; only a single character that alone
    counts more would exceed it. Ids depend on text and context alone, so that an unchanged
    passage keeps its id; exact repeats get an ordinal.

    Raises:
        ValueError: `max_tokens` is below 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}: it must be at least 1")
    return tuple(_Chunker(document, counter, max_tokens).run())


class _Chunker:
    def __init__(self, document: Document, counter: TokenCounter, max_tokens: int) -> None:
        self._document = document
        self._counter = counter
        self._max_tokens = max_tokens
        self._page_starts = [span.start for span in document.pages]
        self._goal_word = _goal_word(document)
        self._seen: dict[str, int] = {}

    def run(self) -> Iterator[Passage]:
        headings: list[Block] = []
        for run in _runs(self._document.blocks):
            first, last = run[0], run[-1]
            opens_table = bool(headings and last.cells)
            opens_table = opens_table and last.section == _own_section(headings[-1])
            if headings and not opens_table:
                yield from self._stretch(headings)
            start = headings[0].start if opens_table else first.start
            headings = run if last.kind is BlockKind.HEADING else []
            if last.kind is BlockKind.TABLE_ROW:
                yield from self._row(last, start)
            elif not headings and (last.kind is not BlockKind.CAPTION or _is_worth_finding(last)):
                yield from self._stretch(run)
        if headings:
            yield from self._stretch(headings)

    def _stretch(self, run: Sequence[Block]) -> Iterator[Passage]:
        """Passages of adjoining blocks of one section."""
        section = _own_section(run[-1])
        empty_room = self._max_tokens - self._count(self._context(section, None), "")
        current: list[_Atom] = []
        size = room = 0
        for group in _groups(run):
            whole = self._size(group[0].start, group[-1].end)
            if current and size + whole > room and (whole <= empty_room or size > room // 3):
                yield self._packed(current, section)
                current = []
            for atom in self._atoms(group, section):
                cost = self._size(atom.start, atom.end)
                # Sizes of parts add up to no less than the whole; only a sum too big is recounted.
                if current and size + cost > room and not self._fits([*current, atom], section):
                    yield self._packed(current, section)
                    current = []
                if not current:
                    size = 0
                    context = self._context_of([atom], section)
                    room = self._max_tokens - self._count(context, "")
                current.append(atom)
                size += cost
        if current:
            yield self._packed(current, section)

    def _atoms(self, group: Sequence[Block], section: tuple[str, ...]) -> Iterator[_Atom]:
        """The blocks of `group`; a heading with the block below it; a long block in pieces."""
        start: int | None = None
        for block in group:
            start = block.start if start is None else start
            if block.kind is BlockKind.HEADING and block is not group[-1]:
                continue
            whole = _Atom(start=start, end=block.end, block=block)
            if self._fits([whole], section):
                yield whole
            else:
                yield from self._pieces(whole, section)
            start = None

    def _pieces(self, whole: _Atom, section: tuple[str, ...]) -> Iterator[_Atom]:
        def fits(start: int, end: int) -> bool:
            return self._fits([replace(whole, start=start, end=end)], section)

        for start, end in self._cut((whole.start, whole.end), fits):
            yield replace(whole, start=start, end=end)

    def _cut(self, span: Span, fits: Callable[[int, int], bool]) -> Iterator[Span]:
        """`span` in pieces that fit: sentences, else runs of words, else of characters."""
        text = self._text(*span)
        sentences = [(span[0] + start, span[0] + end) for start, end in split_sentences(text)]
        starts = [span[0], *(start for start, _ in sentences[1:])]
        ends = [*starts[1:], span[1]]
        for start, end in zip(starts, ends, strict=True):
            last = start + len(self._text(start, end).rstrip())
            if fits(start, last):
                yield start, last
            else:
                yield from self._cut_words((start, last), fits)

    def _cut_words(self, span: Span, fits: Callable[[int, int], bool]) -> Iterator[Span]:
        start: int | None = None
        end = span[0]
        for match in re.finditer(r"\S+", self._text(*span)):
            begin, stop = span[0] + match.start(), span[0] + match.end()
            if start is not None and fits(start, stop):
                end = stop
                continue
            if start is not None:
                yield start, end
            start, end = begin, stop
            if not fits(begin, stop):
                *whole, (start, end) = self._cut_characters((begin, stop), fits)
                yield from whole
        if start is not None:
            yield start, end

    def _cut_characters(self, span: Span, fits: Callable[[int, int], bool]) -> list[Span]:
        pieces: list[Span] = []
        start = span[0]
        while start < span[1]:
            low, high = start + 1, span[1]
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if fits(start, middle) else (low, middle - 1)
            pieces.append((start, low))
            start = low
        return pieces

    def _fits(self, atoms: Sequence[_Atom], section: tuple[str, ...]) -> bool:
        context = self._context_of(atoms, section)
        text = self._text(atoms[0].start, atoms[-1].end)
        return self._count(context, text) <= self._max_tokens

    def _packed(self, atoms: Sequence[_Atom], section: tuple[str, ...]) -> Passage:
        kinds = [atom.block.kind for atom in atoms]
        span = (atoms[0].start, atoms[-1].end)
        context = self._context_of(atoms, section)
        return self._passage(span, section, _main_kind(kinds), context, None)

    def _context_of(self, atoms: Sequence[_Atom], section: tuple[str, ...]) -> str:
        lead_in = atoms[0].block.lead_in
        if lead_in and lead_in in self._text(atoms[0].start, atoms[-1].end):
            lead_in = None
        return self._context(section, lead_in)

    def _context(self, section: tuple[str, ...], lead_in: str | None) -> str:
        """Title, section path and lead-in, shortened from outside in to half a passage at most."""
        title = self._document.info.title
        paths = [(title, *section), (title, *section[-1:]), section[-1:], (title,)]
        candidates = [_SEPARATOR.join(path) for path in paths if path]
        if lead_in:
            candidates = [*(f"{path}\n{lead_in}" for path in candidates), *candidates]
        for candidate in candidates:
            if self._count(candidate, "") <= self._max_tokens // 2:
                return candidate
        return ""

    def _row(self, block: Block, start: int) -> Iterator[Passage]:
        """One passage a row; a row too long is cut between cells, a cell too long within.

        The first reaches back to `start`: the table's heading and header, if it is the first row.
        """
        context = self._context(block.section, None)
        own = [cell for cell in block.cells if cell.start >= block.start]
        own.sort(key=lambda cell: cell.start)
        inherited = tuple(cell for cell in block.cells if cell.start < block.start)
        if not own:
            yield from self._stretch([block])
            return
        goal = self._goal(block)

        def readable(cells: Sequence[Cell]) -> str:
            chosen = [cell for cell in block.cells if cell in inherited or cell in cells]
            return readable_row(chosen, goal)

        def fits(cells: Sequence[Cell]) -> bool:
            return self._count(context, readable(cells)) <= self._max_tokens

        group: list[Cell] = []
        for cell in own:
            if group and not fits([*group, cell]):
                yield self._row_passage(block, start, group, context, readable(group))
                group = []
            if not group:
                start = min(start, cell.start) if cell is own[0] else cell.start
            if fits([cell]):
                group.append(cell)
                continue
            yield from self._long_cell(block, start, cell, context)
        if group:
            yield self._row_passage(block, start, group, context, readable(group))

    def _row_passage(
        self, block: Block, start: int, cells: Sequence[Cell], context: str, readable: str
    ) -> Passage:
        span = (start, cells[-1].end)
        return self._passage(span, block.section, BlockKind.TABLE_ROW, context, readable)

    def _long_cell(self, block: Block, start: int, cell: Cell, context: str) -> Iterator[Passage]:
        label_size = self._count(context, _labelled(cell.column, ""))
        label = cell.column if label_size <= self._max_tokens * 3 // 4 else ""

        def readable(start: int, end: int) -> str:
            return _labelled(label, self._text(start, end))

        def fits(start: int, end: int) -> bool:
            return self._count(context, readable(start, end)) <= self._max_tokens

        for begin, end in self._cut((cell.start, cell.end), fits):
            span = (start if begin == cell.start else begin, end)
            text = readable(begin, end)
            yield self._passage(span, block.section, BlockKind.TABLE_ROW, context, text)

    def _goal(self, block: Block) -> str | None:
        """The goal of a row by its heading's number: "Mål 1" below "1. Mål: …"."""
        for title in reversed(block.section):
            match = _GOAL.match(title)
            number = (match.group("before") or match.group("after")) if match else None
            if match and number:
                return f"{match.group('word')} {number}"
            leading = _LEADING_NUMBER.match(title)
            if leading and self._goal_word:
                return f"{self._goal_word} {leading.group(1)}"
        return None

    def _passage(
        self,
        span: Span,
        section: tuple[str, ...],
        kind: BlockKind,
        context: str,
        readable: str | None,
    ) -> Passage:
        text = self._text(*span)
        readable = text if readable is None else readable
        return Passage(
            id=self._id(text, context),
            document_id=self._document.info.id,
            start=span[0],
            end=span[1],
            text=text,
            section=section,
            page=self._page(span[0]),
            kind=kind,
            context=context,
            readable=readable,
            token_count=self._count(context, readable),
        )

    def _id(self, text: str, context: str) -> PassageId:
        digest = hashlib.sha256((text + context).encode()).hexdigest()[:12]
        self._seen[digest] = self._seen.get(digest, 0) + 1
        repeat = f"-{self._seen[digest]}" if self._seen[digest] > 1 else ""
        return PassageId(f"{self._document.info.id}-{digest}{repeat}")

    def _page(self, offset: int) -> int | None:
        index = bisect_right(self._page_starts, offset) - 1
        return self._document.pages[index].number if index >= 0 else None

    def _text(self, start: int, end: int) -> str:
        return self._document.text[start:end]

    def _size(self, start: int, end: int) -> int:
        return self._count("", self._text(start, end)) + 2  # the blanks to what stands before

    def _count(self, context: str, readable: str) -> int:
        return self._counter.count(with_context(context, readable))


def readable_row(cells: Sequence[Cell], goal: str | None = None) -> str:
    """A table row as one line: "Mål 1 · Strategi 1.4: … · Tiltak: … · Ansvarlig: …".

    A column of numbers ("Nr") is set before the cell after it; cells of one column are listed.
    """
    parts = [goal] if goal else []
    number = ""
    last_column: str | None = None
    for cell in cells:
        if cell.column.casefold() in _NUMBER_COLUMNS:
            number = cell.text
        elif cell.column and cell.column == last_column:
            parts[-1] += f", {cell.text}"
        else:
            parts.append(_labelled(f"{cell.column} {number}".strip(), cell.text))
            number = ""
        last_column = cell.column
    return " · ".join([*parts, number] if number else parts)


def _labelled(label: str, text: str) -> str:
    return f"{label}: {text}" if label else text


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Adjoining blocks that may share passages: headings and what stands below.

    A run ends where the section, the kind or the page of footnotes changes; a table row or a
    caption is a run of its own.
    """
    run: list[Block] = []
    for block in blocks:
        if run and not _belongs(run, block):
            yield run
            run = []
        if block.kind is not BlockKind.FURNITURE:
            run.append(block)
    if run:
        yield run


def _belongs(run: Sequence[Block], block: Block) -> bool:
    last = run[-1]
    if block.kind is BlockKind.FURNITURE:
        return False
    if last.kind is BlockKind.HEADING:
        if block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            return False
        return block.section == _own_section(last)
    if BlockKind.FOOTNOTE in (last.kind, block.kind):
        return last.kind is block.kind and last.page == block.page and last.section == block.section
    flowing = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
    return last.kind in flowing and block.kind in flowing and last.section == block.section


def _own_section(block: Block) -> tuple[str, ...]:
    if block.kind is BlockKind.HEADING:
        return (*block.section, block.text.rstrip(" :") or block.text)
    return block.section


def _groups(run: Sequence[Block]) -> list[list[Block]]:
    """Blocks that should stand together: headings with what follows, a list with its opener."""
    groups: list[list[Block]] = []
    for block in run:
        before = groups[-1][-1] if groups else None
        joins = before is not None and (
            before.kind is BlockKind.HEADING
            or (block.kind is BlockKind.LIST_ITEM and before.kind is BlockKind.LIST_ITEM)
            or (block.lead_in is not None and before.text.endswith(block.lead_in))
        )
        if joins:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _main_kind(kinds: Sequence[BlockKind]) -> BlockKind:
    """The kind of most blocks; a list with its opener is a list."""
    counts = Counter(kinds)
    return max(counts, key=lambda kind: (counts[kind], kind is BlockKind.LIST_ITEM))


def _is_worth_finding(caption: Block) -> bool:
    """Whether a caption says something: a numbered one in some words, any other in more."""
    words = len(caption.text.split())
    fewest = _FEWEST_NUMBERED_CAPTION_WORDS if _NUMBERED.match(caption.text) else _FEWEST_WORDS
    return words >= fewest


def _goal_word(document: Document) -> str | None:
    """What the document calls its numbered goals ("1. Mål: …"), if its headings say so."""
    for block in document.blocks:
        match = _GOAL.match(block.text) if block.kind is BlockKind.HEADING else None
        if match and (match.group("before") or match.group("after")):
            return match.group("word")
    return None
