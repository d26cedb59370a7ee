"""A digest of the code and data that a document's passages are made by.

A snapshot made by other code must not be served as if nothing had changed. A number that somebody
raises by hand is forgotten; so the source files themselves are hashed, and the versions of the
libraries that read documents. A change that alters no passage costs a fresh parse, no embedding.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_FOLDERS = ("ingest", "corpus")
# What documents are made of is hashed with each document, what is asked about them with the index.
_LEFT_OUT = ("corpus/documents", "corpus/expansions")
_SUFFIXES = (".py", ".json", ".tsv", ".txt", ".yaml")
_READERS = (
    "pdfplumber",
    "pdfminer.six",
    "python-docx",
    "trafilatura",
    "beautifulsoup4",
    "lxml",
    "markdown-it-py",
    "tokenizers",
)


@cache
def code_digest() -> str:
    """A short hash of our own source files and of the reading libraries' versions."""
    files = hashlib.sha256()
    for name in _source_files():
        files.update(name.encode())
        files.update((_ROOT / name).read_bytes())
    files.update(repr([(library, version(library)) for library in _READERS]).encode())
    return files.hexdigest()[:16]


def _source_files() -> list[str]:
    found = (
        path.relative_to(_ROOT).as_posix()
        for folder in _FOLDERS
        for path in (_ROOT / folder).rglob("*")
        if path.suffix in _SUFFIXES
    )
    return sorted(name for name in found if not name.startswith(_LEFT_OUT))
