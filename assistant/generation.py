"""Answers by a language model, from the same passages and under the same proof of evidence.

The model gets numbered passages and must end each sentence with the numbers it rests on. What it
writes is taken apart again: a sentence without a marker that names a shown passage is dropped and
counted, the rest keep citations whose quotes are cut from the passage (the statement closest to
the sentence). Nothing the model writes is ever shown as a quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.settings import AssistantSettings
from corpus import chat
from corpus.analysis import analyse
from corpus.errors import GenerationError
from corpus.index import statements
from corpus.language import Language
from corpus.records import Hit, Passage
from corpus.text import split_sentences
from corpus.tokens import LlmTokenCounter

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NO_ANSWER: Final = "INGEN_SVAR"
MARKER = re.compile(r"\[(\d+)\]")
LANGUAGE_NAMES: Final[dict[Language, str]] = {
    "nb": "norsk bokmål",
    "nn": "norsk nynorsk",
    "en": "English",
}
SYSTEM_PROMPT: Final = (
    "You answer questions about Norwegian municipal plans and strategies from numbered passages "
    "only. Write in {language}, at most {words} words. End every sentence with the number of the "
    "passage it rests on, like [1]. Use nothing that is not in the passages. If they do not hold "
    "the answer, write only " + NO_ANSWER + "."
)
USER_PROMPT: Final = "Passages:\n\n{passages}\n\nQuestion: {question}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a generated answer with the passages it names (indices into the shown)."""

    text: str
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A generated answer taken apart. `unresolved` counts sentences without a valid marker."""

    raw: str
    sentences: tuple[Sentence, ...]
    unresolved: int
    refused: bool


def make_chat_model(settings: AssistantSettings, spec: str) -> BaseChatModel:
    """The chat model named by `spec`, at the server that the settings name.

    Raises:
        GenerationError: the provider's package or key is missing, or the name is wrong.
    """
    return chat.make_chat_model(
        spec,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        timeout_s=settings.llm_timeout_s,
    )


class Generator:
    """Asks a chat model and takes its answer apart."""

    def __init__(self, model: BaseChatModel, *, budget_tokens: int, max_words: int) -> None:
        self._model = model
        self._budget = budget_tokens
        self._max_words = max_words
        self._counter = LlmTokenCounter()

    def shown(self, hits: Sequence[Hit]) -> list[Passage]:
        """The best passages that fit the token budget; at least one."""
        chosen: list[Passage] = []
        spent = 0
        for hit in hits:
            spent += self._counter.count(_passage_text(1, hit.passage))
            if chosen and spent > self._budget:
                break
            chosen.append(hit.passage)
        return chosen

    def stream(
        self, question: str, language: Language, passages: Sequence[Passage]
    ) -> Iterator[str]:
        """The raw answer, piece by piece.

        Raises:
            GenerationError: the model did not answer.
        """
        from langchain_core.messages import HumanMessage, SystemMessage

        system = SYSTEM_PROMPT.format(language=LANGUAGE_NAMES[language], words=self._max_words)
        shown = "\n\n".join(_passage_text(n, p) for n, p in enumerate(passages, start=1))
        messages = [
            SystemMessage(system),
            HumanMessage(USER_PROMPT.format(passages=shown, question=question)),
        ]
        try:
            for piece in self._model.stream(messages):
                yield str(piece.text)
        except Exception as exc:  # every provider raises its own; this is where they enter
            raise GenerationError(
                f"The language model did not answer ({type(exc).__name__}); check its address and "
                "key, or ask without it."
            ) from exc

    def take_apart(self, raw: str, shown: int) -> Generated:
        """Sentences with valid markers; the others are counted."""
        if NO_ANSWER in raw or not raw.strip():
            return Generated(raw=raw, sentences=(), unresolved=0, refused=True)
        sentences: list[Sentence] = []
        unresolved = 0
        for text in _marked_sentences(raw):
            numbers = [int(number) for number in MARKER.findall(text)]
            valid = tuple(dict.fromkeys(n - 1 for n in numbers if 1 <= n <= shown))
            bare = MARKER.sub("", text).strip()
            if not bare:
                continue
            if valid:
                sentences.append(Sentence(text=bare, passages=valid))
            else:
                unresolved += 1
        return Generated(
            raw=raw, sentences=tuple(sentences), unresolved=unresolved, refused=not sentences
        )


def closest_statement(sentence: str, passage: Passage) -> tuple[int, int]:
    """Document span of the passage's statement that shares most with a generated sentence."""
    wanted = set(analyse(sentence))
    spans = statements(passage) or [(0, len(passage.text))]

    def shared(span: tuple[int, int]) -> float:
        terms = set(analyse(passage.text[span[0] : span[1]]))
        return len(terms & wanted) / (len(terms) ** 0.5 or 1.0)

    start, end = max(spans, key=shared)
    return passage.start + start, passage.start + end


def _passage_text(number: int, passage: Passage) -> str:
    return f"[{number}] {passage.context}\n{passage.readable}"


def _marked_sentences(raw: str) -> list[str]:
    """Sentences, each with the markers that follow its full stop."""
    parts: list[str] = []
    for line in raw.splitlines():
        joined = re.sub(r"([.!?])\s*((?:\[\d+\]\s*)+)", r" \2\1 ", line)
        parts += [joined[start:end] for start, end in split_sentences(joined)]
    return [part for part in parts if part.strip()]
