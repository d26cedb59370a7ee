"""What an answering system must be able to do to be measured.

Everything else in `eval` sees only these protocols, so that peers, uploaded questions and tests
are measured by the same code as Stifinner itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from assistant.answers import AnswerJson
from corpus.records import Document, DocumentId
from corpus.tokens import LlmTokenCounter

SettingValue = str | int | float | bool | None


class Answerer(Protocol):
    """Answers one question in the shape of the fixed answer JSON."""

    def ask(
        self, question: str, history: Sequence[str] = (), document_ids: Sequence[str] = ()
    ) -> AnswerJson:
        """The answer with its citations and ranked passages; `id` may be anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A document to index for a benchmark: `text` is not repaired and has no pages."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An answering system with what a run must record of it.

    `fingerprint` names index and model; `settings` holds every setting which can move a number.
    """

    answerer: Answerer
    fingerprint: str
    settings: Mapping[str, SettingValue]
    documents: Mapping[DocumentId, Document]


class OpenSystem(Protocol):
    """Opens the system with some settings changed, by name; closes it on leaving the block."""

    def __call__(self, overrides: Mapping[str, SettingValue]) -> AbstractContextManager[System]:
        """The system, ready to be asked.

        Raises:
            SettingsError: there is no such setting, or its value is out of bounds.
        """
        ...


CountTokens = Callable[[str], int]


@cache
def _counter() -> LlmTokenCounter:
    return LlmTokenCounter()


def count_tokens(text: str) -> int:
    """Tokens of `text` as a chat model of today counts them."""
    return _counter().count(text)
