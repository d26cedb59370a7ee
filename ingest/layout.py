"""From lines to segments: wrapped lines that belong together, before anything is named.

The text layer has no fonts, so the cues are those of a typewriter. A wrapped line is full: the
first word of the next one would not have fitted. A line that ends short ends something. Blank
lines divide paragraphs, except on pages set with a blank after every line (told by words that run
on in lower case across the blank), and except inside a wrapped list item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.markers import Mark, MarkKind, names_its_successor, read_label, read_mark

_UNWRAPPED_WIDTH = 200
_NARROWEST = 30
_LEAST_FULL = 0.88
_TITLE_CHARACTERS = 110
_TITLE_WORDS = 14
_FEWEST_TO_TELL_SPACING = 3
_TERMINAL = re.compile(r"[.!?:;…][\"'»”’)\]]*$")
_SENTENCE_END = re.compile(r"[.!?…][\"'»”’)\]]*$")
_ABBREVIATION_END = re.compile(r"\b(?:m\.m|m\.v|m\.fl|o\.l|osv|etc|mv|mfl)\.$")
_VERBS = frozenset(
    "er var har hadde vil skal kan må bør ble blir foreslås omfatter følger gjelder viser består "
    "is are has have will shall can must".split()
)
# A line that ends in one of these goes on: in the next line, or in the list that it opens.
_UNFINISHED = frozenset(
    "vil skal må bør kan er å at ved til for som der og eller i på av med om fra mot mellom den "
    "det en et ei de følgende ikke samt under etter innen gjennom hvor når dette denne disse sin "
    "sitt sine har blir the of and or to in for with by a an will shall should is are".split()
)
_SIGN_OFF = re.compile(r"\d{1,2}\.\s*[a-zæøå]{3,9}\s+\d{4}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLine:
    """A line of running text. `gap` counts the blank lines above it on its page.

    `interrupted` says that a caption or footnote stood between it and the line before, `detached`
    that a table or a marked-up piece did, across which no sentence runs on. `position` orders it
    among everything else in the document.
    """

    text: str
    page: int | None
    gap: int = 0
    opens_page: bool = False
    interrupted: bool = False
    detached: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Lines that make one heading, paragraph or list item."""

    lines: tuple[BodyLine, ...]
    mark: Mark | None = None
    split_as_title: bool = False

    @property
    def text(self) -> str:
        """The lines with single blanks between, for reading only; hyphens are not joined."""
        return " ".join(line.text for line in self.lines)

    @property
    def body(self) -> str:
        """`text` without its mark."""
        return self.text[self.mark.length :] if self.mark else self.text

    @property
    def first(self) -> BodyLine:
        """The first line."""
        return self.lines[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a document is set: widths by page, pages with a blank after every line, labels."""

    widths: dict[int | None, int]
    whole_width: int
    spaced_pages: frozenset[int | None]
    labels: frozenset[str]
    wrapped: bool

    def width(self, page: int | None) -> int:
        """Characters of a full line on `page`."""
        return self.widths.get(page, self.whole_width)


def ends_sentence(text: str) -> bool:
    """Whether `text` closes with a full stop (not that of "m.m."), question or exclamation mark."""
    return _SENTENCE_END.search(text) is not None and not _ABBREVIATION_END.search(text)


def has_verb(text: str) -> bool:
    """Whether a line that ends in ":" is a sentence ("Oppgavene er:") rather than a label."""
    return any(word in _VERBS for word in re.findall(r"[^\W\d_]+", text.casefold()))


def is_unfinished(text: str) -> bool:
    """Whether the last word ("Kommunen vil", "fokusområder:") asks for something to follow."""
    if text.endswith((":", ";", ",")):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    return bool(words) and not _TERMINAL.search(text) and words[-1].casefold() in _UNFINISHED


def is_title_like(text: str) -> bool:
    """Whether `text` alone could be an unnumbered heading: short, capital first, no full stop."""
    if len(text) > _TITLE_CHARACTERS or len(text.split()) > _TITLE_WORDS or len(text) < 3:
        return False
    start = text.lstrip("+\"'«“")
    if not start or not (start[0].isupper() or (start[0].isdigit() and " " in start)):
        return False
    if text.endswith((".", ",", ";", "!", "-", "–", "…")) or "http" in text or "www." in text:
        return False
    if _SIGN_OFF.search(text) or sum(character.isalpha() for character in text) < 3:
        return False
    return text.endswith(":") or not is_unfinished(text)


def measure(lines: Sequence[BodyLine]) -> Setting:
    """How the document that `lines` come from is set."""
    lengths = sorted(len(line.text) for line in lines) or [0]
    wrapped = lengths[min(len(lengths) - 1, int(len(lengths) * 0.9))] < _UNWRAPPED_WIDTH
    by_page: dict[int | None, list[BodyLine]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    whole = _width(lines)
    return Setting(
        widths={
            page: max(_width(on_page), int(0.8 * whole)) if len(on_page) >= 5 else whole
            for page, on_page in by_page.items()
        },
        whole_width=whole,
        spaced_pages=frozenset(page for page, on_page in by_page.items() if _is_spaced(on_page)),
        labels=_recurring_labels(lines),
        wrapped=wrapped,
    )


def _width(lines: Sequence[BodyLine]) -> int:
    lengths = sorted(len(line.text) for line in lines if " " in line.text)
    return max(_NARROWEST, lengths[int(len(lengths) * 0.9)] if lengths else 0)


def _is_spaced(lines: Sequence[BodyLine]) -> bool:
    """Whether text runs on across blank lines; a list item's first line is no witness."""
    gaps = [
        line.gap
        for before, line in pairwise(lines)
        if line.text[:1].islower()
        and not _TERMINAL.search(before.text)
        and read_mark(before.text) is None
        and not line.interrupted
    ]
    return len(gaps) >= _FEWEST_TO_TELL_SPACING and sum(gap > 0 for gap in gaps) >= 0.85 * len(gaps)


def _recurring_labels(lines: Iterable[BodyLine]) -> frozenset[str]:
    counts: dict[str, int] = {}
    for line in lines:
        label = read_label(line.text) if line.gap or line.opens_page else None
        if label and read_mark(line.text) is None:
            counts[label] = counts.get(label, 0) + 1
    return frozenset(label for label, count in counts.items() if count > 1)


def segment_lines(lines: Sequence[BodyLine], setting: Setting) -> list[Segment]:
    """`lines` in order as segments; every line is in exactly one."""
    segments: list[Segment] = []
    current: list[BodyLine] = []
    mark: Mark | None = None
    seen = _Sequences()
    for index, line in enumerate(lines):
        found = seen.accept(line, current, setting)
        title = bool(current) and _is_title_above(current, mark, line, lines, index, setting)
        if current and (found or title or not _continues(current, mark, line, setting)):
            segments.append(Segment(lines=tuple(current), mark=mark, split_as_title=title))
            current = []
        if not current:
            mark = found
        current.append(line)
    if current:
        segments.append(Segment(lines=tuple(current), mark=mark))
    return segments


class _Sequences:
    """Which figures and letters may come next at the head of a line."""

    def __init__(self) -> None:
        self._seen: dict[str, set[int]] = {}

    def accept(self, line: BodyLine, before: Sequence[BodyLine], setting: Setting) -> Mark | None:
        """The mark of `line`, None if the line only looks as if it had one."""
        mark = read_mark(line.text)
        if mark is None or not self._fits(mark, line, before, setting):
            return None
        if mark.number and not mark.heads_section:
            if mark.number == (1,):
                self._seen[mark.family] = set()
            self._seen.setdefault(mark.family, set()).add(mark.number[0])
        return mark

    def _fits(
        self, mark: Mark, line: BodyLine, before: Sequence[BodyLine], setting: Setting
    ) -> bool:
        starts = line.gap > 0 or line.opens_page or line.detached or not before
        if mark.kind is MarkKind.BULLET:
            return True
        if mark.kind is MarkKind.CHAPTER and not is_title_like(line.text[mark.length :]):
            return False
        if mark.heads_section:
            return starts or not is_full(before[-1], line, setting)
        if names_its_successor(line.text, mark):
            return False
        if not starts and not self._can_open_list(before):
            return False
        if not mark.number or mark.number == (1,):
            return True
        return mark.number[0] - 1 in self._seen.get(mark.family, ())

    @staticmethod
    def _can_open_list(before: Sequence[BodyLine]) -> bool:
        """Whether a list may begin straight below `before`, or is it a sentence that runs on?"""
        if _TERMINAL.search(before[-1].text) or read_mark(before[0].text) is not None:
            return True
        return len(before) == 1 and is_title_like(before[0].text)


def is_full(
    line: BodyLine, following: BodyLine, setting: Setting, share: float = _LEAST_FULL
) -> bool:
    """Whether the first word of `following` would not have fitted on `line`.

    `share` of the page's width is what a line must fill; letters differ in width.
    """
    word = following.text.split(maxsplit=1)[0] if following.text else ""
    return len(line.text) + 1 + len(word) > share * setting.width(line.page)


def _continues(
    current: Sequence[BodyLine], mark: Mark | None, line: BodyLine, setting: Setting
) -> bool:
    """Whether `line` goes on with the segment `current`."""
    before = current[-1]
    label = read_label(line.text)
    if line.detached or not setting.wrapped or (label is not None and label in setting.labels):
        return False
    if mark is not None and mark.heads_section and line.gap and line.text[:1].isupper():
        return line.page in setting.spaced_pages and is_full(before, line, setting, 1.0)
    runs_on = line.text[:1].islower() and not _TERMINAL.search(before.text)
    # Across a page, only a line without room for a short word more is convincing.
    share = 1.0 if line.opens_page else 0.92
    open_ended = not _TERMINAL.search(before.text) and is_full(before, line, setting, share)
    if line.opens_page:
        return runs_on or (open_ended and not is_title_like(line.text)) or _is_hyphenated(before)
    if line.gap == 0:
        short = len(before.text) < 0.6 * setting.width(before.page)
        return not (ends_sentence(before.text) and short and line.text[:1].isupper())
    if line.page in setting.spaced_pages and line.gap == 1:
        return is_full(before, line, setting) or runs_on or is_unfinished_line(before)
    if line.gap == 1 or line.interrupted:
        return runs_on or open_ended or is_unfinished_line(before)
    return False


def is_unfinished_line(line: BodyLine) -> bool:
    """Whether the words, not the punctuation, say that the line goes on."""
    return not line.text.endswith((":", ";")) and is_unfinished(line.text)


def _is_hyphenated(line: BodyLine) -> bool:
    return re.search(r"[^\W\d_]-$", line.text) is not None


def _is_title_above(
    current: Sequence[BodyLine],
    mark: Mark | None,
    line: BodyLine,
    lines: Sequence[BodyLine],
    index: int,
    setting: Setting,
) -> bool:
    """Whether `current` is a title set without a blank line above the text that `line` opens."""
    first = current[0]
    if line.gap or line.opens_page or len(current) > 2 or not setting.wrapped:
        return False
    if not (first.gap or first.opens_page or first.interrupted):
        return mark is not None and mark.heads_section and line.text[:1].isupper()
    text = " ".join(part.text for part in current)
    if mark is not None and not mark.heads_section:
        return False
    if not is_title_like(text) or read_label(text) in setting.labels:
        return False
    if not (line.text[:1].isupper() or line.text[:1].isdigit() or read_mark(line.text)):
        return False
    column = max(len(following.text) for following in lines[index : index + 3])
    word = line.text.split(maxsplit=1)[0]
    return len(current[-1].text) + 1 + len(word) < 0.97 * max(column, _NARROWEST)
