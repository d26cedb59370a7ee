"""Every error a user can meet, in one tree.

StifinnerError                 anything raised on purpose; the CLI prints it and exits with 1
├── SettingsError              a setting or manifest entry is wrong: fix what the message names
│   └── ManifestError          an entry of a manifest.yaml is wrong: fix the named line and field
├── DocumentError              one document cannot be used; the other documents still land
│   ├── UnreadableError        the bytes are not what the name says, or need a tool that is missing
│   ├── NeedsOcrError          a scanned PDF without text and no OCR tool installed
│   └── FetchError             an https address could not be fetched; a retry may help
├── IndexUnavailableError      the index cannot be opened as asked
│   ├── NoIndexError           nothing is indexed yet: run `stifinner ingest`
│   ├── FingerprintError       the index was made with another model: ingest with --rebuild
│   └── IngestRunningError     another ingest holds the lock; wait for it and run again
├── EmbeddingError             the embedding model cannot be made or loaded
├── GenerationError            the language model did not answer; answers fall back to extraction
└── EvaluationError            a reference question, run or table for the evaluation is wrong
"""

from __future__ import annotations


class StifinnerError(Exception):
    """Anything raised on purpose. Its text is one line that says what to do."""


class SettingsError(StifinnerError):
    """A setting is unknown, out of bounds or contradictory. No retry helps; correct the setting."""


class ManifestError(SettingsError):
    """A manifest entry is wrong. The message names file, line, field and what to write."""


class DocumentError(StifinnerError):
    """One document cannot be used. The rest of an ingest goes on; the exit status is then 1."""


class UnreadableError(DocumentError):
    """The bytes are not of the format their name says, or a tool to read them is missing."""


class NeedsOcrError(DocumentError):
    """A PDF holds pictures of pages and no text. Install tesseract with the language `nor`."""


class FetchError(DocumentError):
    """An address could not be fetched: refused by our rules (final) or by the network (retry)."""


class IndexUnavailableError(StifinnerError):
    """The index cannot be opened as asked."""


class NoIndexError(IndexUnavailableError):
    """Nothing is indexed yet. `stifinner ingest` makes an index."""


class FingerprintError(IndexUnavailableError):
    """The index was made with other settings. `stifinner ingest --rebuild` makes it anew."""


class IngestRunningError(IndexUnavailableError):
    """Another ingest is running on this home. Wait for it to end, then run again."""


class EmbeddingError(StifinnerError):
    """The embedding model cannot be made or loaded; the message names the missing part."""


class GenerationError(StifinnerError):
    """The language model did not answer in time or at all. A retry may help."""


class EvaluationError(StifinnerError):
    """A reference question, a run or an uploaded table is wrong; the message names the row."""
