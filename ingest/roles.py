"""Which segments are headings, which are list items, which are paragraphs.

A number decides nothing by itself: "1. Mestring" and "1. Sysselsettingsvekst: …" look alike. What
stands between it and "2." does: a list's items follow each other, headings have text between them.
An unnumbered heading is a short line with a capital and no full stop that stands free above and has
text below; a short line that ends in ":" or in a word like "vil" opens the list below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from corpus.text import split_sentences
from ingest.headings import LABEL_WORDS
from ingest.layout import (
    Segment,
    Setting,
    ends_sentence,
    has_verb,
    is_title_like,
    is_unfinished,
    is_unfinished_line,
)
from ingest.markers import MarkKind, read_label


class Role(StrEnum):
    """What a segment, or a marked-up piece or table between segments, is in the text's order."""

    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"
    TABLE = "table"


Piece = Segment | Role  # a segment whose role is sought, or the known role of something else

_LONGEST_HEADING = 260
_LONGEST_UNMARKED_ITEM = 240
_FULL_PARAGRAPH = 150
_HIGHEST_STACK = 3
_IMPRINT = re.compile(
    r"(?:utarbeidet|utgitt|skrevet|redigert|versjon|dato|forfatter|rapport nr|prepared|published|"
    r"written|version|author)\b",
    re.I,
)
_CAPTION = re.compile(
    r"(?:figur|tabell|bilde|kart|diagram|figure|table|foto|kilde)\b\s*[\d:]", re.I
)
_LINK = re.compile(
    r"(?:skjema for|les mer|last ned|se også|klikk|gå til|lenke til|read more|download)\b", re.I
)


def assign_roles(pieces: Sequence[Piece], setting: Setting) -> list[Role]:
    """The role of each of `pieces`; known roles are returned as given."""
    roles: list[Role | None] = [piece if isinstance(piece, Role) else None for piece in pieces]
    _assign_marked(pieces, roles)
    _assign_unmarked_items(pieces, roles)
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if roles[index] is None and isinstance(piece, Segment):
            is_heading = _is_plain_heading(index, pieces, roles, setting)
            roles[index] = Role.HEADING if is_heading else Role.PARAGRAPH
    return _without_stacks(pieces, [role or Role.PARAGRAPH for role in roles])


def merge_rejected_titles(
    pieces: Sequence[Piece], roles: Sequence[Role]
) -> list[tuple[Piece, Role]]:
    """Lines set apart as a possible title that turned out to be none go back to their paragraph."""
    merged: list[tuple[Piece, Role]] = []
    for piece, role in zip(pieces, roles, strict=True):
        before = merged[-1] if merged else None
        if (
            before is not None
            and isinstance(piece, Segment)
            and isinstance(before[0], Segment)
            and before[0].split_as_title
            and before[1] is Role.PARAGRAPH
            and role is Role.PARAGRAPH
        ):
            merged[-1] = (
                Segment(lines=before[0].lines + piece.lines, split_as_title=piece.split_as_title),
                role,
            )
        else:
            merged.append((piece, role))
    return merged


def _assign_marked(pieces: Sequence[Piece], roles: list[Role | None]) -> None:
    chapters: set[int] = set()
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Segment) or piece.mark is None:
            continue
        mark = piece.mark
        if mark.kind is MarkKind.CHAPTER:
            in_order = (
                mark.number[0] == 1
                or mark.number[0] - 1 in chapters
                or _is_carried_on(mark.number[0], pieces[index + 1 :])
            )
            chapters.update(mark.number if in_order else ())
            roles[index] = Role.HEADING if in_order else Role.PARAGRAPH
        elif mark.heads_section:
            if len(piece.text) <= _LONGEST_HEADING:
                roles[index] = Role.HEADING
        elif mark.kind is not MarkKind.NUMBER:
            roles[index] = Role.ITEM
    for chain in _chains(pieces):
        role = Role.HEADING if _is_heading_chain(chain, pieces, roles) else Role.ITEM
        for index in chain:
            roles[index] = role


