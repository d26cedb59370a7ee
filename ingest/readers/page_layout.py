"""The reading order of a PDF page: from boxes of words and tables to lines, columns apart.

pdfplumber gives words with their places and leaves their order to us; pdfminer's own grouping
orders whole text boxes, which it forms before tables are known. So: the page is cut into bands at
every blank strip that runs right across it. From the top, bands are gathered for as long as some
upright blank strip (a gutter) stays free of words; if both of its sides are columns of prose, the
left is read before the right, and each side is cut again in the same way. Prose fills its column;
the cells of an unruled table do not, so tables without lines are read row by row, as they were
written. All lengths are PDF points, y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

MIN_GUTTER = 8.0
"""Columns are set at least this far apart; blanks in a justified line seldom reach it."""
MIN_COLUMN_LINES = 4
MIN_COLUMN_SHARE = 0.2
"""Of the region's width. Narrower sides are marginal notes, list numbers or table cells."""
MIN_FILL = 0.6
"""Median share of the column's width that a line fills; ragged prose lies well above it."""
BLANK_LINE_FACTOR = 1.4
"""A step down of so many times the usual one shows as a blank line: a new paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A word or, with `table` set to its number on the page, a ruled table."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str = ""
    table: int | None = None

    @property
    def height(self) -> float:
        """Height in points."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """One line of text, or one table, with its place."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    table: int | None = None


def lines_in_reading_order(boxes: Sequence[Box]) -> list[PlacedLine]:
    """Every box once, as lines in the order that a person reads them."""
    lines: list[PlacedLine] = []
    bands = _bands(boxes)
    width = (min((box.x0 for box in boxes), default=0), max((box.x1 for box in boxes), default=0))
    start = 0
    while start < len(bands):
        end, gutter = _column_run(bands, start, width)
        if gutter is None:
            lines += _plain_lines(bands[start])
            start += 1
            continue
        region = [box for band in bands[start:end] for box in band]
        lines += lines_in_reading_order([box for box in region if box.x1 <= gutter])
        lines += lines_in_reading_order([box for box in region if box.x1 > gutter])
        start = end
    return lines


def join_lines(lines: Sequence[PlacedLine]) -> str:
    """The lines' text, with a blank line where the next one stands clearly further down.

    A step upwards (the next column) is no paragraph's end: the sentence often goes on there.
    """
    step = _usual_step(lines)
    parts: list[str] = []
    for before, line in zip((None, *lines), lines, strict=False):
        if before is not None and line.top - before.top > BLANK_LINE_FACTOR * step:
            parts.append("")
        parts.append(line.text)
    return "\n".join(parts)


def _usual_step(lines: Sequence[PlacedLine]) -> float:
    steps = [after.top - before.top for before, after in pairwise(lines) if after.top > before.top]
    heights = [line.bottom - line.top for line in lines]
    # With few lines the median step is itself a paragraph's gap; 1.6 times the height bounds it.
    return min(median(steps), 1.6 * median(heights)) if steps else 0.0


