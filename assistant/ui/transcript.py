"""The chat as HTML: questions, answers with clickable markers, notes, and buttons for each.

Buttons carry `data-` attributes that page.js turns into events of the page.
"""

from __future__ import annotations

from assistant.answers import AnswerJson
from assistant.ui.chat import Chat, Exchange
from assistant.ui.export import export_links
from assistant.ui.markup import body_html, copy_text, escape
from assistant.ui.texts import EXAMPLES, Interface, say
from corpus.feedback import Verdict

# Drawn here because a machine without an emoji font shows boxes for the characters.
_THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" '
    'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"{turn}>'
    '<path d="M7 11v9H4v-9zM7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.1 7A2 2 0 0 1 '
    '17.9 20H7"/></svg>'
)
SIGNS = {
    Verdict.HELPFUL: _THUMB.format(turn=""),
    Verdict.UNHELPFUL: _THUMB.format(turn=' transform="rotate(180)"'),
}


def transcript_html(chat: Chat, language: Interface) -> str:
    """The whole chat, or the welcome with example questions while it is empty.

    `data-status` is what a screen reader is told when it changes.
    """
    if not chat.exchanges:
        return welcome_html(language)
    parts = [_exchange(number, each, language) for number, each in enumerate(chat.exchanges)]
    last = chat.exchanges[-1]
    return (
        f'<div class="st-transcript" data-count="{len(chat.exchanges)}" '
        f'aria-busy="{str(last.is_open).lower()}" '
        f'data-status="{escape(_status(last, language))}">{"".join(parts)}</div>'
    )


def welcome_html(language: Interface) -> str:
    """What the page is for, and example questions for its three kinds of users."""
    text = escape(say("welcome_text", language, marker="[1]")).replace(
        "[1]", '<span class="st-cite st-sample">[1]</span>'
    )
    groups = "".join(
        f'<div class="st-group"><h3>{escape(say(user, language))}</h3><ul>'
        + "".join(
            f'<li><button type="button" class="st-example" data-question="{escape(question)}" '
            f'lang="{"en" if user == "researcher" else "nb"}">{escape(question)}</button></li>'
            for question in questions
        )
        + "</ul></div>"
        for user, questions in EXAMPLES.items()
    )
    return (
        f'<div class="st-welcome" data-status=""><h2>{escape(say("welcome", language))}</h2>'
        f'<p>{text}</p><div class="st-groups">{groups}</div></div>'
    )


def _status(exchange: Exchange, language: Interface) -> str:
    if exchange.error is not None:
        return say("error", language)
    if exchange.answer is None:
        return say("searching", language)
    if not exchange.answer.answered:
        return say("ready_none", language)
    return say("ready", language, count=len(exchange.answer.citations))


def _exchange(number: int, exchange: Exchange, language: Interface) -> str:
    question = (
        f'<h3 class="st-question"><span class="st-hidden">{escape(say("you_asked", language))}: '
        f"</span>{escape(exchange.question)}</h3>"
    )
    if exchange.error is not None:
        body = _error(exchange.error, language)
    elif exchange.answer is None:
        body = _draft(exchange.draft, language)
    else:
        body = _answer(number, exchange.answer, language)
    return f'<article class="st-exchange" data-exchange="{number}">{question}{body}</article>'


def _error(detail: str, language: Interface) -> str:
    return (
        f'<div class="st-answer st-error" role="alert"><p>{escape(say("error", language))}</p>'
        f'<p class="st-detail">{escape(say("error_detail", language, detail=detail))}</p></div>'
    )


def _draft(draft: str, language: Interface) -> str:
    word = say("writing" if draft else "searching", language)
    return (
        f'<div class="st-answer st-draft">{body_html(draft)}'
        f'<p class="st-wait"><span class="st-dots" aria-hidden="true"></span>{escape(word)}</p>'
        "</div>"
    )


def _answer(number: int, answer: AnswerJson, language: Interface) -> str:
    body = body_html(
        answer.answer,
        answer.citations,
        exchange=number,
        language=language,
        generative=answer.mode == "generative",
    )
    return (
        f'<div class="st-answer{"" if answer.answered else " st-none"}">{_tag(answer, language)}'
        f'<div class="st-body" lang="{answer.language}">{body}</div>{_notes(answer)}'
        f"{_export(answer, language)}{_actions(number, answer, language)}</div>"
    )


def _tag(answer: AnswerJson, language: Interface) -> str:
    if not answer.answered:
        text = say("unanswered", language)
    elif answer.mode == "register" and "|---" in answer.answer:
        text = say("from_register", language)
    elif answer.model is not None:
        text = say("from_model", language, model=answer.model)
    else:
        return ""
    return f'<p class="st-tag">{escape(text)}</p>'


def _notes(answer: AnswerJson) -> str:
    if not answer.notes:
        return ""
    notes = "".join(
        f'<li class="st-note st-note-{note.kind}">{escape(note.text)}</li>' for note in answer.notes
    )
    return f'<ul class="st-notes" lang="{answer.language}">{notes}</ul>'


def _export(answer: AnswerJson, language: Interface) -> str:
    if answer.register_query is None:
        return ""
    links = export_links(answer.register_query)
    return f'<p class="st-export">{escape(say("export_rows", language))} {links}</p>'


def _actions(number: int, answer: AnswerJson, language: Interface) -> str:
    parts = []
    if answer.citations:
        label = say("show_sources", language, count=len(answer.citations))
        first = answer.citations[0].marker
        parts.append(
            f'<button type="button" class="st-action" data-act="cite" data-exchange="{number}" '
            f'data-marker="{first}">{escape(label)}</button>'
        )
    parts.append(
        f'<button type="button" class="st-action" data-act="copy" '
        f'data-copy="{escape(copy_text(answer, language))}" '
        f'data-copied="{escape(say("copied", language))}">{escape(say("copy", language))}</button>'
    )
    parts += [
        f'<button type="button" class="st-action st-thumb" data-act="verdict" '
        f'data-exchange="{number}" data-verdict="{verdict.value}" '
        f'aria-label="{escape(say(verdict.value, language))}" '
        f'title="{escape(say(verdict.value, language))}">{sign}</button>'
        for verdict, sign in SIGNS.items()
    ]
    return f'<div class="st-actions">{"".join(parts)}</div>'
