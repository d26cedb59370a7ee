"""Lines that belong to the page and not to the text: folios, running titles, web navigation.

They stay in place with the role FURNITURE, so that nothing of the source is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.source import Line, LineRole

_WEB_FURNITURE = re.compile(
    r"^(?:(?:back to|til|tilbake til) (?:the )?(?:top|toppen)(?: of page)?|"
    r"(?:hopp|gå) til (?:hoved)?innhold(?:et)?|skip to (?:main )?content|skriv ut|print|"
    r"(?:del|tips|share) (?:på|on) (?:facebook|twitter|linkedin|e-post)|forrige|neste)$",
    re.I,
)
_DOCUMENT_CODE = re.compile(r"^(?=.*[A-Z])(?=.*\d)[A-Z0-9]+(?:[-_][A-Z0-9]+){2,}$")
_PLACEHOLDER = re.compile("^[\ufffc\ufffd ]+$")
_FEWEST_PAGES_FOR_RUNNING_TITLE = 3


def mark_folios(lines: Sequence[Line], folios: Sequence[int]) -> list[Line]:
    """The printed page numbers that the pagination was read from, as furniture."""
    return [
        replace(line, role=LineRole.FURNITURE) if i in folios else line
        for i, line in enumerate(lines)
    ]


def mark_furniture(lines: Sequence[Line]) -> list[Line]:
    """Web navigation, document codes at the page's edges, and lone placeholder characters."""
    content = [i for i, line in enumerate(lines) if line.role is not LineRole.BLANK]
    edges = {*content[:1], *content[-1:]}
    return [
        replace(line, role=LineRole.FURNITURE)
        if line.role is LineRole.BODY
        and (
            _WEB_FURNITURE.match(line.text)
            or _PLACEHOLDER.match(line.text)
            or (i in edges and _DOCUMENT_CODE.match(line.text))
        )
        else line
        for i, line in enumerate(lines)
    ]


def running_titles(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Texts that stand first or last on three pages or more and on a third of all, digits aside.

    In a document of two pages, texts of several words that stand on top or at the foot of both.
    """
    counts: Counter[str] = Counter()
    both = len(pages) == 2
    for lines in pages:
        content = [line.text for line in lines if line.role is LineRole.BODY]
        edges = {_without_digits(text) for text in (*content[:1], *content[-1:])}
        counts.update({text for text in edges if not both or len(text.split()) > 1})
    least = 2 if both else max(_FEWEST_PAGES_FOR_RUNNING_TITLE, len(pages) / 3)
    return frozenset(text for text, count in counts.items() if count >= least and text)


def mark_running_titles(lines: Sequence[Line], titles: frozenset[str]) -> list[Line]:
    """The page's first and last line as furniture where they are running titles."""
    marked = list(lines)
    content = [i for i, line in enumerate(lines) if line.role is LineRole.BODY]
    for i in {*content[:1], *content[-1:]}:
        if _without_digits(lines[i].text) in titles:
            marked[i] = replace(lines[i], role=LineRole.FURNITURE)
    return marked


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)
