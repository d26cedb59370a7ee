"""In which order fonts number their glyphs, and what becomes of text when the numbers leak out.

A PDF without a usable ToUnicode map gives glyph numbers instead of letters, each shown as the
character of that code. Extractors shift them: by a constant, or (pdfium and kin) by counting only
code points that were printable in Unicode 5.0. An order and a shift together explain a whole font.

Source: "mac" is the standard Macintosh order of the TrueType `post` table (Apple, TrueType
Reference Manual), also the order of Arial and Times New Roman; "calibri" was read off garbled and
clean copies of the same texts; "latin" is ASCII, then Latin-1, by code point (DejaVu, Vera).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_MAC_AFTER_ASCII = (
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…"
    "\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ"
)
_CALIBRI_LETTERS = {
    "A": 4, "B": 17, "C": 18, "D": 24, "E": 28, "F": 38, "G": 39, "H": 44, "I": 47, "J": 58,
    "K": 60, "L": 62, "M": 68, "N": 69, "O": 75, "P": 87, "Q": 89, "R": 90, "S": 94, "T": 100,
    "U": 104, "V": 115, "W": 116, "X": 121, "Y": 122, "Z": 127, "À": 5, "Á": 6, "Â": 7, "Ä": 9,
    "Å": 12, "Æ": 15, "È": 29, "É": 30, "Ö": 80, "Ø": 84, "Ü": 109,
    "a": 258, "b": 271, "c": 272, "d": 282, "e": 286, "f": 296, "g": 336, "h": 346, "i": 349,
    "j": 361, "k": 364, "l": 367, "m": 373, "n": 374, "o": 381, "p": 393, "q": 395, "r": 396,
    "s": 400, "t": 410, "u": 437, "v": 448, "w": 449, "x": 454, "y": 455, "z": 460,
    "à": 259, "á": 260, "â": 261, "ä": 263, "å": 266, "æ": 269, "è": 287, "é": 288, "ê": 289,
    "ò": 382, "ó": 383, "ô": 384, "ö": 386, "ø": 390, "ü": 442, "ff": 299, "ti": 415, "tt": 425,
}  # fmt: skip
_CALIBRI_SIGNS = {
    " ": 3, "!": 842, "?": 845, ",": 853, ";": 854, ":": 855, ".": 856, "…": 857, "‘": 858,
    "’": 859, "“": 862, "”": 863, "/": 876, "-": 882, "–": 884, "—": 885, "_": 890, "(": 894,
    ")": 895, "[": 896, "]": 897, '"': 919, "&": 920, "%": 1081, "+": 1085, "=": 1089,
} | {str(digit): 1004 + digit for digit in range(10)}  # fmt: skip
# Code points up to U+04FF that had no printable character in Unicode 5.0.
_GAPS = frozenset(
    {*range(0x7F, 0xA0), *range(0x370, 0x374), *range(0x376, 0x37A), *range(0x37F, 0x384)}
    | {0x38B, 0x38D, 0x3A2, 0x3CF, 0x487}
)
HIGHEST_RANKED = 0x500


@dataclass(frozen=True, slots=True)
class GlyphOrder:
    """A font's order: glyph number to what the glyph shows (a ligature: two letters)."""

    name: str
    glyphs: Mapping[int, str]


def _order(name: str, glyphs: dict[int, str]) -> GlyphOrder:
    return GlyphOrder(name, MappingProxyType(glyphs))


ORDERS = (
    _order(
        "calibri", {number: text for text, number in (_CALIBRI_LETTERS | _CALIBRI_SIGNS).items()}
    ),
    _order("mac", {3 + i: text for i, text in enumerate(_ASCII + _MAC_AFTER_ASCII)}),
    _order(
        "latin",
        {3 + i: text for i, text in enumerate(_ASCII + "".join(map(chr, range(0xA0, 0x100))))},
    ),
    _order("code points", {code: chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))}),
)


def shown_by_constant(order: GlyphOrder, shift: int) -> dict[str, str]:
    """What each character stands for when glyph `g` was shown as code point `g + shift`."""
    return {
        chr(number + shift): text
        for number, text in order.glyphs.items()
        if 0 < number + shift < 0xD800 or 0xE000 <= number + shift < 0xFFFE
    }


def shown_by_rank(order: GlyphOrder, shift: int) -> dict[str, str]:
    """As `shown_by_constant`, but gaps of Unicode 5.0 were skipped in counting from the blank."""
    printable = [code for code in range(0x20, HIGHEST_RANKED) if code not in _GAPS]
    return {
        chr(printable[number + shift - 0x20]): text
        for number, text in order.glyphs.items()
        if 0 <= number + shift - 0x20 < len(printable)
    }
