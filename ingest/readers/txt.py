"""Plain text: bytes to one piece of lines, or to pages where form feeds divide them.

Encoding. A byte order mark decides; else what the caller knows; else UTF-8 if every byte fits,
because text in another encoding almost never does; else Windows-1252. A guesser by frequencies is
not used: charset-normalizer 3.5 took each of three Norwegian samples in Windows-1252 for cp1250
(æ would become ć), while the strict test cannot mistake UTF-8. A UTF-8 file with a few stray
Windows-1252 bytes (two files pasted together) is read as both, and text encoded twice (`NÃ¦ring`)
as it was, each with a warning. Windows-1252 text whose words hold signs in place of letters is from
an older system and is refused, not guessed at.
"""

from __future__ import annotations

import codecs
import re

from corpus.errors import UnreadableError
from corpus.manifest import PageBreak, ReaderOptions
from ingest.source import ElementKind, SourceDocument, SourceElement, SourcePage

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Where DOS and Macintosh have æ ø å, Windows-1252 has signs and Œ (a letter of French alone).
_SIGN_IN_WORD = re.compile(
    r"(?<=[a-z])(?:[^\w\s'’`´.,:;!?/()\[\]\"«»“”&@+*=…•·°§%<>|~^#$€-](?=[a-z])|Œ)"
)
_LETTER_IN_WORD = re.compile(r"(?<=[a-zA-Z])[À-ÖØ-öø-ÿŠŽšž]|[À-ÖØ-öø-ÿŠŽšž](?=[a-zA-Z])")


def read(content: bytes, name: str, options: ReaderOptions) -> SourceDocument:
    """The text as LINES.

    One page a form feed with numbers from `first_page`, if the options ask for form feeds, or ask
    nothing and the text has some. Else one page without a number: its breaks, if any, are lines
    that start with a space, which only the repair step can tell from other such lines.

    Raises:
        UnreadableError: the bytes are not text in an encoding we know.
    """
    text, warnings = decode(content, name, options.encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    by_form_feed = options.page_break is PageBreak.FORM_FEED or (
        options.page_break is PageBreak.AUTO and "\f" in text.strip("\f\n ")
    )
    if by_form_feed:
        pages = tuple(
            SourcePage(number=page_number(options, index), elements=lines_element(part))
            for index, part in enumerate(text.removesuffix("\f").split("\f"))
        )
    else:
        pages = (SourcePage(number=None, elements=lines_element(text.replace("\f", "\n"))),)
    return SourceDocument(pages=pages, warnings=warnings)


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of `content`, and warnings for the user.

    `encoding` (from a header or the manifest) is tried before detection; when it does not fit the
    bytes it is passed over with a warning.

    Raises:
        UnreadableError: the bytes are no text, or text of an old system.
    """
    warnings: list[str] = []
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], marked, name), ()
    if encoding:
        try:
            return _checked(content.decode(_web_encoding(encoding)), name), ()
        except (UnicodeDecodeError, LookupError):
            warnings.append(f"{name}: is not {encoding} as stated; the encoding was detected")
    try:
        text = _checked(content.decode("utf-8"), name)
    except UnicodeDecodeError:
        text, warning = _decode_windows(content, name)
        return _checked(text, name), (*warnings, *warning)
    once = _undoubled(text)
    if once is not None:
        warnings.append(f"{name}: was encoded as UTF-8 twice; the letters are read as they were")
    return once or text, tuple(warnings)


def _undoubled(text: str) -> str | None:
    """What the text says if it is UTF-8 taken for Windows-1252 and encoded again, else None.

    All of it must fit, which other text with an æ, ø or å does not: no UTF-8 goes on so after them.
    """
    if not re.search("Ã[\x80-\xbf†˜…]", text):  # æ, ø, å, small or capital, and their kin
        return None
    try:
        # Latin-1 has the five bytes that Windows-1252 leaves out.
        single = b"".join(c.encode("latin-1" if "\x80" <= c < "\xa0" else "cp1252") for c in text)
        return single.decode("utf-8")
    except UnicodeError:
        return None


def page_number(options: ReaderOptions, index: int) -> int | None:
    """The number of the page at `index` (from 0); None for pages before the one numbered 1."""
    number = (options.first_page if options.first_page is not None else 1) + index
    return number if number >= 1 else None


def lines_element(text: str) -> tuple[SourceElement, ...]:
    """`text` as one LINES element; nothing for blank text."""
    return (SourceElement(kind=ElementKind.LINES, text=text),) if text.strip() else ()


def _strict(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise UnreadableError(
            f"{name}: begins as {encoding} but breaks off from it; save it as UTF-8"
        ) from exc


def _web_encoding(encoding: str) -> str:
    """Python's name for a web encoding; Latin-1 and ASCII mean Windows-1252 on the web.

    Source: https://encoding.spec.whatwg.org/#names-and-labels
    """
    codec = codecs.lookup(encoding).name
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


def _decode_windows(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    mixed = content.decode("utf-8", errors=_STRAY_BYTES)
    sequences = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", content))
    strays = len(content.decode("utf-8", errors="surrogateescape")) - len(
        content.decode("utf-8", errors="ignore")
    )
    if sequences > strays:
        return mixed, (f"{name}: is UTF-8 with {strays} bytes of Windows-1252; check the letters",)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as exc:
        raise UnreadableError(
            f"{name}: is neither UTF-8 nor Windows-1252; save it as UTF-8"
        ) from exc
    if len(_SIGN_IN_WORD.findall(text)) > len(_LETTER_IN_WORD.findall(text)):
        raise UnreadableError(
            f"{name}: its words hold signs in place of letters, so it is in an old encoding (DOS, "
            "Macintosh); save it as UTF-8"
        )
    return text, ()


def _checked(text: str, name: str) -> str:
    if "\x00" in text:
        raise UnreadableError(f"{name}: is not text; save it as PDF, DOCX, HTML or UTF-8 text")
    return text


def _stray_as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.start + 1]
    return stray.decode("cp1252", errors="replace"), error.start + 1


_STRAY_BYTES = "stifinner-stray-windows-bytes"
codecs.register_error(_STRAY_BYTES, _stray_as_windows)
