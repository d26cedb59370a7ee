"""The numbers that Word prints before list items and headings, which its text does not hold.

A paragraph (or the style it is built on) names a numbering and a level; the numbering's definition
says how the level counts and how its label looks ("%1.%2"). We count along the way, as Word does:
an item counts its own level up and starts the deeper ones anew.

Source: ECMA-376 part 1, 17.9 (numbering); `w:lvlText`, `w:numFmt`, `w:start`, `w:startOverride`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml.etree import _Element  # type: ignore[import-untyped]

_DEEPEST = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A list item's printed number and its depth from 0; `text` is None for a bullet."""

    level: int
    text: str | None


@dataclass(slots=True)
class Numbering:
    """Counts a document's numberings; `label_of` must be called once a paragraph, in order."""

    document: Document
    _counts: dict[str, list[int]] = field(default_factory=dict)
    _root: _Element | None = None
    _styles: dict[str, _Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = {rel.reltype: rel for rel in self.document.part.rels.values()}
        if RELATIONSHIP_TYPE.NUMBERING in parts:
            self._root = self.document.part.numbering_part.element
        for style in self.document.styles.element:
            self._styles[str(style.get(qn("w:styleId")))] = style

    def label_of(self, paragraph: _Element) -> Label | None:
        """The paragraph's label; None when it belongs to no list."""
        number_id, level = self._numbering_of(paragraph)
        if number_id is None or number_id == "0":  # 0 takes a style's numbering away
            return None
        abstract_id, levels = self._levels(number_id)
        if not levels:
            return None
        counts = self._counts.setdefault(abstract_id, [])
        for depth in range(len(counts), level + 1):
            counts.append(
                _start(levels.get(depth)) - 1 if depth == level else _start(levels.get(depth))
            )
        del counts[level + 1 :]
        counts[level] += 1
        return Label(level=level, text=_label(levels, level, counts))

    def _numbering_of(self, paragraph: _Element) -> tuple[str | None, int]:
        number_id: str | None = None
        level: int | None = None
        for properties in self._properties(paragraph):
            found = properties.find(qn("w:numPr"))
            if found is None:
                continue
            number, depth = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
            if number_id is None and number is not None:
                number_id = number.get(qn("w:val"))
            if level is None and depth is not None:
                level = int(depth.get(qn("w:val"), "0"))
        if number_id is not None and level is None:
            level = self._level_of_style(paragraph, number_id)
        return number_id, min(level or 0, _DEEPEST - 1)

    def _level_of_style(self, paragraph: _Element, number_id: str) -> int | None:
        """A style's level stands in the definition, which names the style it belongs to."""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is None:
            return None
        for depth, level in self._levels(number_id)[1].items():
            linked = level.find(qn("w:pStyle"))
            if linked is not None and linked.get(qn("w:val")) == style.get(qn("w:val")):
                return depth
        return None

    def _properties(self, paragraph: _Element) -> Iterator[_Element]:
        """The paragraph's own properties, then those of the styles it is built on."""
        own = paragraph.find(qn("w:pPr"))
        if own is None:
            return
        yield own
        reference = own.find(qn("w:pStyle"))
        seen: set[str] = set()
        while reference is not None:
            name = str(reference.get(qn("w:val")))
            style = self._styles.get(name)
            if style is None or name in seen:
                return
            seen.add(name)
            properties = style.find(qn("w:pPr"))
            if properties is not None:
                yield properties
            reference = style.find(qn("w:basedOn"))

    def _levels(self, number_id: str) -> tuple[str, dict[int, _Element]]:
        """The key to count under, and the definition of each level with the list's overrides.

        Lists share a count with the others of their definition unless they restart it.
        """
        number = self._child("w:num", "w:numId", number_id)
        if number is None:
            return number_id, {}
        reference = number.find(qn("w:abstractNumId"))
        abstract_id = "" if reference is None else str(reference.get(qn("w:val")))
        abstract = self._child("w:abstractNum", "w:abstractNumId", abstract_id)
        levels = {} if abstract is None else _by_level(abstract, "w:lvl")
        restarts = False
        for depth, override in _by_level(number, "w:lvlOverride").items():
            replaced = override.find(qn("w:lvl"))
            restarts = restarts or override.find(qn("w:startOverride")) is not None
            if replaced is not None:
                levels[depth] = replaced
        return (f"list {number_id}" if restarts else f"definition {abstract_id}"), levels

    def _child(self, tag: str, key: str, value: str) -> _Element | None:
        if self._root is None:
            return None
        return next((e for e in self._root.iter(qn(tag)) if e.get(qn(key)) == value), None)


def _by_level(parent: _Element, tag: str) -> dict[int, _Element]:
    return {int(child.get(qn("w:ilvl"), "0")): child for child in parent.findall(qn(tag))}


def _start(level: _Element | None) -> int:
    return int(_value(level, "w:start", "1"))


def _value(level: _Element | None, tag: str, default: str) -> str:
    found = None if level is None else level.find(qn(tag))
    return default if found is None else str(found.get(qn("w:val"), default))


def _label(levels: dict[int, _Element], level: int, counts: list[int]) -> str | None:
    if _value(levels.get(level), "w:numFmt", "decimal") in ("bullet", "none"):
        return None
    text = _value(levels.get(level), "w:lvlText", f"%{level + 1}.")
    for depth in range(level + 1):
        shown = _shown(counts[depth], _value(levels.get(depth), "w:numFmt", "decimal"))
        text = text.replace(f"%{depth + 1}", shown)
    return text.strip() or None


def _shown(count: int, style: str) -> str:
    if style in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if style == "lowerLetter" else letter.upper()
    if style in ("lowerRoman", "upperRoman"):
        return roman(count) if style == "lowerRoman" else roman(count).upper()
    return f"{count:02d}" if style == "decimalZero" else str(count)


def roman(number: int) -> str:
    """`number` (from 1) in lower-case Roman numerals."""
    values = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
    shown = ""
    for value, letters in values:
        shown += letters * (number // value)
        number %= value
    return shown
