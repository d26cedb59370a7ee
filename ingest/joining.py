"""Lines of a paragraph made one text again: what becomes of the hyphen at a line's end.

A hyphen at a line's end is either the typesetter's (dropped) or the word's own (kept). It is kept
before a capital, after a name, acronym or number, in an address, before "og" and "eller"
(`helse-` / `og omsorgstjenester`), and where three equal letters would meet. Between small letters
the document decides: the form that it uses elsewhere; without such evidence the parts are one word.
No letter is lost or added.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.frequent_words import FREQUENT_WORDS

_COUPLING = re.compile(r"(?:og|eller|og/eller|samt|til|men|and|or)\b", re.I)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*$")
_ADDRESS_TAIL = re.compile(r"[\w%~+-]*[./#?=&_][\w%~+./#?=&-]*\S*$|[\w%~+]+-[\w%~+.-]*$")
_FILE_ENDINGS = ("pdf", "html", "htm", "aspx", "docx", "xlsx", "pptx", "php")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LAST_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*-$")
_FIRST_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_COMMON = frozenset(FREQUENT_WORDS.split())


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in `texts`, small-lettered, hyphens inside words kept.

    A word cut by a hyphen at a line's end does not count.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word.lower() for word in _WORD.findall(re.sub(r"\S+-$", "", text)))
    return counts


def join_lines(lines: Sequence[str], words: Counter[str] | None = None) -> str:
    """`lines` as one text without line breaks; blank lines are passed over.

    `words` are the document's (`count_words`), the evidence for words cut at a line's end; without
    them two parts with small letters are always one word.
    """
    parts = [line.strip() for line in lines if line.strip()]
    known = words if words is not None else Counter[str]()
    text = ""
    for part in parts:
        text = _join(text, part, known) if text else part
    return text


def _join(text: str, part: str, words: Counter[str]) -> str:
    if _continues_address(text, part):
        return text + part
    head = _LAST_WORD.search(text)
    tail = _FIRST_WORD.match(part)
    if head is None or tail is None:
        is_range = re.search(r"\d[-–]$", text) and part[:1].isdigit()
        return text + part if is_range else f"{text} {part}"
    if _COUPLING.match(part):
        return f"{text} {part}"
    if _keeps_hyphen(head.group()[:-1], tail.group(), words):
        return text + part
    return text[:-1] + part


def _keeps_hyphen(head: str, tail: str, words: Counter[str]) -> bool:
    last = head.rsplit("-", 1)[-1]
    if not tail[0].islower() or any(c.isdigit() for c in last):
        return True
    # "EU-landenes", "FoU-prosjekter", "e-helse"
    if len(last) == 1 or any(c.isupper() for c in last[1:]):
        return True
    if len(last) > 1 and last[-1] == last[-2] == tail[0]:
        return True
    parted = words[f"{head}-{tail}".lower()]
    whole = words[f"{head}{tail}".lower()]
    if parted == whole and _is_name(head):
        return True
    return parted > whole


def _is_name(head: str) -> bool:
    """`Expat`, but not `Helse` (a word that opens a cell) nor `Trondheims` (the s of a joint)."""
    return head[0].isupper() and head[-1] != "s" and head.lower() not in _COMMON


def _continues_address(text: str, part: str) -> bool:
    """Whether `part` goes on with a web address that `text` breaks off in."""
    address = _ADDRESS.search(text)
    if address is None:
        return False
    first = part.split(" ", 1)[0]
    if re.match(r"https?://|www\.", first) or not re.match(r"[\w%~+./#?=&-]", first):
        return False
    end = address.group()[-1]
    if end in "-_=&?%#~":
        return True
    cut_ending = re.search(r"\.([a-z]{1,4})$", address.group())
    if cut_ending and cut_ending.group(1) + first.rstrip(").,;") in _FILE_ENDINGS:
        return True
    is_whole = cut_ending is not None and cut_ending.group(1) in _FILE_ENDINGS
    if is_whole or re.fullmatch(r"\d+(?:\.\d+)*\.?", first):
        return False
    return bool(_ADDRESS_TAIL.match(first)) and end not in ".,;)" and first not in _COMMON