def _bands(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes between blank strips across the page, from the top; each strip is wider than 0."""
    bands: list[list[Box]] = []
    bottom = float("-inf")
    for box in sorted(boxes, key=lambda b: (b.top, b.x0)):
        # Descenders and accents of close-set lines overlap by some tenths of a point.
        if box.top >= bottom - 0.15 * box.height or not bands:
            bands.append([])
        bands[-1].append(box)
        bottom = max(bottom, box.bottom) if len(bands[-1]) > 1 else box.bottom
    return bands


def _column_run(
    bands: Sequence[Sequence[Box]], start: int, width: tuple[float, float]
) -> tuple[int, float | None]:
    """The end of the longest run of bands from `start` that a gutter divides into prose columns.

    Without one, the end is the next band and the gutter None. `width` is that of all the text.
    """
    runs: list[tuple[int, list[tuple[float, float]]]] = []
    strips = [width]
    for end in range(start, len(bands)):
        strips = _free_strips(strips, bands[end])
        if not strips:
            break
        runs.append((end + 1, strips))
    for end, free in reversed(runs):
        region = [box for band in bands[start:end] for box in band]
        inner = _inside(free, region)
        if inner:
            middles = [(a + b) / 2 for a, b in sorted(inner, key=lambda strip: strip[0] - strip[1])]
            found = next((middle for middle in middles if _are_columns(region, middle)), None)
            if found is None:
                break
            below = end < len(bands)
            return (_without_heading_below(bands[:end], found) if below else end), found
    return start + 1, None


def _without_heading_below(bands: Sequence[Sequence[Box]], gutter: float) -> int:
    """The bands' number without a last short one that heads what stands below the columns.

    Such a heading is on one side, taller than the text or a line's height away from it.
    """
    last, before = bands[-1], bands[-2]
    height = median(box.height for band in bands[:-1] for box in band)
    gap = min(box.top for box in last) - max(box.bottom for box in before)
    is_one_sided = all(box.x1 <= gutter for box in last)
    is_apart = gap > height or max(box.height for box in last) > 1.1 * height
    return len(bands) - 1 if is_one_sided and is_apart else len(bands)


def _free_strips(
    strips: Iterable[tuple[float, float]], boxes: Iterable[Box]
) -> list[tuple[float, float]]:
    """What is left of upright `strips`, at least MIN_GUTTER wide, without the boxes."""
    left = list(strips)
    for box in boxes:
        cut = [piece for a, b in left for piece in ((a, min(b, box.x0)), (max(a, box.x1), b))]
        left = sorted({(a, b) for a, b in cut if b - a >= MIN_GUTTER})
    return left


def _inside(
    strips: Iterable[tuple[float, float]], boxes: Sequence[Box]
) -> list[tuple[float, float]]:
    x0, x1 = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    return [(a, b) for a, b in strips if a >= x0 and b <= x1]


def _are_columns(boxes: Sequence[Box], gutter: float) -> bool:
    width = max(box.x1 for box in boxes) - min(box.x0 for box in boxes)
    return all(
        _is_prose(side, width)
        for side in (
            [box for box in boxes if box.x1 <= gutter],
            [box for box in boxes if box.x1 > gutter],
        )
    )


def _is_prose(side: Sequence[Box], region_width: float) -> bool:
    lines = _plain_lines(side)
    column = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    if len(lines) < MIN_COLUMN_LINES or column < MIN_COLUMN_SHARE * region_width:
        return False
    return median((line.x1 - line.x0) / column for line in lines) >= MIN_FILL


def _plain_lines(boxes: Sequence[Box]) -> list[PlacedLine]:
    """Boxes of one column as lines from the top.

    Tall boxes found a line and small ones join the line that they overlap by half of their own
    height: so a raised footnote mark stays on its line.
    """
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (-round(b.height), b.top)):
        row = None if box.table is not None else next((r for r in rows if _on(box, r[0])), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    lines = [_line(sorted(row, key=lambda b: b.x0)) for row in rows]
    return sorted(lines, key=lambda line: (line.top, line.x0))


def _on(box: Box, founder: Box) -> bool:
    if founder.table is not None:
        return False
    shared = min(box.bottom, founder.bottom) - max(box.top, founder.top)
    return shared >= 0.5 * min(box.height, founder.height)


def _line(row: Sequence[Box]) -> PlacedLine:
    founder = max(row, key=lambda box: box.height)
    text = row[0].text
    for before, box in pairwise(row):
        # A raised mark or an accent drawn apart touches its word; blanks are at least 0.2 em.
        touches = box.x0 - before.x1 < 0.12 * founder.height
        raised = min(box.height, before.height) < 0.85 * founder.height
        text += box.text if touches and raised else " " + box.text
    return PlacedLine(
        x0=row[0].x0,
        top=founder.top,
        x1=max(box.x1 for box in row),
        bottom=founder.bottom,
        text=text,
        table=founder.table,
    )
