"""Text that was extracted through a wrong font map, decoded.

Characters that Norwegian has no use for mark a line as damaged; `ingest.fontmap` infers from all
damaged lines what they stand for. A line is decoded by the likeliest path through its characters,
each either meant as it stands or as the mapping says (Viterbi, by the letter model). Changing
between the two costs, so a 5 in clean text stays a 5, and a 5 amid decoded letters becomes what
the font shows there. What no mapping explains stays as it is and is counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.fontmap import infer_map, is_damaged, is_strange
from ingest.letters import CONTEXT, LetterModel
from ingest.plain_shift import decode_plain_lines

_PLAIN_WORD = re.compile("[A-Za-zÆØÅæøå]{6,}")
_SWITCH = -4.0
_START_DAMAGED = -1.0
# Each character left as it stands in a word that the mapping can read from end to end.
_LEFT_AMID = -8.0
_STOPS = ".,;:!?"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedLine:
    """A line after decoding; `runs` are its changed stretches before and after, in order.

    `undecoded` are stretches that look damaged and that no mapping explains.
    """

    text: str
    runs: tuple[tuple[str, str], ...] = ()
    undecoded: tuple[str, ...] = ()


def decode_lines(lines: Sequence[str]) -> list[DecodedLine]:
    """Decode what can be decoded with confidence; clean lines come back as they are."""
    plain = decode_plain_lines(lines)
    rest = iter(_decode_strange([line for i, line in enumerate(lines) if i not in plain]))
    return [
        DecodedLine(text=plain[i], runs=((line.strip(), plain[i].strip()),))
        if i in plain
        else next(rest)
        for i, line in enumerate(lines)
    ]


def _decode_strange(lines: Sequence[str]) -> list[DecodedLine]:
    """Decode what strange characters give away."""
    damaged = [i for i, line in enumerate(lines) if any(map(is_damaged, line.split(" ")))]
    if not damaged:
        return [DecodedLine(text=line) for line in lines]
    at = set(damaged)
    model = LetterModel(line for i, line in enumerate(lines) if i not in at)
    # Long words of plain letters are sound even between shifted quotes.
    model.words.update(word for i in damaged for word in _PLAIN_WORD.findall(lines[i]))
    shown = infer_map([lines[i] for i in damaged], model)
    return [
        decode_line(line, shown, model) if i in at else DecodedLine(text=line)
        for i, line in enumerate(lines)
    ]


def decode_line(line: str, shown: Mapping[str, str], model: LetterModel) -> DecodedLine:
    """The likeliest reading of `line`, its characters as they stand or as `shown` says."""
    return _as_decoded(line, _with_known_words(line, _best_path(line, shown, model)[1], model))


def _best_path(
    line: str, shown: Mapping[str, str], model: LetterModel
) -> tuple[float, tuple[tuple[str, bool], ...]]:
    """The score of the likeliest reading, and each character's text with whether it was decoded."""
    paths: dict[tuple[str, bool], tuple[float, tuple[tuple[str, bool], ...]]] = {
        (" ", False): (0.0, ()),
        (" ", True): (_START_DAMAGED, ()),
    }
    readable = _readable_words(line, shown)
    for i, character in enumerate(line):
        options = _options(character, shown, blanks_are_shifted=" " not in line.strip(" "))
        longer: dict[tuple[str, bool], tuple[float, tuple[tuple[str, bool], ...]]] = {}
        for (context, damaged), (score, path) in paths.items():
            for text, is_decoded in options:
                mode = damaged if character == " " else is_decoded
                total = score + (_SWITCH if mode != damaged else 0.0)
                total += _LEFT_AMID if i in readable and not is_decoded else 0.0
                ahead = context
                for sign in text:
                    total += model.score(ahead, sign)
                    ahead = (ahead + sign)[-CONTEXT:]
                state = (ahead, mode)
                if state not in longer or total > longer[state][0]:
                    longer[state] = (total, (*path, (text, is_decoded)))
        paths = longer
    return max(paths.values())


def _readable_words(line: str, shown: Mapping[str, str]) -> frozenset[int]:
    """Places of characters in words that hold strange ones and that `shown` explains entirely.

    Without the stops and commas that a word ends in: they may come from another, sound font, as
    what they stand for in the damaged one is a letter.
    """
    return frozenset(
        i
        for word in re.finditer(r"\S+", line)
        if any(map(is_strange, word.group())) and all(c in shown for c in word.group())
        for i in range(word.start(), word.start() + len(word.group().rstrip(_STOPS)))
    )


def _with_known_words(
    line: str, path: tuple[tuple[str, bool], ...], model: LetterModel
) -> tuple[tuple[str, bool], ...]:
    """`path`, with a usual letter left as it stands where that alone makes a word known.

    Single letters of a shifted word may come from another, sound font (`gründerhjelp`).
    """
    chosen = list(path)
    for i, (text, decoded) in enumerate(path):
        if not decoded or not line[i].isalpha() or is_strange(line[i]) or len(text) != 1:
            continue
        before = re.search(r"[^\W\d_]*$", "".join(sign for sign, _ in chosen[:i]))
        after = re.match(r"[^\W\d_]*", "".join(sign for sign, _ in chosen[i + 1 :]))
        head, tail = before.group() if before else "", after.group() if after else ""
        if len(head + tail) < 2 or model.knows(head + text + tail):
            continue
        if model.knows(head + line[i] + tail):
            chosen[i] = (line[i], False)
    return tuple(chosen)


def _options(
    character: str, shown: Mapping[str, str], *, blanks_are_shifted: bool
) -> list[tuple[str, bool]]:
    """What `character` may mean, each with whether that is by `shown`."""
    decoded = shown.get(character)
    if decoded is None or character == " " or (not decoded.strip() and not blanks_are_shifted):
        return [(character, False)]
    if is_strange(character):
        return [(decoded, True)]
    return [(character, False), (decoded, True)]


def _as_decoded(line: str, path: Sequence[tuple[str, bool]]) -> DecodedLine:
    text = "".join(sign for sign, _ in path)
    changed = [decoded and sign != line[i] for i, (sign, decoded) in enumerate(path)]
    runs = []
    for start, end in _stretches(line, changed):
        runs.append((line[start:end], "".join(sign for sign, _ in path[start:end])))
    left = [is_strange(c) and not changed[i] for i, c in enumerate(line)]
    undecoded = [line[start:end] for start, end in _stretches(line, left)]
    return DecodedLine(
        text=text,
        runs=tuple(runs),
        undecoded=tuple(run for run in undecoded if runs or _looks_damaged(run)),
    )


def _stretches(line: str, flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Spans of flagged characters; blanks between two of them do not part them."""
    spans: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if not flag:
            continue
        if spans and not line[spans[-1][1] : i].strip(" "):
            spans[-1] = (spans[-1][0], i + 1)
        else:
            spans.append((i, i + 1))
    return spans


def _looks_damaged(run: str) -> bool:
    """Whether strange characters are damage: not a word or letter of one other script."""
    if re.fullmatch(r"[Α-ωά-ώ ]+|[А-яЁё ]+|[\u3040-\u9fff\uac00-\ud7a3 ]+", run):
        return False
    if len(run.replace(" ", "")) < 3 and all(ord(c) >= 0x2000 or c == " " for c in run):
        return False  # a bullet, a numbered circle, a symbol
    latin = all(unicodedata.name(c, "").startswith("LATIN") for c in run if c != " ")
    return not latin or len(run.replace(" ", "")) > 2 or any(0x180 <= ord(c) < 0x1E00 for c in run)
