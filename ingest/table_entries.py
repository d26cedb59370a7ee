"""Names in a cell of a flattened table: which lines are names of their own, which are wrapped.

A column of partners prints one name a line, but wraps long names too. A line goes on with the one
before it when a hyphen, an open bracket or quote, a small letter or a function word says so; when
both lines together are a phrase that the document prints on one line elsewhere ("Innovasjon
Norge"), or a name that other rows have; or when the line before ends in an adjective ("Ungt") and
had no room left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from corpus.names import fold
from ingest.table_models import FUNCTION_WORDS

_ADJECTIVE = re.compile(r"[a-zæøå]{2,}(?:sk|alt|elt|ivt|lig|iske|lige|ngt)$|^(?:Et|En|Den|Det|De)$")
_DEFINITE_NOUN = re.compile(r"^[A-ZÆØÅ][a-zæøå]{3,}(?:et|en)$")
_QUOTE_SIGNS = '"“”„«»'


def group_names(
    lines: Sequence[str], width: float, phrases: str, seen: Collection[str]
) -> list[list[int]]:
    """Indices of `lines` grouped by name, in order.

    Args:
        lines: the lines of one cell.
        width: how long, in characters, a line of this column gets.
        phrases: text of the document, in which a wrapped name may stand on one line.
        seen: folded names that other rows have.
    """
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        if groups:
            name = " ".join(lines[i].strip() for i in groups[-1])
            if _goes_on(name, lines[index - 1].strip(), line.strip(), width, phrases, seen):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _goes_on(
    name: str, before: str, line: str, width: float, phrases: str, seen: Collection[str]
) -> bool:
    if before.endswith(("-", "/")) or line[:1].islower() or line.startswith(("(", "-", "/")):
        return True
    if name.count("(") > name.count(")") or _in_quotes(name):
        return True
    if before.split()[-1].lower() in FUNCTION_WORDS:
        return True
    if fold(name + line) in seen and fold(name) not in seen:
        return True
    if _is_phrase(f"{name} {line}", phrases):
        return True
    if line[0] in _QUOTE_SIGNS:
        return bool(_DEFINITE_NOUN.match(before))
    full = len(before) + 1 + len(line.split()[0]) > width - 6
    return full and bool(_ADJECTIVE.search(before.split()[-1]))


def _in_quotes(name: str) -> bool:
    opening = sum(name.count(sign) for sign in "“„«")
    closing = sum(name.count(sign) for sign in "”»")
    return name.count('"') % 2 == 1 or opening > closing


def _is_phrase(text: str, phrases: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", phrases))
