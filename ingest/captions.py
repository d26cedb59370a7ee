"""Captions of figures, tables and pictures, parted from the sentences they stand between.

Precision first: a caption taken for a sentence costs little, a heading taken for a caption loses
a section. "Figur 3 …" and "Foto: …" name themselves. A picture's bare caption counts only where no
heading can stand: last on its page, amid a sentence, straight before a numbered heading, or, once
the document has shown such captions, in the form "thing, Place".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from corpus.records import Repair
from ingest.source import Line, LineRole

_NUMBERED = re.compile(
    r"^(?:Figur|Tabell|Bilde|Kart|Diagram|Illustrasjon|Figure|Table|Fig\.|Tab\.)\s+"
    r"\d+(?:[.\-]\d+)*\s?(?P<mark>[.:]?)\s+(?P<text>\S.*)$"
)
# "Figur 3 viser …" opens a sentence, "Figur 3 Antall …" a caption.
_SENTENCE_GOES_ON = re.compile(
    r"^(?:viser|gir|er|var|og|oppsummerer|illustrerer|beskriver|presenterer|inneholder|angir|"
    r"fremstiller|framstiller|sammenfatter|shows|gives|is|and|i|under|over|nedenfor|ovenfor)\b"
)
_CREDIT = re.compile(
    r"^(?:Illustrasjon|Foto|Bilde|Kilde|Grafikk|Tegning|Photo|Illustration)(?:er)?\s?:\s?\S", re.I
)
_CREDIT_AT_END = re.compile(r"\bFoto\s?:\s?\S[^.:]{1,60}$")
_PICTURE_OF = re.compile(
    r"^(?:Ortofoto|Flyfoto|Luftfoto|Foto|Bilde|Kart|Illustrasjon) (?:av|over|fra) "
)
_THING_AND_PLACE = re.compile(r"^[A-ZÆØÅ][^,.:;!?]+, (?:[A-ZÆØÅ][\w-]+ ?){1,4}$")
_NUMBERED_HEADING = re.compile(r"^\d+(?:\.\d+)+\.?:?\s+\S")
_LABELLED_HEADING = re.compile(
    r"^[A-ZÆØÅ][a-zæøå]*(?:mål|kapittel|tema|innsatsområde|del) \d+\s?: ", re.I
)
_LIST_MARK = re.compile(r"^(?:•|[a-zA-Z0-9]{1,3}[.)])\s")
_VERBS = frozenset(
    "er var har hadde skal vil kan må bør blir ble får fikk gir ga kommer står går gjør gjelder "
    "is are was has will can may must".split()
)
_AT_THE_FOOT = (LineRole.FOOTNOTE, LineRole.FURNITURE)
_ENDS_SENTENCE = re.compile(r"[.!?:;][\"”»')\]]*$")
_MOST_WORDS = 9
_SHORTEST_PROSE_LINE = 45
_FEWEST_SURE_CAPTIONS = 3


def split_run_on_headings(
    lines: Sequence[Line], page: int | None, labels: frozenset[str]
) -> tuple[list[Line], list[Repair]]:
    """Part a caption from the heading that was run on to its last line.

    `Festival in Trondheim Hovedmål 3: I 2020 …` at the top of a page is cut before `Hovedmål 3:`
    if `labels` (see `heading_labels`) says that the document's headings begin with `Hovedmål`.
    """
    parted: list[Line] = []
    repairs: list[Repair] = []
    above = 0  # lines of text
    for line in lines:
        is_text = line.role is LineRole.BODY
        cut = _run_on_at(line.text, labels) if is_text and above <= 2 else 0
        if not cut:
            parted.append(line)
            above += is_text
            continue
        for k in range(len(parted) - above, len(parted)):
            parted[k] = replace(parted[k], role=LineRole.CAPTION)
        above += 1
        head, tail = line.text[:cut].rstrip(), line.text[cut:]
        parted.append(Line(text=head, role=LineRole.CAPTION))
        parted.append(replace(line, text=tail))
        repairs.append(
            Repair(name="heading parted", page=page, before=line.text, after=f"{head} | {tail}")
        )
    return parted, repairs


def heading_labels(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Words that open at least two lines of the form `Hovedmål 2: …` in the document."""
    opened = [
        line.text.split(" ", 1)[0]
        for lines in pages
        for line in lines
        if _LABELLED_HEADING.match(line.text)
    ]
    return frozenset(word for word in opened if opened.count(word) > 1)


def _run_on_at(text: str, labels: frozenset[str]) -> int:
    for label in labels:
        match = re.search(rf"(?<=[^.:;,\s] ){re.escape(label)} \d+\s?: ", text)
        if match:
            return match.start()
    return 0


