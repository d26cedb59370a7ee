"""Measured tables in a page of documentation, renewed by the command that measures them.

A part stands between `<!-- measured: NAME -->` and `<!-- end -->`; the rest of the page is kept.
"""

from __future__ import annotations

import re
from pathlib import Path

from corpus.errors import EvaluationError


def write_part(path: Path, name: str, text: str) -> None:
    """Replace the measured part `name` of a Markdown page.

    Raises:
        EvaluationError: the page has no such part.
    """
    page = path.read_text(encoding="utf-8")
    part = re.compile(rf"(<!-- measured: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    renewed, count = part.subn(
        lambda match: f"{match.group(1)}{text.strip()}\n{match.group(2)}", page
    )
    if not count:
        raise EvaluationError(f"{path} has no part '<!-- measured: {name} --> … <!-- end -->'")
    path.write_text(renewed, encoding="utf-8")
