"""One browser tab's chat: what was asked and answered, and answers while they are being written.

A chat lives in the page's session memory only. It is a value: each question makes a new one, so two
chats can never share or mix exchanges.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from assistant.answers import AnswerJson
from assistant.build import Assistant
from corpus.errors import StifinnerError

logger = logging.getLogger(__name__)

STEPS = 12
STEP_S = 0.04
LIVE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question with its answer, or with what went wrong; neither while it is being answered."""

    question: str
    answer: AnswerJson | None = None
    error: str | None = None
    draft: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the answer is still being written."""
        return self.answer is None and self.error is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The exchanges of one chat, oldest first."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions so far, as history for the next one."""
        return tuple(exchange.question for exchange in self.exchanges)

    def asked(self, question: str) -> Chat:
        """This chat with a new question; one that was broken off before its answer goes away."""
        kept = tuple(exchange for exchange in self.exchanges if not exchange.is_open)
        return Chat(exchanges=(*kept, Exchange(question=question)))

    def with_last(self, exchange: Exchange) -> Chat:
        """This chat with its last exchange replaced."""
        return Chat(exchanges=(*self.exchanges[:-1], exchange))

    def answer(self, number: int) -> AnswerJson | None:
        """The answer of exchange `number` (from 0); None if there is none."""
        if 0 <= number < len(self.exchanges):
            return self.exchanges[number].answer
        return None


def ask_live(
    assistant: Assistant, chat: Chat, document_ids: tuple[str, ...], as_of: date
) -> Iterator[Chat]:
    """The chat again and again while its last question is answered; the last one is finished.

    A language model's words are shown as they come; an extractive answer is checked first and then
    shown in a few steps. An error ends the exchange with a message; nothing is raised.
    """
    last = chat.exchanges[-1]
    live = False
    try:
        for piece in _pieces(assistant, chat, document_ids, as_of):
            if isinstance(piece, str):
                live = True
                yield chat.with_last(replace(last, draft=piece))
                continue
            if not live:
                for draft in _steps(piece.answer):
                    yield chat.with_last(replace(last, draft=draft))
                    time.sleep(STEP_S)
            yield chat.with_last(replace(last, answer=piece))
    except StifinnerError as exc:
        yield chat.with_last(replace(last, error=str(exc)))
    except Exception as exc:  # the page's border: a user never sees a traceback
        logger.error("answering failed: %s", type(exc).__name__)
        yield chat.with_last(replace(last, error=type(exc).__name__))


def _pieces(
    assistant: Assistant, chat: Chat, document_ids: tuple[str, ...], as_of: date
) -> Iterator[str | AnswerJson]:
    """The growing text of a language model, if one writes, then the checked answer."""
    *earlier, question = chat.questions
    heard: queue.Queue[str | AnswerJson | Exception] = queue.Queue()

    def work() -> None:
        try:
            heard.put(
                assistant.ask(
                    question,
                    history=earlier,
                    document_ids=document_ids,
                    as_of=as_of,
                    on_piece=heard.put,
                )
            )
        except Exception as exc:  # handed over to the waiting thread, which raises it
            heard.put(exc)

    threading.Thread(target=work, daemon=True).start()
    text = ""
    shown = 0.0
    while True:
        piece = heard.get()
        if isinstance(piece, Exception):
            raise piece
        if isinstance(piece, AnswerJson):
            yield piece
            return
        text += piece
        if time.monotonic() - shown >= LIVE_S:
            shown = time.monotonic()
            yield text


def _steps(text: str) -> Iterator[str]:
    """Growing beginnings of a finished text, cut at line ends or, in one line, at words."""
    separator = "\n" if text.count("\n") >= 3 else " "
    parts = text.split(separator)
    step = max(1, -(-len(parts) // STEPS))
    for end in range(step, len(parts), step):
        yield separator.join(parts[:end])