def mark_self_named(lines: Sequence[Line]) -> list[Line]:
    """Lines that say they are captions (`Figur 3 …`, `Foto: …`) and those they run on over."""
    marked = list(lines)
    for i, line in enumerate(lines):
        if line.role is not LineRole.BODY or not _opens_block(lines, i):
            continue
        if _names_itself(line.text):
            for k in range(i, _end_of_block(lines, i)):
                numbered = _NUMBERED.match(lines[k].text)
                if k > i and numbered and not _names_itself(lines[k].text):
                    break  # a sentence on the figure ("Tabell 1 viser …") stands straight below
                marked[k] = replace(lines[k], role=LineRole.CAPTION)
    return marked


def mark_picture_captions(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Bare captions ("Saupstad skole"), on all pages of the document at once."""
    marked = [list(lines) for lines in pages]
    sure = [(p, i) for p, lines in enumerate(pages) for i in _sure_places(lines)]
    likely = [(p, i) for p, lines in enumerate(pages) for i in _likely_places(lines)]
    for p, i in (*sure, *(likely if len(sure) >= _FEWEST_SURE_CAPTIONS else ())):
        marked[p][i] = replace(pages[p][i], role=LineRole.CAPTION)
    return marked


def _names_itself(text: str) -> bool:
    numbered = _NUMBERED.match(text)
    if numbered:
        starts_sentence = _SENTENCE_GOES_ON.match(numbered["text"])
        return bool(numbered["mark"]) or not starts_sentence
    if _CREDIT.match(text) or _PICTURE_OF.match(text):
        return len(text) < 150
    return bool(_CREDIT_AT_END.search(text)) and len(text) < 150


def _sure_places(lines: Sequence[Line]) -> list[int]:
    """Short free-standing lines where no heading can be."""
    content = [i for i, line in enumerate(lines) if line.role is not LineRole.BLANK]
    body = [i for i in content if lines[i].role is LineRole.BODY]
    places = []
    for n, i in enumerate(body):
        following = lines[body[n + 1]].text if n + 1 < len(body) else None
        if n == 0:
            # A page that opens with one short line glued to a heading: the picture above it.
            glued = (
                following is not None and body[1] == i + 1 and _LABELLED_HEADING.match(following)
            )
            if glued and _looks_like_caption(lines, i, glued=True):
                places.append(i)
            continue
        below = [k for k in content if k > i]
        is_last = following is None and all(lines[k].role in _AT_THE_FOOT for k in below)
        is_last = is_last or (following is not None and _parts_a_sentence(lines, i, following))
        before_heading = following is not None and bool(_NUMBERED_HEADING.match(following))
        # One word before a numbered row is more often a table's cell ("Årlig") than a caption.
        before_heading = before_heading and " " in lines[i].text
        if (is_last or before_heading) and _looks_like_caption(lines, i):
            places.append(i)
    return places


def _parts_a_sentence(lines: Sequence[Line], i: int, following: str) -> bool:
    """Whether the sentence above breaks off and goes on with a small letter below."""
    above = next((lines[k].text for k in range(i - 1, -1, -1) if lines[k].text), "")
    return (
        len(above) >= _SHORTEST_PROSE_LINE
        and not _ENDS_SENTENCE.search(above)
        and following[:1].islower()
        and not _LIST_MARK.match(following)
    )


def _likely_places(lines: Sequence[Line]) -> list[int]:
    return [
        i
        for i, line in enumerate(lines)
        if line.role is LineRole.BODY
        and _THING_AND_PLACE.match(line.text)
        and _looks_like_caption(lines, i)
        and any(above.role is LineRole.BODY for above in lines[:i])
    ]


def _looks_like_caption(lines: Sequence[Line], i: int, *, glued: bool = False) -> bool:
    text = lines[i].text
    words = text.split()
    return (
        (glued or _stands_under_prose(lines, i))
        and _opens_block(lines, i)
        and (glued or _end_of_block(lines, i) == i + 1)
        and len(words) <= _MOST_WORDS
        and text[0].isupper()
        and text[-1] not in ".:;,!?-)"
        and ": " not in text
        and not any(c.isdigit() for c in words[0])
        and not _LIST_MARK.match(text)
        and not _VERBS & {word.lower() for word in words}
    )


def _stands_under_prose(lines: Sequence[Line], i: int) -> bool:
    """Whether a line just above is as long as sentences are and cells of narrow columns are not."""
    above = (lines[k].text for k in range(i - 1, -1, -1) if lines[k].role is LineRole.BODY)
    return any(len(text) >= _SHORTEST_PROSE_LINE for text in islice(above, 3))


def _opens_block(lines: Sequence[Line], i: int) -> bool:
    return i == 0 or lines[i - 1].role is not LineRole.BODY


def _end_of_block(lines: Sequence[Line], i: int) -> int:
    end = i + 1
    while end < len(lines) and lines[end].role is LineRole.BODY:
        end += 1
    return end
