"""Whole lists of a document: the items around a statement, with heading and lead-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.statements import Statement
from corpus.records import Block, BlockKind, Document

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

    def holds(self, statement: Statement) -> bool:
        """Whether a statement stands in the list."""
        return (
            statement.passage.document_id == self.document.info.id
            and self.items[0].start <= statement.start < self.items[-1].end
        )


def list_around(document: Document, statement: Statement) -> FoundList | None:
    """The list that a statement stands in, opens or names; None when it stands in none."""
    blocks = document.blocks
    at = next((n for n, b in enumerate(blocks) if b.start <= statement.start < b.end), None)
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
    if len(items) < 2:
        return None
    return FoundList(document=document, items=items, heading=_heading(blocks, first))


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
