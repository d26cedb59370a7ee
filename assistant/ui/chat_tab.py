"""The tab to ask in: chat on the left, the sources of an answer on the right.

On a narrow screen the sources are a sheet that a marker opens. Nothing of a chat leaves the
session's memory; feedback is the one exception, and only when the user presses Send.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui.chat import Chat, ask_live
from assistant.ui.markup import escape
from assistant.ui.shared import PRIVATE, Shared, chosen_day, document_choices, wired
from assistant.ui.sources import Source, panel_html
from assistant.ui.texts import DEFAULT, Interface, interface, say
from assistant.ui.transcript import transcript_html
from corpus.errors import StifinnerError
from corpus.feedback import Verdict

logger = logging.getLogger(__name__)

MAX_QUESTION = 4000
SHOWN_QUESTION = 120
CONCURRENT = 8  # a language model keeps a thread waiting; the search itself takes milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which answer the source panel shows, and which of its cards is open."""

    exchange: int = -1
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The answer a user is giving feedback on."""

    exchange: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    chat: gr.State
    shown: gr.State
    judged: gr.State
    transcript: gr.HTML
    panel: gr.HTML
    question: gr.Textbox
    documents: gr.Dropdown
    form: gr.Column
    form_text: gr.HTML
    comment: gr.Textbox


def build_chat_tab(shared: Shared) -> None:
    """Lay out the tab inside the surrounding gr.Tab and wire it."""
    texts = shared.bilingual
    chat, shown, judged = gr.State(Chat()), gr.State(Shown()), gr.State(None)
    with gr.Row(elem_classes="st-columns"):
        with gr.Column(scale=6, min_width=320, elem_classes="st-main"):
            transcript = gr.HTML(
                transcript_html(Chat(), DEFAULT),
                elem_id="transcript",
                apply_default_css=False,
                js_on_load=wired("transcript", "cite", "verdict", "example"),
            )
            with gr.Column(visible=False, elem_classes="st-feedback") as form:
                form_text = gr.HTML(apply_default_css=False)
                comment = gr.Textbox(lines=2, max_length=MAX_QUESTION, elem_id="comment")
                with gr.Row():
                    cancel = gr.Button(size="md")
                    send = gr.Button(variant="primary", size="md")
            with gr.Column(elem_classes="st-composer"):
                question = gr.Textbox(
                    lines=1,
                    max_lines=6,
                    max_length=MAX_QUESTION,
                    submit_btn=say("send", DEFAULT),
                    elem_id="question",
                )
            with gr.Row(elem_classes="st-below"):
                new_chat = gr.Button(size="md", scale=0, min_width=140, elem_id="new-chat")
                with gr.Accordion(open=False, elem_id="filters") as filters:
                    documents = gr.Dropdown(
                        document_choices(shared.assistant), multiselect=True, value=[]
                    )
        with gr.Column(scale=5, min_width=320, elem_classes="st-side"):
            panel = gr.HTML(
                _panel(shared, Chat(), Shown(), None, DEFAULT),
                elem_id="sources",
                apply_default_css=False,
                js_on_load=wired("panel"),
            )
    texts.add(filters, label="filters")
    texts.add(documents, label="documents", info="documents_info")
    texts.add(question, label="question", placeholder="placeholder", submit_btn="send")
    texts.add(new_chat, value="new_chat")
    texts.add(comment, label="comment", placeholder="comment_placeholder")
    texts.add(send, value="feedback_send")
    texts.add(cancel, value="cancel")
    parts = _Parts(
        chat=chat,
        shown=shown,
        judged=judged,
        transcript=transcript,
        panel=panel,
        question=question,
        documents=documents,
        form=form,
        form_text=form_text,
        comment=comment,
    )
    _wire_asking(shared, parts, new_chat)
    _wire_sources(shared, parts)
    _wire_feedback(shared, parts, send, cancel)


def _wire_asking(shared: Shared, parts: _Parts, new_chat: gr.Button) -> None:
    def ask(
        question: str, chat: Chat, documents: Sequence[str], day: str | None, language: str
    ) -> Iterator[Sequence[Any]]:
        """Yields updates of question, chat, shown, transcript, panel and feedback form."""
        spoken = interface(language)
        if not question.strip():
            yield [gr.skip()] * 6
            return
        as_of = chosen_day(day, spoken)
        chat = chat.asked(question.strip())
        hidden = gr.update(visible=False)
        yield "", chat, gr.skip(), transcript_html(chat, spoken), gr.skip(), hidden
        for chat in ask_live(shared.assistant, chat, tuple(documents or ()), as_of):  # noqa: B020
            yield (
                gr.skip(),
                chat,
                gr.skip(),
                transcript_html(chat, spoken),
                gr.skip(),
                gr.skip(),
            )
        shown = Shown(exchange=len(chat.exchanges) - 1, marker=_first_marker(chat))
        panel = _panel(shared, chat, shown, day, spoken)
        yield gr.skip(), chat, shown, gr.skip(), panel, gr.skip()

    def ask_example(
        event: gr.EventData,
        chat: Chat,
        documents: Sequence[str],
        day: str | None,
        language: str,
    ) -> Iterator[Sequence[Any]]:
        """As `ask`, with the question that the example button carries."""
        yield from ask(str(event.question), chat, documents, day, language)

    outputs = [parts.question, parts.chat, parts.shown, parts.transcript, parts.panel, parts.form]
    settings = [parts.chat, parts.documents, shared.day, shared.language]
    options: dict[str, Any] = {
        "outputs": outputs,
        "api_visibility": PRIVATE,
        "show_progress": "hidden",
        "concurrency_limit": CONCURRENT,
        "concurrency_id": "ask",
    }
    asking = [
        parts.question.submit(ask, inputs=[parts.question, *settings], **options),
        parts.transcript.example(ask_example, inputs=settings, **options),
    ]

    def start_anew(language: str, day: str | None) -> Sequence[Any]:
        spoken = interface(language)
        panel = _panel(shared, Chat(), Shown(), day, spoken)
        hidden = gr.update(visible=False)
        return "", Chat(), Shown(), transcript_html(Chat(), spoken), panel, hidden

    new_chat.click(
        start_anew,
        inputs=[shared.language, shared.day],
        outputs=outputs,
        api_visibility=PRIVATE,
        show_progress="hidden",
        cancels=asking,
        js="(...values) => { window.stifinner.restart(); return values }",
    )


def _wire_sources(shared: Shared, parts: _Parts) -> None:
    def cite(event: gr.EventData, chat: Chat, day: str | None, language: str) -> tuple[Shown, str]:
        shown = Shown(exchange=int(event.exchange), marker=str(event.marker))
        return shown, _panel(shared, chat, shown, day, interface(language))

    def redraw(chat: Chat, shown: Shown, day: str | None, language: str) -> tuple[str, str]:
        spoken = interface(language)
        return transcript_html(chat, spoken), _panel(shared, chat, shown, day, spoken)

    parts.transcript.cite(
        cite,
        inputs=[parts.chat, shared.day, shared.language],
        outputs=[parts.shown, parts.panel],
        api_visibility=PRIVATE,
        show_progress="hidden",
        queue=False,
    )
    for switch in (shared.language, shared.day):
        switch.change(
            redraw,
            inputs=[parts.chat, parts.shown, shared.day, shared.language],
            outputs=[parts.transcript, parts.panel],
            api_visibility=PRIVATE,
            show_progress="hidden",
            queue=False,
        )


def _wire_feedback(shared: Shared, parts: _Parts, send: gr.Button, cancel: gr.Button) -> None:
    def open_form(event: gr.EventData, chat: Chat, language: str) -> Sequence[Any]:
        judged = Judged(exchange=int(event.exchange), verdict=Verdict(event.verdict))
        answer = chat.answer(judged.exchange)
        if answer is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        text = _form_html(answer.question, judged.verdict, interface(language))
        return judged, gr.update(visible=True), text, ""

    def keep(judged: Judged | None, comment: str, chat: Chat, language: str) -> Sequence[Any]:
        spoken = interface(language)
        answer = chat.answer(judged.exchange) if judged is not None else None
        if judged is None or answer is None:
            return None, gr.update(visible=False)
        try:
            history = chat.questions[: judged.exchange]
            shared.keep_feedback(answer, history, judged.verdict, comment)
        except (OSError, StifinnerError) as exc:
            logger.error("feedback not stored: %s", type(exc).__name__)
            gr.Warning(say("feedback_failed", spoken))
            return judged, gr.skip()
        gr.Info(say("feedback_thanks", spoken))
        return None, gr.update(visible=False)

    parts.transcript.verdict(
        open_form,
        inputs=[parts.chat, shared.language],
        outputs=[parts.judged, parts.form, parts.form_text, parts.comment],
        api_visibility=PRIVATE,
        show_progress="hidden",
        queue=False,
    ).then(None, js="() => window.stifinner.focus('#comment textarea')")
    send.click(
        keep,
        inputs=[parts.judged, parts.comment, parts.chat, shared.language],
        outputs=[parts.judged, parts.form],
        api_visibility=PRIVATE,
        show_progress="hidden",
    )
    cancel.click(
        lambda: (None, gr.update(visible=False)),
        outputs=[parts.judged, parts.form],
        api_visibility=PRIVATE,
        queue=False,
    )


def _first_marker(chat: Chat) -> str | None:
    answer = chat.exchanges[-1].answer if chat.exchanges else None
    return str(answer.citations[0].marker) if answer and answer.citations else None


def _panel(shared: Shared, chat: Chat, shown: Shown, day: str | None, language: Interface) -> str:
    answer = chat.answer(shown.exchange)
    return panel_html(
        shared.assistant.library,
        [Source.of_citation(citation) for citation in answer.citations] if answer else [],
        group=str(shown.exchange) if answer else "",
        active=shown.marker,
        as_of=chosen_day(day, language),
        language=language,
    )


def _form_html(question: str, verdict: Verdict, language: Interface) -> str:
    brief = question if len(question) <= SHOWN_QUESTION else question[:SHOWN_QUESTION] + "…"
    title = say("feedback_title", language, verdict=say(verdict.value, language))
    about = say("feedback_about", language, question=brief)
    return f'<div class="st-form"><h3>{escape(title)}</h3><p>{escape(about)}</p></div>'
