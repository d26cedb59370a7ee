"""Text whose wrong font map leads back to plain characters: `7URQGKHLP` is Trondheim.

A font numbers its glyphs from 3 on in the order of ASCII, so glyph numbers that leak out look like
letters and signs, 29 places too low. No single character gives that away; the words do. A line is
suspected if next to no common Norwegian word stands in it and it reads far worse than a line of
names does. One order and one shift must turn the suspected lines, taken together, into text that
reads like Norwegian and holds common words; then each of them is decoded that reads much better so.
What no shift explains stays as it is: numbers, codes, other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ingest.fontmap import clean_reading, mean_reading
from ingest.fonts import ORDERS, shown_by_constant
from ingest.letters import LetterModel

_WORD = re.compile(r"[^\W\d_]{2,}")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_ADDRESS = re.compile(r"://|www\.|@\w|\w/\w")
_PLAIN = range(0x01, 0x100)
_FARTHEST = 96
_BULLETS = "•●▪■◦·–-"
_FEWEST_CHARACTERS = 4
# Mean log probabilities below that of common words. Norwegian lines without any common word (names,
# headings) read 1.3 to 3.0 below it, shifted lines 6 to 10.
_SUSPECT = 4.5
_WORST_READING = 2.2
_MOST_CHARACTERS = 3000
_FEWEST_KNOWN_WORDS = 3  # different ones, of four letters or more: chance makes one or two
_LEAST_LEAD = 0.5
_LEAST_GAIN = 1.0
_GAIN_WITHOUT_WORDS = 4.0
_MOST_UNLIKE = 0.12  # orders that agree on A to Z read æ, ø, å and signs differently

Shown = Mapping[str, str]


def decode_plain_lines(lines: Sequence[str]) -> dict[int, str]:
    """What lines that were shifted within the plain characters say, by their place in `lines`."""
    model = _common_words()
    suspected = [i for i, line in enumerate(lines) if _is_suspected(line, model)]
    shown = _infer([lines[i].strip() for i in suspected], model) if suspected else {}
    if not shown:
        return {}
    found = {i: _read(lines[i], shown) for i in suspected if _covers(shown, lines[i])}
    return {i: text for i, text in found.items() if _reads_better(text, lines[i], model)}


@cache
def _common_words() -> LetterModel:
    # Learnt from the word list alone: the document itself may be damaged for the greater part.
    return LetterModel()


@cache
def _clean() -> float:
    return clean_reading(_common_words())


def _is_suspected(line: str, model: LetterModel) -> bool:
    visible = line.replace(" ", "").lstrip(_BULLETS)
    if len(visible) < _FEWEST_CHARACTERS or any(map(_is_of_other_script, visible)):
        return False
    if 4 * len(_known(line, model)) > len(_WORD.findall(line)) or _ADDRESS.search(line):
        return False
    return model.mean(line.strip()) < _clean() - _SUSPECT


def _is_of_other_script(character: str) -> bool:
    return ord(character) not in _PLAIN and character.isalpha()


def _known(text: str, model: LetterModel, pattern: re.Pattern[str] = _WORD) -> list[str]:
    return [word for word in pattern.findall(text) if model.knows(word)]


def _read(line: str, shown: Shown) -> str:
    return "".join(shown.get(c, c) for c in line)


def _covers(shown: Shown, line: str) -> bool:
    return all(c in shown or c == " " or ord(c) not in _PLAIN for c in line)


def _reads_better(text: str, line: str, model: LetterModel) -> bool:
    """By a common word and a clear gain; without one by a gain that only the right map brings."""
    gain = model.mean(text.strip()) - model.mean(line.strip())
    return gain >= (_LEAST_GAIN if _known(text, model) else _GAIN_WITHOUT_WORDS)


def _infer(lines: Sequence[str], model: LetterModel) -> Shown:
    """The map under which many of `lines` read like Norwegian; empty if none does, or two differ.

    Of the lines only those count in which a map finds common words: among the suspected ones are
    always some that were never shifted.
    """
    sample: list[str] = []
    for line in sorted(set(lines), key=lambda line: (-len(line), line)):
        if sum(map(len, sample)) < _MOST_CHARACTERS:
            sample.append(line)
    readings: list[tuple[float, tuple[str, ...], Shown]] = []
    for shown in _maps():
        if _distinct_words("\n".join(sample).translate(_table(shown)), model):
            explained = [line for line in sample if _covers(shown, line)]
            read = tuple(_read(line, shown) for line in explained)
            told = tuple(text for text in read if _known(text, model))
            if _distinct_words("\n".join(told), model):
                readings.append((mean_reading(told, model), told, shown))
    if not readings:
        return {}
    # The map that explains the most; of those that explain as much, the one that reads best.
    most = max(sum(map(len, told)) for _, told, _ in readings)
    readings = [r for r in readings if 2 * sum(map(len, r[1])) >= most]
    quality, told, shown = max(readings, key=lambda reading: reading[0])
    rivals = [other for rival, other, _ in readings if quality - rival < _LEAST_LEAD]
    if quality < _clean() - _WORST_READING:
        return {}
    return {} if any(_differ(told, other) for other in rivals) else shown


def _distinct_words(text: str, model: LetterModel) -> bool:
    return len(set(_known(text, model, _LONG_WORD))) >= _FEWEST_KNOWN_WORDS


def _table(shown: Shown) -> dict[int, str]:
    return {ord(c): text for c, text in shown.items()}


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two readings differ in more than the letters and signs that are rare."""
    if len(one) != len(other):
        return set(one).isdisjoint(other)
    a, b = "".join(one), "".join(other)
    unlike = sum(x != y for x, y in zip(a, b, strict=False))
    return len(a) != len(b) or unlike > _MOST_UNLIKE * len(a)


@cache
def _maps() -> tuple[Shown, ...]:
    return tuple(_all_maps())


def _all_maps() -> Iterator[Shown]:
    for order in ORDERS:
        for shift in range(-_FARTHEST, _FARTHEST + 1):
            shown = shown_by_constant(order, shift)
            moved = {
                c: t for c, t in shown.items() if ord(c) in _PLAIN and c != " " and not t.isspace()
            }
            blank = {c: " " for c, t in shown.items() if t == " " and ord(c) < 0x20}
            if sum(t.isalpha() and t.islower() for t in moved.values()) > 20 and any(
                c != text for c, text in moved.items()
            ):
                yield moved | blank
