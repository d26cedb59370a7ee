"""The tab of documents: what each one is, and whether it is in force on the chosen day."""

from __future__ import annotations

from datetime import date

import gradio as gr

from assistant.ui.markup import escape
from assistant.ui.shared import PRIVATE, Shared, chosen_day
from assistant.ui.sources import badge_html, facts_html
from assistant.ui.texts import DEFAULT, Interface, interface, say
from assistant.validity import day_text, validity_of
from corpus.records import DocumentInfo
from corpus.register import DocumentSummary


def build_documents_tab(shared: Shared) -> None:
    """Lay out the tab inside the surrounding gr.Tab and wire it."""
    summaries = shared.assistant.index.register.summaries()
    shown = gr.HTML(
        documents_html(summaries, date.today(), DEFAULT),
        apply_default_css=False,
        elem_id="documents",
    )

    def redraw(day: str | None, language: str) -> str:
        spoken = interface(language)
        return documents_html(summaries, chosen_day(day, spoken), spoken)

    for switch in (shared.day, shared.language):
        switch.change(
            redraw,
            inputs=[shared.day, shared.language],
            outputs=[shown],
            api_visibility=PRIVATE,
            show_progress="hidden",
            queue=False,
        )


def documents_html(summaries: list[DocumentSummary], as_of: date, language: Interface) -> str:
    """All documents as cards, in ingest order."""
    cards = "".join(_card(summary, as_of, language) for summary in summaries)
    day = say("documents_text", language, day=day_text(as_of, language))
    return (
        f'<div class="st-intro"><h2>{escape(say("documents_title", language))}</h2>'
        f'<p>{escape(day)}</p></div><div class="st-documents">{cards}</div>'
    )


def _card(summary: DocumentSummary, as_of: date, language: Interface) -> str:
    info = summary.info
    key = "counts" if summary.pages else "counts_no_pages"
    counts = say(
        key,
        language,
        pages=summary.pages,
        passages=summary.passages,
        commitments=summary.commitments,
    )
    return (
        f'<article class="st-document"><header><h3 lang="{escape(info.language)}">'
        f"{escape(info.title)}</h3>{badge_html(validity_of(info, as_of).force, language)}</header>"
        f'<p class="st-counts">{escape(counts)}</p>{facts_html(info, as_of, language, badge=False)}'
        f"{_more(info, language)}</article>"
    )


def _more(info: DocumentInfo, language: Interface) -> str:
    rows = [
        (say(key, language), text)
        for key, text in (("older", info.replaces), ("note", info.note))
        if text
    ]
    terms = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in rows)
    return f'<dl class="st-facts">{terms}</dl>' if terms else ""
