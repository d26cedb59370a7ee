"""An answer's text as HTML: paragraphs, lists and tables, with `[n]` as buttons.

Answers hold words of documents, so everything is escaped here and nothing but the structure that
answers are written in (line breaks, lists, tables; bold from a language model) is read as markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from markdown_it import MarkdownIt

from assistant.answers import AnswerJson, CitationJson
from assistant.ui.texts import Interface, label_of, say

_MARKER = re.compile(r"\[(\d{1,3})\]")
_GENERATIVE = ("emphasis",)


def _reader(rules: Iterable[str] = ()) -> MarkdownIt:
    # "zero" knows paragraphs only: a document's own *, _ or # stays as printed, and HTML is text.
    reader = MarkdownIt("zero", {"html": False, "breaks": True})
    return reader.enable(["list", "table", "newline", *rules])


_PLAIN = _reader()
_MODEL = _reader(_GENERATIVE)


def escape(text: str) -> str:
    """`text` for HTML content and attributes."""
    return html.escape(text, quote=True)


def body_html(
    text: str,
    citations: Iterable[CitationJson] = (),
    *,
    exchange: int = 0,
    language: Interface = "nb",
    generative: bool = False,
) -> str:
    """The HTML of an answer's text; markers without a citation stay plain text."""
    reader = _MODEL if generative else _PLAIN
    cited = {citation.marker: citation for citation in citations}
    body = reader.render(text).replace("<table>", '<table class="st-table">')
    body = body.replace("<br>\n", "</p>\n<p>")  # each line of an answer is a statement of its own
    return _MARKER.sub(lambda found: _button(found, cited, exchange, language), body)


def _button(
    found: re.Match[str], cited: Mapping[int, CitationJson], exchange: int, language: Interface
) -> str:
    citation = cited.get(int(found[1]))
    if citation is None:
        return found[0]
    label = say("show_source", language, marker=citation.marker, title=citation.title)
    return (
        f'<button type="button" class="st-cite" data-exchange="{exchange}" '
        f'data-marker="{citation.marker}" aria-label="{escape(label)}" '
        f'title="{escape(citation.title)}">[{citation.marker}]</button>'
    )


def place_of(citation: CitationJson, language: Interface) -> str:
    """Title, section, page, publisher and status of a citation on one line."""
    parts = [
        citation.title,
        " › ".join(citation.section),
        say("page", language, page=citation.page) if citation.page is not None else "",
        citation.publisher,
        label_of(citation.status, language),
        citation.url or "",
    ]
    return ", ".join(part for part in parts if part)


def copy_text(answer: AnswerJson, language: Interface) -> str:
    """Question, answer, notes and numbered sources as plain text, for pasting elsewhere."""
    lines = [answer.question, "", answer.answer]
    if answer.notes:
        lines += ["", *(f"! {note.text}" for note in answer.notes)]
    if answer.citations:
        lines += ["", say("sources", language)]
    for citation in answer.citations:
        quote = " ".join(citation.quote.split())
        lines.append(f"[{citation.marker}] {place_of(citation, language)}: «{quote}»")
    return "\n".join(lines)
