"""What the characters of wrongly extracted text stand for, inferred from the text itself.

1. Every known font order is tried with every shift that makes the commonest strange character a
   small letter. The mapping whose damaged strings read most like Norwegian wins, if it reads well
   and no rival that reads the letters otherwise comes near.
2. Signs and capitals may be shifted by another amount than the small letters. Each region of code
   points gets a shift of its own where that makes the damaged words read clearly better.

Nothing is returned that does not read as Norwegian: what is not explained stays undecoded.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.fonts import HIGHEST_RANKED, ORDERS, GlyphOrder, shown_by_constant, shown_by_rank
from ingest.letters import LetterModel

# Marks that a decomposed å, é or ø-like letter is written with.
_COMBINING = frozenset("\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0328\u0331")
_SPACING_MODIFIERS = frozenset("ˆ˜ˇ˘˙˚˛˝ʼʹ")
# Signs of ordinary text: raised digits, letter-like signs, arrows, boxes, bullets, dingbats, emoji.
_SIGNS_AND_LIGATURES = (
    range(0x2000, 0x2400),
    range(0x2500, 0x2C00),
    range(0x3000, 0x3040),
    range(0xFB00, 0xFB07),
    range(0xFE00, 0x10000),
    range(0x1F000, 0x20000),
)
# A decoded string must read at most this much worse (mean log probability) than clean words do.
_WORST_READING = 1.2
_LEAST_LEAD = 0.25
_LEAST_GAIN = 4.0
_FEWEST_STRANGE = 8
_LEAST_COVERAGE = 0.85
_MOST_CHARACTERS = 3000
_WORDS_TO_COMPARE = 60
_WIDEST_GAP_IN_REGION = 0x40
_MOST_SHIFT = 0x600


def is_strange(character: str) -> bool:
    """Whether Norwegian text has no use for `character`, save in a foreign name or word."""
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return character not in "\t\n\r\f\v"
    if code < 0x2000:
        return code >= 0x100 and character not in _COMBINING | _SPACING_MODIFIERS
    if any(code in block for block in _SIGNS_AND_LIGATURES):
        return False
    # Above, a shift ends in other scripts or where fonts for symbols lie (U+F000 and after).
    return character.isalpha() or unicodedata.category(character) in ("Co", "Cn", "No", "So")


def is_damaged(word: str) -> bool:
    """Whether `word` holds a strange character or is for the most part not ASCII.

    The second finds shifts that stay within Latin-1, where no character is strange by itself.
    """
    if any(map(is_strange, word)):
        return True
    return len(word) >= 3 and 2 * sum("\xa0" < c < "\u0100" for c in word) >= len(word)


def infer_map(lines: Sequence[str], model: LetterModel) -> dict[str, str]:
    """What each shifted character of damaged `lines` stands for; empty if nothing explains them."""
    strings = _damaged_strings(lines)
    if sum(map(len, strings)) < _FEWEST_STRANGE:
        return {}
    letters = Counter(c for string in strings for c in string)
    readings = _readings(strings, letters, model)
    if not readings or readings[0].quality < clean_reading(model) - _WORST_READING:
        return {}
    near = [r for r in readings if readings[0].quality - r.quality < _LEAST_LEAD]
    if any(_differ(near[0].shown, rival.shown, letters) for rival in near):
        return {}
    # They agree on the letters; signs and capitals tell them apart.
    strange = Counter(c for line in lines for c in line if is_strange(c))
    words = _damaged_words(lines)
    best = max(near, key=lambda r: (_share(strange, r.shown), _fit(words, r.shown, model)))
    return _with_regions(best, words, model)


@dataclass(frozen=True, slots=True)
class _Reading:
    quality: float
    order: GlyphOrder
    shown: dict[str, str]


def _readings(strings: Sequence[str], letters: Counter[str], model: LetterModel) -> list[_Reading]:
    """All mappings that explain most of `letters`, the best reading first."""
    qualities: dict[tuple[str, ...], float] = {}
    readings: list[_Reading] = []
    for order, shown in _hypotheses(letters):
        if _share(letters, shown) < _LEAST_COVERAGE:
            continue
        read = tuple("".join(shown.get(c, c) for c in string) for string in strings)
        if read not in qualities:
            qualities[read] = mean_reading(read, model)
        readings.append(_Reading(qualities[read], order, shown))
    return sorted(readings, key=lambda reading: reading.quality, reverse=True)


def _share(counts: Counter[str], shown: Mapping[str, str]) -> float:
    return sum(n for c, n in counts.items() if c in shown) / max(1, counts.total())


def _differ(one: Mapping[str, str], other: Mapping[str, str], letters: Counter[str]) -> bool:
    """Whether two mappings read the strange letters differently, a few rare ones aside."""
    unlike = sum(n for c, n in letters.items() if one.get(c) != other.get(c))
    return unlike > 0.1 * letters.total()


def _damaged_strings(lines: Iterable[str]) -> list[str]:
    """The longest damaged stretches of letters, at least three long, no more than needed."""
    found = [
        part
        for line in lines
        for word in line.split(" ")
        if is_damaged(word)
        for part in re.findall(r"[^!-~]{3,}", word)
    ]
    found.sort(key=len, reverse=True)
    total, kept = 0, []
    for text in found:
        if total > _MOST_CHARACTERS:
            break
        kept.append(text)
        total += len(text)
    return kept


def _hypotheses(letters: Counter[str]) -> Iterator[tuple[GlyphOrder, dict[str, str]]]:
    """A mapping for each order, way of counting, and shift that makes a letter of the commonest."""
    commonest = ord(letters.most_common(1)[0][0])
    for order in ORDERS:
        for number, text in order.glyphs.items():
            if text.isalpha() and text.islower():
                yield order, shown_by_constant(order, commonest - number)
        seen = set()
        for number, text in order.glyphs.items() if commonest < HIGHEST_RANKED else ():
            if not (text.isalpha() and text.islower()):
                continue
            for shift in range(commonest - number - 120, commonest - number + 1):
                if shift in seen:
                    continue
                seen.add(shift)
                shown = shown_by_rank(order, shift)
                if shown.get(chr(commonest), " ").islower():
                    yield order, shown


def mean_reading(strings: Sequence[str], model: LetterModel) -> float:
    """Mean log probability of a character of `strings`."""
    weights = [len(string) + 1 for string in strings]
    return sum(model.mean(s) * w for s, w in zip(strings, weights, strict=True)) / sum(weights)


def clean_reading(model: LetterModel) -> float:
    """How well common words read (mean log probability): the measure for decoded ones."""
    words = [word for word, _ in model.words.most_common(400) if len(word) > 2]
    return mean_reading(words, model)


def _damaged_words(lines: Iterable[str]) -> list[str]:
    """Words that are damaged for the greater part, each once, the longest first."""
    words = {word for line in lines for word in line.split(" ") if is_damaged(word)}
    mostly = [word for word in words if 2 * sum(c > "\x7e" for c in word) >= len(word)]
    return sorted(mostly, key=lambda word: (-len(word), word))


def _fit(words: Sequence[str], shown: Mapping[str, str], model: LetterModel) -> float:
    """Total log probability of `words` read by `shown`."""
    read = ["".join(shown.get(c, c) for c in word) for word in words[:_WORDS_TO_COMPARE]]
    return sum(model.mean(word) * (len(word) + 1) for word in read)


def _with_regions(best: _Reading, words: Sequence[str], model: LetterModel) -> dict[str, str]:
    """`best.shown`, with a shift of its own for each region that reads clearly better so.

    The small letters have shown their shift already, so no other region gets any of them.
    """
    shown = dict(best.shown)
    small = [ord(c) for c, text in shown.items() if text.isalpha() and text.islower()]
    for low, high in _regions(words):
        if low <= max(small) and high >= min(small):
            continue
        inside = Counter(c for word in words for c in word if low <= ord(c) <= high)
        touched = [word for word in words if any(c in inside for c in word)]
        base = {c: text for c, text in shown.items() if not low <= ord(c) <= high}
        found: dict[tuple[str | None, ...], tuple[float, dict[str, str]]] = {}
        for shift in _shifts_for(inside, best.order):
            moved = {
                c: text
                for c, text in shown_by_constant(best.order, shift).items()
                if low <= ord(c) <= high and not text.islower()
            }
            if _share(inside, moved) < _LEAST_COVERAGE:
                continue
            reading = tuple(moved.get(c) for c in sorted(inside))
            found[reading] = (_fit(touched, base | moved, model), moved)
        ranked = sorted(found.values(), key=lambda pair: pair[0], reverse=True)
        as_they_stand, as_shown = _fit(touched, base, model), _fit(touched, shown, model)
        floor = max(as_they_stand, as_shown) + _LEAST_GAIN
        leads = len(ranked) < 2 or ranked[0][0] - ranked[1][0] >= _LEAST_GAIN / 2
        if ranked and leads and ranked[0][0] >= floor:
            shown = base | ranked[0][1]
        elif as_they_stand > as_shown:
            shown = base
    return shown


def _regions(words: Iterable[str]) -> list[tuple[int, int]]:
    """Spans of code points in use: ASCII, Latin-1, and strange ones parted by wide gaps."""
    codes = sorted({ord(c) for word in words for c in word if is_strange(c)})
    spans = [(0x21, 0x7E), (0xA1, 0xFF)]
    start = 0
    for i, code in enumerate(codes):
        if i + 1 == len(codes) or codes[i + 1] - code > _WIDEST_GAP_IN_REGION:
            spans.append((codes[start], code))
            start = i + 1
    return spans


def _shifts_for(inside: Counter[str], order: GlyphOrder) -> list[int]:
    if not inside:
        return []
    commonest = ord(inside.most_common(1)[0][0])
    shifts = {commonest - number for number in order.glyphs}
    return sorted(shift for shift in shifts if abs(shift) <= _MOST_SHIFT)
