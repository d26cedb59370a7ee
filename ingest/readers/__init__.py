"""Readers: the bytes of one format to pages of elements.

`read` looks at the bytes first and at the name only where bytes cannot tell (Markdown and plain
text are both text). Each reader is a function `read(content, name, options) -> SourceDocument` in a
module of its own, imported when its format is met, so that a folder of text files loads no PDF
library. Readers hand text on as it stands, damage included; `ingest.repair` mends it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import cast

from corpus.errors import UnreadableError
from corpus.manifest import PageBreak, ReaderOptions, ScannedPages
from ingest.source import SourceDocument

__all__ = [
    "SUFFIXES",
    "Format",
    "PageBreak",
    "ReaderOptions",
    "ScannedPages",
    "is_readable_name",
    "read",
    "sniff",
]

MAX_BYTES = 500_000_000
"""Larger files are refused: the readers hold a file in memory. Municipal plans are 1-100 MB."""


class Format(StrEnum):
    """The formats we read; the value is the name of the reader's module."""

    TXT = "txt"
    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"


SUFFIXES = {
    ".txt": Format.TXT,
    ".text": Format.TXT,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
}

Reader = Callable[[bytes, str, ReaderOptions], SourceDocument]

_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or password-protected Office file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
)


def read(
    source: Path | bytes, name: str | None = None, options: ReaderOptions | None = None
) -> SourceDocument:
    """The document that a file or its bytes hold, with unrepaired text.

    `name` is what messages call it and what its suffix is taken from; for a path it may be left
    out. Bytes decide over the suffix, except that bytes which are no PDF or DOCX are refused under
    those names.

    Raises:
        UnreadableError: no reader fits, or the bytes are damaged, encrypted, nested without end
            or too many.
        NeedsOcrError: a PDF has pictures of pages and tesseract is missing.
    """
    if isinstance(source, Path):
        name = name or source.name
        content = _bytes_of(source)
    else:
        name = name or "document"
        content = source
    if not content.strip(b"\x00\t\n\r "):
        raise UnreadableError(f"{name}: the file is empty; save or fetch it again")
    found = sniff(content, name)
    reader = cast(Reader, import_module(f"ingest.readers.{found}").read)
    try:
        return reader(content, name, options or ReaderOptions())
    except RecursionError as exc:
        raise UnreadableError(
            f"{name}: its parts stand in one another hundreds deep; print it to PDF and use that"
        ) from exc


def sniff(content: bytes, name: str) -> Format:
    """The format of `content`; the suffix of `name` decides only between kinds of text.

    Raises:
        UnreadableError: a format we do not read, or a PDF or DOCX name on other bytes.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    if content.startswith(b"PK\x03\x04"):
        return _zipped_format(content, name)
    for signature, meaning in _SIGNATURES:
        if content.startswith(signature):
            raise UnreadableError(f"{name}: is {meaning}; save it as PDF, DOCX, HTML or text")
    named = SUFFIXES.get(suffix)
    if named in (Format.PDF, Format.DOCX):
        raise UnreadableError(
            f"{name}: the name says {suffix[1:].upper()} but the bytes are not; the download may "
            "have given an error page. Fetch it again or correct the name"
        )
    if _opens_as_html(content):
        return Format.HTML
    return named or Format.TXT


def is_readable_name(path: Path) -> bool:
    """Whether a folder's file is one of ours by its suffix; hidden and temporary files are not."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(
                f"{path}: {size // 1_000_000} MB is more than the {MAX_BYTES // 1_000_000} MB that "
                "can be read; split it"
            )
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise UnreadableError(f"{path}: there is no such file; check the path") from exc
    except OSError as exc:
        raise UnreadableError(f"{path}: cannot be read ({exc.strerror}); check its rights") from exc


def _zipped_format(content: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as exc:
        raise UnreadableError(
            f"{name}: the file is cut off or damaged; fetch or save it again"
        ) from exc
    if "word/document.xml" in names:
        return Format.DOCX
    raise UnreadableError(
        f"{name}: is a zip or Office file but not Word; save it as PDF, DOCX, HTML or text"
    )


def _opens_as_html(content: bytes) -> bool:
    head = content[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\t\n\r ").lower()
    if head.startswith(b"<?xml"):
        return b"<html" in head
    while head.startswith(b"<!--"):
        _, _, head = head.partition(b"-->")
        head = head.lstrip()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
