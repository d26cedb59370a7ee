"""Footnotes: the notes at the foot of a page, and their marks in the sentences above.

A mark stuck to a word or year looks like part of it (`Perspektivmelding 20216`), so nothing is
taken out on its looks. The proof is the page: its foot holds note 6, the notes of the document
run on without a gap, and the marks of a page stand in the order of its notes. Of all digits on a
page that could be marks, the choice that keeps this order and takes the surest places wins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.records import Repair
from ingest.source import FootnoteReference, Line, LineRole

_NOTE_START = re.compile(r"^(\d{1,3}) (?=\S)")
_TAIL = 60
# Words that a number of their own follows ("mål 8"), so a lone digit after them is no mark.
_TAKES_NUMBER = re.compile(
    r"(?:mål|kapittel|kap\.?|figur|tabell|side|s\.|nr\.?|vedlegg|del|punkt|pkt\.?|avsnitt|fase|trinn|"
    r"nivå|kategori|strategi|tiltak|§+|artikkel|versjon|alternativ|hovedmål|horisont|of|no\.?)$",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedPage:
    """A page whose notes are marked as such, its marks taken out and listed in text order."""

    lines: tuple[Line, ...]
    references: tuple[FootnoteReference, ...] = ()
    repairs: tuple[Repair, ...] = ()
    last_note: int = 0


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    start: int
    end: int
    number: int
    weight: float


def part_footnotes(
    lines: Sequence[Line], page: int | None, *, after: int, glued_elsewhere: Counter[str]
) -> NotedPage:
    """Find the page's notes and take their marks out of the sentences above.

    `after` is the number of the document's last note before this page; notes go on from there or
    begin again at 1. `glued_elsewhere` counts words ending in digits in the document (`CO2`), which
    are no marks.
    """
    for first in dict.fromkeys((after + 1, 1)):
        for start in _possible_starts(lines, first):
            notes = _notes_from(lines, start, first)
            marks = _choose_marks(lines[:start], list(notes.values()), glued_elsewhere)
            if 2 * len(marks) >= len(notes):
                return _noted(lines, page, start, notes, marks)
    return NotedPage(lines=tuple(lines), last_note=after)


def words_ending_in_digits(pages: Sequence[Sequence[Line]]) -> Counter[str]:
    """On how many pages each word of letters and final digits stands (`CO2`, not `U4SSC`)."""
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update(
            {w for line in lines for w in re.findall(r"(?<!\w)[^\W\d_]+-?\d+(?!\w)", line.text)}
        )
    return counts


def _possible_starts(lines: Sequence[Line], first: int) -> list[int]:
    """Lines that may open the foot of the page with note `first`, the lowest on the page first."""
    return [
        i
        for i in range(len(lines) - 1, 0, -1)
        if lines[i].role is LineRole.BODY
        and (match := _NOTE_START.match(lines[i].text))
        and int(match.group(1)) == first
        and lines[i - 1].role in (LineRole.BLANK, LineRole.FURNITURE)
        and any(line.role is LineRole.BODY for line in lines[:i])
    ]


def _notes_from(lines: Sequence[Line], start: int, first: int) -> dict[int, int]:
    """Line and number of each note from `start` on."""
    notes: dict[int, int] = {}
    for i in range(start, len(lines)):
        match = _NOTE_START.match(lines[i].text)
        if match and int(match.group(1)) == first + len(notes) and lines[i].role is LineRole.BODY:
            notes[i] = first + len(notes)
    return notes


def _choose_marks(
    lines: Sequence[Line], numbers: Sequence[int], glued_elsewhere: Counter[str]
) -> list[_Mark]:
    """The heaviest set of places that are in the order of `numbers`, one place a number."""
    places = [
        mark
        for number in numbers
        for i, line in enumerate(lines)
        if line.role is LineRole.BODY
        for mark in _places(line.text, i, number, glued_elsewhere)
    ]
    places.sort(key=lambda mark: (mark.line, mark.start))
    best: list[tuple[float, int | None]] = []
    for k, mark in enumerate(places):
        weight = mark.weight
        choices: list[tuple[float, int | None]] = [(weight, None)]
        for j in range(k):
            before = places[j]
            if before.number < mark.number and (before.line, before.end) <= (mark.line, mark.start):
                choices.append((best[j][0] + weight, j))
        best.append(max(choices, key=lambda choice: choice[0]))
    at = max(range(len(places)), key=lambda k: best[k][0]) if places else None
    chosen: list[_Mark] = []
    while at is not None:
        chosen.append(places[at])
        at = best[at][1]
    return [mark for mark in reversed(chosen) if mark.weight > 0]


def _places(text: str, line: int, number: int, glued_elsewhere: Counter[str]) -> list[_Mark]:
    """Where `number` may stand in `text` as a mark, with how sure the place looks by itself."""
    marks = []
    for match in re.finditer(rf"{number}(?![\d\w])", text):
        start, end = match.span()
        weight = _weight(text, start, end, glued_elsewhere)
        if weight > 0:
            marks.append(_Mark(line, start, end, number, weight))
    return marks


def _weight(text: str, start: int, end: int, glued_elsewhere: Counter[str]) -> float:
    before, after = text[:start], text[end:]
    if re.match(r"[.,]\d|\s?%|-\d", after) or not before.strip():
        return 0.0
    if re.search(r"(?<!\d)(?:19|20)\d\d$", before):
        return 3.0
    if re.search(r"\d\.\d$", before):
        return 2.0
    if re.search(r"[^\W\d_]$", before):
        word = re.search(r"\w+$", before)
        glued = (word.group() if word else "") + text[start:end]
        return 3.0 if glued_elsewhere[glued] <= 1 and glued not in ("CO2", "m2", "m3") else 0.2
    stem = re.search(r"(?<!\w)[^\W\d_]+-?\d+$", before)
    if stem and glued_elsewhere[stem.group()]:
        return 2.0  # `Covid192` where the document writes `Covid19` elsewhere
    if re.search(r"[)\]'’\"”».,;:!?]$", before) and not re.search(r"\d[.,:]$", before):
        return 3.0
    if before.endswith(" ") and not _TAKES_NUMBER.search(before.rstrip()):
        if re.search(r"[^\W_]\d{1,3}$", before.rstrip()):
            return 1.5
        return 1.0 if re.match(r"[.,;:)»\"”]|\s*$", after) else 0.0
    return 0.0


def _noted(
    lines: Sequence[Line],
    page: int | None,
    start: int,
    notes: dict[int, int],
    marks: Sequence[_Mark],
) -> NotedPage:
    changed = list(lines)
    references, repairs = [], []
    for i in dict.fromkeys(mark.line for mark in marks):
        before = text = lines[i].text
        taken = 0
        for mark in (mark for mark in marks if mark.line == i):
            keep = mark.start - taken
            end = mark.end - taken
            if text[:keep].endswith(" "):
                keep -= 1
            if text[:keep].endswith(".") and re.match(r"\.(?!\.)", text[end:]):
                end += 1  # `pilot. 47.`: the mark has a full stop of its own
            text = text[:keep] + text[end:]
            taken += end - keep
            references.append(
                FootnoteReference(mark=str(mark.number), page=page, before=text[:keep][-_TAIL:])
            )
        changed[i] = replace(lines[i], text=text.rstrip(" "))
        repairs.append(
            Repair(name="footnote mark", page=page, before=before, after=changed[i].text)
        )
    own = 0
    for i in range(start, len(lines)):
        if lines[i].role is LineRole.BODY:
            number = notes.get(i)
            changed[i] = replace(
                lines[i], role=LineRole.FOOTNOTE, mark=None if number is None else str(number)
            )
            own = number if number is not None else own
            text = _without_own_number(lines[i].text, own)
            if text != lines[i].text:
                changed[i] = replace(changed[i], text=text)
                repairs.append(
                    Repair(name="footnote mark", page=page, before=lines[i].text, after=text)
                )
    return NotedPage(
        lines=tuple(changed),
        references=tuple(references),
        repairs=tuple(repairs),
        last_note=max(notes.values()),
    )


def _without_own_number(text: str, number: int) -> str:
    """A note's own number out of its address (`wp-1content/` in note 1), where a path proves it."""
    return re.sub(rf"(?<=/wp-){number}(?=(?:content|includes|admin|json)/)", "", text)
