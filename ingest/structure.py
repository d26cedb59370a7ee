"""From repaired pages to a document: its stored text, and blocks that know their section.

The way: lines are sorted into running text, tables and asides (footnotes, captions, furniture);
running text is cut into segments (`ingest.layout`), segments get roles (`ingest.roles`), headings
get levels (`ingest.headings`), and the drafts are written out (`ingest.serialise`). An aside is
moved behind the paragraph, list or table that it interrupts, so that sentences run on. Marked-up
pieces (DOCX, HTML) are believed as they are and take part in the order of things like segments.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.records import BlockKind, Document, DocumentInfo
from corpus.text import split_sentences
from ingest.headings import Heading, infer_levels, section_title
from ingest.joining import count_words, join_lines
from ingest.layout import Segment, is_unfinished, measure, segment_lines
from ingest.markers import MarkKind
from ingest.parts import MarkedUp, Parts, RowBlock, take_apart
from ingest.roles import Piece, Role, assign_roles, merge_rejected_titles
from ingest.serialise import Draft, Source, serialise
from ingest.source import ElementKind, RepairedSource

_ELEMENT_ROLES = {ElementKind.HEADING: Role.HEADING, ElementKind.LIST_ITEM: Role.ITEM}

_Flow = Segment | RowBlock | MarkedUp


def build_document(info: DocumentInfo, repaired: RepairedSource) -> Document:
    """The document that `repaired` holds.

    Every character of the source but blanks stands once in its text, hyphens closed at line ends
    excepted; a marked-up list gets bullets and a merged cell is written once.
    """
    words = count_words(entry.text for page in repaired.pages for entry in page.lines)
    parts = take_apart(repaired)
    drafts = _Arranger(_flow_with_roles(parts), words).arrange(parts)
    written = serialise(drafts, words)
    return Document(
        info=info,
        text=written.text,
        pages=written.pages,
        blocks=written.blocks,
        repairs=repaired.repairs,
    )


def _flow_with_roles(parts: Parts) -> list[tuple[_Flow, Role]]:
    """Segments, tables and marked-up pieces in order, each with its role."""
    setting = measure(parts.body)
    flow: list[_Flow] = [*segment_lines(parts.body, setting), *parts.tables, *parts.marked_up]
    flow.sort(key=_position)
    pieces: list[Piece] = [_as_piece(entry) for entry in flow]
    roles = assign_roles(pieces, setting)
    others = iter([entry for entry in flow if not isinstance(entry, Segment)])
    return [
        (piece if isinstance(piece, Segment) else next(others), role)
        for piece, role in merge_rejected_titles(pieces, roles)
    ]


def _as_piece(entry: _Flow) -> Piece:
    if isinstance(entry, Segment):
        return entry
    if isinstance(entry, RowBlock):
        return Role.TABLE
    return _ELEMENT_ROLES.get(entry.element.kind, Role.PARAGRAPH)


def _position(entry: _Flow) -> int:
    return entry.first.position if isinstance(entry, Segment) else entry.position


def _text(entry: _Flow) -> str:
    if isinstance(entry, Segment):
        return entry.text
    return entry.element.text if isinstance(entry, MarkedUp) else ""


def _lines(entry: Segment | MarkedUp) -> tuple[Source, ...]:
    if isinstance(entry, Segment):
        return tuple((line.page, line.text) for line in entry.lines)
    return ((entry.page, entry.element.text),)


class _Outline:
    """The path of headings above the place that has been reached."""

    def __init__(self, levels: Sequence[int]) -> None:
        self._levels = iter(levels)
        self._path: list[tuple[int, str]] = []

    @property
    def section(self) -> tuple[str, ...]:
        return tuple(title for _, title in self._path)

    def enter(self, title: str) -> tuple[int, tuple[str, ...]]:
        """The level of the next heading and the section it stands in; it is then the innermost."""
        level = next(self._levels)
        self._path = [(depth, text) for depth, text in self._path if depth < level]
        above = self.section
        self._path.append((level, section_title(title)))
        return level, above


class _Arranger:
    """Puts what has roles into the order of the stored text, with sections and lead-ins."""

    def __init__(self, flow: Sequence[tuple[_Flow, Role]], words: Counter[str]) -> None:
        self._flow = flow
        self._words = words
        self._lead_ins = self._find_lead_ins()
        self._outline = _Outline(infer_levels(self._headings()))

    def arrange(self, parts: Parts) -> list[Draft]:
        asides = deque(parts.asides)
        drafts: list[Draft] = []
        waiting: list[Draft] = []
        nesting: list[str] = []
        for index, (entry, role) in enumerate(self._flow):
            while asides and asides[0].position < _position(entry):
                aside = asides.popleft()
                waiting.append(replace(aside.draft, section=self._outline.section))
            before = self._role(index - 1)
            goes_on = role is Role.ITEM and (
                before is Role.ITEM or self._lead_ins[index] is not None
            )
            if before is not Role.HEADING and not goes_on:
                drafts.extend(waiting)
                waiting = []
            if not (role is Role.ITEM and before is Role.ITEM):
                nesting = []
            drafts.extend(self._drafts(index, nesting))
        section = self._outline.section
        return [*drafts, *waiting, *(replace(aside.draft, section=section) for aside in asides)]

    def _role(self, index: int) -> Role | None:
        return self._flow[index][1] if 0 <= index < len(self._flow) else None

    def _joined(self, entry: Segment | MarkedUp) -> str:
        return join_lines([text for _, text in _lines(entry)], self._words)

    def _drafts(self, index: int, nesting: list[str]) -> Iterator[Draft]:
        entry, role = self._flow[index]
        section = self._outline.section
        if isinstance(entry, RowBlock):
            yield from (replace(row, section=section) for row in entry.rows)
        elif role is Role.HEADING:
            level, section = self._outline.enter(self._joined(entry))
            yield Draft(kind=BlockKind.HEADING, lines=_lines(entry), section=section, level=level)
        elif role is Role.ITEM:
            yield Draft(
                kind=BlockKind.LIST_ITEM,
                lines=_lines(entry),
                section=section,
                level=_depth(entry, nesting),
                lead_in=self._lead_ins[index],
                mark=_own_number(entry),
                closes_up=self._role(index - 1) is Role.ITEM,
                prefix=_implied_bullet(entry),
            )
        else:
            yield Draft(kind=BlockKind.PARAGRAPH, lines=_lines(entry), section=section)

    def _headings(self) -> list[Heading]:
        headings: list[Heading] = []
        opener: int | None = None  # the paragraph whose promised list the headings below divide
        for index, (entry, role) in enumerate(self._flow):
            following = self._role(index + 1)
            if role is Role.PARAGRAPH:
                is_opener = following is Role.HEADING and _text(entry).endswith(":")
                opener = index if is_opener else None
            if role is not Role.HEADING or isinstance(entry, RowBlock):
                continue
            heads_list = following is Role.ITEM and self._lead_ins[index + 1] is not None
            headings.append(
                Heading(
                    title=self._joined(entry),
                    mark=entry.mark if isinstance(entry, Segment) else None,
                    opens_page=isinstance(entry, Segment) and entry.first.opens_page,
                    follows_heading=self._role(index - 1) is Role.HEADING,
                    introduced_by=opener if heads_list else None,
                    given_level=entry.element.level or 1 if isinstance(entry, MarkedUp) else None,
                )
            )
        return headings

    def _find_lead_ins(self) -> list[str | None]:
        """For each list item the sentence that opens its list, for everything else None.

        A sentence that ends in ":" straight above a heading opens the lists straight below that
        heading and its neighbours ("forventes det følgende av en del aktører:", "SINTEF", "NTNU").
        """
        found: list[str | None] = []
        promised: str | None = None
        current: str | None = None
        for index, (entry, role) in enumerate(self._flow):
            if role is Role.ITEM:
                if self._role(index - 1) is not Role.ITEM:
                    current = self._opening_sentence(index - 1, promised)
                found.append(current)
                continue
            found.append(None)
            following = self._role(index + 1)
            if role is Role.PARAGRAPH and not isinstance(entry, RowBlock):
                opens = following is Role.HEADING and _text(entry).endswith(":")
                promised = self._last_sentence(entry) if opens else None
            elif role is Role.TABLE or following is not Role.ITEM:
                promised = None
        return found

    def _opening_sentence(self, index: int, promised: str | None) -> str | None:
        if index < 0:
            return None
        entry, role = self._flow[index]
        if isinstance(entry, RowBlock):
            return None
        if role is Role.HEADING and not _text(entry).endswith(":"):
            return promised
        if role is Role.HEADING and promised:
            return promised
        return self._last_sentence(entry) if is_unfinished(_text(entry)) else None

    def _last_sentence(self, entry: Segment | MarkedUp) -> str:
        text = self._joined(entry)
        spans = split_sentences(text)
        return text[slice(*spans[-1])] if spans else text


def _depth(entry: Segment | MarkedUp, nesting: list[str]) -> int:
    """How deep a list item lies, from 1: a new sort of mark opens a deeper list."""
    if isinstance(entry, MarkedUp):
        return entry.element.level or 1
    family = entry.mark.family if entry.mark else ""
    if family in nesting:
        del nesting[nesting.index(family) + 1 :]
    else:
        nesting.append(family)
    return len(nesting)


def _own_number(entry: Segment | MarkedUp) -> str | None:
    if isinstance(entry, MarkedUp):
        return entry.element.mark
    mark = entry.mark
    return mark.text if mark and mark.kind not in (MarkKind.BULLET, MarkKind.DASH) else None


def _implied_bullet(entry: Segment | MarkedUp) -> str:
    if isinstance(entry, Segment) or entry.element.text.startswith("•"):
        return ""
    return f"{entry.element.mark or '•'} "
