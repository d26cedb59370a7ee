"""Tables of contents: lines that name sections and pages and say nothing themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.source import Line, LineRole

_LEADER = re.compile(r"\S.*?(?:\s?[.·_…]){3,}\s*\d{1,3}$")
_ENDS_WITH_PAGE = re.compile(r"\S.*\D\s*\b(\d{1,3})$")
_HEAD = re.compile(
    r"(?:innhold|innholdsfortegnelse|innhald|contents|table of contents)\s*:?$", re.I
)
_FEWEST = 3


def contents_lines(lines: Sequence[Line]) -> set[int]:
    """Indices of the lines of a table of contents, its heading included; empty without one.

    Lines with dot leaders count anywhere if three or more stand together; lines that merely end in
    rising page numbers only below a heading "Innhold".
    """
    found: set[int] = set()
    body = [index for index, line in enumerate(lines) if line.role is LineRole.BODY]
    start = 0
    while start < len(body):
        end = start
        headed = _HEAD.match(lines[body[start]].text.strip()) is not None
        if headed:
            end += 1
        end = _end_of_entries(lines, body, end, needs_leader=not headed)
        if end - start >= _FEWEST + headed:
            found.update(body[start:end])
            start = end
        else:
            start += 1
    return found


def _end_of_entries(
    lines: Sequence[Line], body: Sequence[int], at: int, *, needs_leader: bool
) -> int:
    page = 0
    while at < len(body):
        text = lines[body[at]].text.strip()
        match = _ENDS_WITH_PAGE.match(text)
        if match is None or (needs_leader and not _LEADER.match(text)):
            return at
        if int(match.group(1)) < page:
            return at
        page = int(match.group(1))
        at += 1
    return at