def _is_carried_on(chapter: int, later: Sequence[Piece]) -> bool:
    """Whether "3 …" is followed by "3.1 …" or "4 …": an excerpt need not begin with 1."""
    marks = [piece.mark for piece in later if isinstance(piece, Segment) and piece.mark]
    return any(
        (mark.kind is MarkKind.CHAPTER and mark.number[0] == chapter + 1)
        or (mark.kind is MarkKind.DECIMAL and mark.number[:2] == (chapter, 1))
        for mark in marks
    )


def _without_stacks(pieces: Sequence[Piece], roles: Sequence[Role]) -> list[Role]:
    """Three titles or more with nothing between are the lettering of a figure or a table."""
    kept = list(roles)
    start = 0
    for index in range(len(pieces) + 1):
        piece = pieces[index] if index < len(pieces) else None
        is_title = (
            isinstance(piece, Segment) and piece.mark is None and roles[index] is Role.HEADING
        )
        if is_title:
            continue
        if index - start >= _HIGHEST_STACK:
            kept[start:index] = [Role.PARAGRAPH] * (index - start)
        start = index + 1
    return kept


def _chains(pieces: Sequence[Piece]) -> list[list[int]]:
    """Runs of "1.", "2.", "3." in one style, by index; a new "1." opens a new run."""
    chains: list[list[int]] = []
    numbers: list[int] = []
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Segment) or piece.mark is None:
            continue
        mark = piece.mark
        if mark.kind is not MarkKind.NUMBER:
            continue
        open_chains = [
            k
            for k, chain in enumerate(chains)
            if numbers[k] == mark.number[0] - 1 and _family(pieces[chain[-1]]) == mark.family
        ]
        if mark.number[0] == 1 or not open_chains:
            chains.append([index])
            numbers.append(mark.number[0])
            continue
        near = [k for k in open_chains if _is_adjacent(chains[k][-1], index, pieces)]
        chosen = near[-1] if near else open_chains[-1]
        chains[chosen].append(index)
        numbers[chosen] += 1
    return chains


def _family(piece: Piece) -> str:
    return piece.mark.family if isinstance(piece, Segment) and piece.mark else ""


def _is_adjacent(left: int, right: int, pieces: Sequence[Piece]) -> bool:
    """Whether only nested items stand between two pieces."""
    return all(
        isinstance(piece, Segment) and piece.mark is not None and not piece.mark.heads_section
        for piece in pieces[left + 1 : right]
    )


def _is_heading_chain(
    chain: Sequence[int], pieces: Sequence[Piece], roles: Sequence[Role | None]
) -> bool:
    if any(len(_text(pieces[index])) > _LONGEST_HEADING for index in chain):
        return False
    if len(chain) == 1:
        index = chain[0]
        return (
            is_title_like(_body(pieces[index]))
            and not (index > 0 and _text(pieces[index - 1]).endswith(":"))
            and index + 1 < len(pieces)
            and roles[index + 1] in (None, Role.PARAGRAPH, Role.TABLE)
        )
    apart = sum(not _is_adjacent(left, right, pieces) for left, right in pairwise(chain))
    return apart * 2 > len(chain) - 1


def _text(piece: Piece) -> str:
    return piece.text if isinstance(piece, Segment) else ""


def _body(piece: Piece) -> str:
    return piece.body if isinstance(piece, Segment) else ""


def _assign_unmarked_items(pieces: Sequence[Piece], roles: list[Role | None]) -> None:
    """Lines without bullets or full stops after "… i 4 hovedområder:" are a list's items."""
    index = 0
    while index < len(pieces):
        opener = pieces[index]
        index += 1
        if not isinstance(opener, Segment) or not opener.text.endswith(":"):
            continue
        if roles[index - 1] is not None or _is_label(opener.text):
            continue
        end = index
        while end < len(pieces) and _could_be_unmarked_item(pieces[end], roles[end]):
            end += 1
        followed_by_list = end < len(pieces) and roles[end] is Role.ITEM
        if end - index >= 2 and not followed_by_list:
            for item in range(index, end):
                roles[item] = Role.ITEM
        index = max(index, end)


