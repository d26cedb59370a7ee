"""When does a text hold a gold quote, and when does an answer state a fact?

Judgments are given on documents and quotes, never on passage ids, so a new chunker keeps them.
Quotes are compared without white space, hyphens, bullets and quote marks: extraction breaks lines
and words and prints list marks differently from one repair to the next, and `utdannings-⏎institutt`
must equal both `utdanningsinstitutt` and `utdannings- institutt`. A match still has to begin and
end at a word.
Facts are compared as word sequences with numbers in digits (`eval.numerals`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from eval.numerals import tokens

MIN_SHARE = 0.6
MIN_RUN_WORDS = 3
MIN_PIECE_WORDS = 4
_INFLECTED_FROM = 4
_DROPPED = frozenset("-‐‑‒–—−\u00ad\u200b\"'«»“”„‘’‚‹›`´•·▪◦‣●■¶")
_MARKER = re.compile(r"\s*\[\d+\]")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def _squeeze(text: str) -> tuple[str, tuple[int, ...]]:
    kept = [
        (position, sign)
        for position, sign in enumerate(text)
        if not sign.isspace() and sign not in _DROPPED
    ]
    return "".join(sign for _, sign in kept), tuple(position for position, _ in kept)


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where `quote` stands in `text`, as half-open offsets into the NFC text; None if nowhere.

    White space, hyphens, dashes, bullets and quote marks are ignored; the match begins and ends at
    the edge of a word. The first of several places is returned.
    """
    text = unicodedata.normalize("NFC", text)
    squeezed, offsets = _squeeze(text)
    wanted, _ = _squeeze(unicodedata.normalize("NFC", quote))
    at = squeezed.find(wanted) if wanted else -1
    while at >= 0:
        start, end = offsets[at], offsets[at + len(wanted) - 1] + 1
        if not _inside_word(text, start) and not _inside_word(text, end):
            return start, end
        at = squeezed.find(wanted, at + 1)
    return None


def _inside_word(text: str, edge: int) -> bool:
    return 0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum()


def shared_share(text: str, quote: str) -> float:
    """Share of `quote`'s words that `text` holds in the same order, in runs of three or more.

    Runs keep chance matches of function words from counting. 0 for an empty quote.
    """
    wanted, present = _words(quote), _words(text)
    if not wanted or len(set(wanted) & set(present)) < MIN_SHARE * len(set(wanted)) / 2:
        return 0.0
    blocks = SequenceMatcher(None, wanted, present, autojunk=False).get_matching_blocks()
    least = min(MIN_RUN_WORDS, len(wanted))
    return sum(block.size for block in blocks if block.size >= least) / len(wanted)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def holds(text: str, quote: str) -> bool:
    """Whether a passage's text is relevant to a gold quote.

    It is when the quote stands in it, or when at least 60 % of the quote's words do, in order:
    a quote may be longer than the passage or cross into the next one.
    """
    return find_quote(text, quote) is not None or shared_share(text, quote) >= MIN_SHARE


def supports(cited: str, quote: str) -> bool:
    """Whether a cited quote is evidence of the gold quote: it holds it, or is a piece of it."""
    if holds(cited, quote):
        return True
    return len(_words(cited)) >= MIN_PIECE_WORDS and find_quote(quote, cited) is not None


def states(text: str, alternatives: Sequence[str]) -> bool:
    """Whether `text` states a fact: any of its `alternatives` stands there as a word sequence.

    The last word may carry an ending (`kommune` matches `kommunens`) if it has four letters or
    more; numbers never may.
    """
    present = tokens(text)
    return any(_stands(present, tokens(alternative)) for alternative in alternatives)


def _stands(present: Sequence[str], wanted: Sequence[str]) -> bool:
    if not wanted:
        return False
    last = len(wanted) - 1
    inflects = wanted[last].isalpha() and len(wanted[last]) >= _INFLECTED_FROM
    for at in range(len(present) - last):
        if tuple(present[at : at + last]) != tuple(wanted[:last]):
            continue
        end = present[at + last]
        if end == wanted[last] or (inflects and end.startswith(wanted[last])):
            return True
    return False


def first_words(answer: str, limit: int) -> str:
    """The first `limit` words of an answer; `[n]` markers are taken out and do not count."""
    return " ".join(_MARKER.sub("", answer).split()[:limit])
