"""Blanks, bullets and code points of single lines: the repairs that need no context.

Letters are never added or dropped here; only blanks, bullet signs, invisible characters and
wrongly decoded blanks change. Everything else is Unicode NFC.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from corpus.records import Repair

BULLET = "• "
NESTED_BULLET = "– "
# Private-use code points are what Symbol and Wingdings bullets come through as.
_SURE_BULLET = re.compile("^[•·▪■□▫◦●○‣⁃∙¶\uf0a7\uf0b7\uf0d8\uf0fc\uf02d]\\s*(?=\\S)")
_DASH = re.compile(r"^[-–—]\s+(?=\S)")
# Courier's "o" and the asterisk are bullets only where several lines of a page begin with them.
_SIGN_IN_COMPANY = re.compile(r"^([o*])\s+(?=\S)")
_ENDS_ITEM = re.compile(r"[.:;!?,]$")
# Bytes of UTF-8 that were read as Mac Roman or Windows-1252: the blank is the only sure case.
_MOJIBAKE = (("¬†", "\u00a0"), ("Â\u00a0", "\u00a0"), ("ï»¿", ""))
_BLANKS = re.compile(r"[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u200c\u200d\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
_SPACED_WORD = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
_LOST = re.compile("[\ufffc\ufffd]")


def tidy_text(text: str) -> str:
    """NFC, wrongly decoded blanks mended, invisible characters out, runs of blanks made one."""
    for wrong, right in _MOJIBAKE:
        text = text.replace(wrong, right)
    text = _INVISIBLE.sub("", _BLANKS.sub(" ", text))
    return unicodedata.normalize("NFC", re.sub(" {2,}", " ", text)).strip(" ")


def unspace_word(text: str) -> str:
    """`F o r o r d` as `Forord`. Four or more single letters in a row count as one spaced word."""

    def close(match: re.Match[str]) -> str:
        letters = match.group().replace(" ", "")
        return letters if letters.isupper() or letters[1:].islower() else match.group()

    return _SPACED_WORD.sub(close, text)


def unify_bullets(lines: Sequence[str], page: int | None) -> tuple[list[str], list[Repair]]:
    """`¶ Delta` and `- Delta` as `• Delta`, on the tidied lines of one page.

    A dash below a bullet opens a list within the list and becomes `– `. A dash that goes on with
    the sentence of the line above (`etablering av` / `– og delta i –`) and a lone `o` or `*` stay
    as they are.
    """
    company = Counter(match.group(1) for line in lines if (match := _SIGN_IN_COMPANY.match(line)))
    unified: list[str] = []
    repairs: list[Repair] = []
    below_bullet = False
    for i, line in enumerate(lines):
        match = _SURE_BULLET.match(line)
        if match is None and (match := _DASH.match(line)) and _goes_on(lines, i, match.end()):
            match = None
        if match is None:
            match = _SIGN_IN_COMPANY.match(line)
            match = match if match and company[match.group(1)] > 1 else None
        is_dash = match is not None and bool(_DASH.match(line))
        if match and not is_dash:
            below_bullet = True
        elif match is None and line and not (i and lines[i - 1]):
            below_bullet = False  # a paragraph ends the list
        bullet = NESTED_BULLET if is_dash and below_bullet else BULLET
        after = bullet + line[match.end() :] if match else line
        if after != line:
            repairs.append(Repair(name="bullet", page=page, before=line, after=after))
        unified.append(after)
    return unified, repairs


def _goes_on(lines: Sequence[str], i: int, start: int) -> bool:
    """Whether the dash that opens line `i` stands amid a sentence or word begun further up."""
    above = lines[i - 1] if i else ""
    if not above and sum(bool(_DASH.match(line)) for line in lines) == 1:
        above = next((line for line in reversed(lines[:i]) if line), "")
    is_item = _DASH.match(above) or _SURE_BULLET.match(above)
    return (
        bool(above) and not is_item and not _ENDS_ITEM.search(above) and lines[i][start].islower()
    )


def tidy_line(line: str, page: int | None) -> tuple[str, list[Repair]]:
    """All repairs of this module on one line, and what they changed.

    Blanks at the ends of a line go too, but are too many to be told.
    """
    repairs: list[Repair] = []
    text = line.strip(" ")
    for name, change in _CHANGES:
        after = change(text)
        if after != text:
            repairs.append(Repair(name=name, page=page, before=text, after=after))
        text = after
    repairs.extend(
        Repair(name="lost character", page=page, before=found, after=found)
        for found in _LOST.findall(text)
    )
    return text, repairs


_CHANGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("characters", tidy_text),
    ("letter-spacing", unspace_word),
)