def _could_be_unmarked_item(piece: Piece, role: Role | None) -> bool:
    return (
        isinstance(piece, Segment)
        and role is None
        and len(piece.text) <= _LONGEST_UNMARKED_ITEM
        and not ends_sentence(piece.text)
        and not piece.text.endswith(":")
        and not piece.split_as_title
    )


def _is_plain_heading(
    index: int, pieces: Sequence[Piece], roles: Sequence[Role | None], setting: Setting
) -> bool:
    segment = pieces[index]
    before = pieces[index - 1] if index else None
    if not isinstance(segment, Segment) or len(segment.lines) > 3:
        return False
    text = segment.text
    label = read_label(text)
    if not is_title_like(text):
        return False
    if any(pattern.match(text) for pattern in (_LINK, _CAPTION, _IMPRINT)):
        return False
    if label and label in setting.labels:
        return False
    if not _stands_free(segment, before):
        return False
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    role = roles[index + 1] if following is not None else None
    if following is None or role is None:
        return False
    if _is_set_as_heading(segment, following, setting):
        return True
    if text.endswith(":") and (role is not Role.PARAGRAPH or len(text.split()) > LABEL_WORDS):
        return False
    if role is Role.ITEM:
        return not is_unfinished(text) and not _body(following)[:1].islower()
    if _text(before).endswith(":") if isinstance(before, Segment) else False:
        return False
    return _has_body_below(segment, following, role, setting)


def _stands_free(segment: Segment, before: Piece | None) -> bool:
    first = segment.first
    if first.gap or first.opens_page or first.interrupted or first.detached:
        return True
    return not isinstance(before, Segment) or before.split_as_title or before.mark is not None


def _is_set_as_heading(segment: Segment, following: Piece, setting: Setting) -> bool:
    """On a page with a blank after every line, a title is what has none below it."""
    return (
        isinstance(following, Segment)
        and segment.first.opens_page
        and segment.first.page in setting.spaced_pages
        and following.first.gap == 0
        and following.first.page == segment.first.page
        and not is_unfinished_line(segment.lines[-1])
    )


def _has_body_below(segment: Segment, following: Piece, role: Role, setting: Setting) -> bool:
    if role is Role.TABLE or not isinstance(following, Segment):
        return True
    same_page = following.first.page == segment.lines[-1].page
    if role is Role.HEADING:
        return same_page and _opens_sequence(following)
    if (
        segment.first.opens_page
        and same_page
        and following.first.gap
        and len(segment.text.split()) > 2
    ):
        return True
    text = following.text
    if " " not in text:
        return False
    # Lettering of figures and tables can be as long as a paragraph, but holds no sentence.
    is_prose = ends_sentence(text) or is_unfinished(text) or len(split_sentences(text)) > 1
    if not is_prose and read_label(text) not in setting.labels:
        return False
    longest = max(len(line.text) for line in following.lines)
    return (
        len(text) >= _FULL_PARAGRAPH
        or not setting.wrapped
        or longest > 0.5 * setting.whole_width
        or (segment.first.opens_page and len(following.lines) == 1)
    )


def _is_label(text: str) -> bool:
    """Whether a line with a colon ("Lokale behov:") names what follows and is no sentence."""
    return len(text.split()) <= LABEL_WORDS and not has_verb(text)


def _opens_sequence(heading: Segment) -> bool:
    """Whether a title can stand straight above `heading`: not if that one is a "2." or "4.6"."""
    return heading.mark is None or not heading.mark.number or heading.mark.number[-1] == 1
