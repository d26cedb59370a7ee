"""The form below a chosen row of the register: how it stands, who says so, and what was noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui.markup import escape
from assistant.ui.shared import PRIVATE, Shared
from assistant.ui.texts import DEFAULT, Interface, interface, say
from corpus.commitment_notes import CommitmentNote, MatchedNotes, Noted, Status
from corpus.errors import StifinnerError
from corpus.records import Commitment

LONGEST_NAME = 100
LONGEST_SOURCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesForm:
    """The components of the form; `chosen` holds the number of the row, None before a choice."""

    chosen: gr.State
    box: gr.Column
    history: gr.HTML
    status: gr.Dropdown
    by: gr.Textbox
    source: gr.Textbox
    save: gr.Button

    @property
    def opened(self) -> Sequence[Any]:
        """What `open_form` has updates for."""
        return (self.chosen, self.box, self.history, self.status, self.source)


def build_notes_form(shared: Shared) -> NotesForm:
    """Lay out the form, hidden until a row is chosen."""
    texts = shared.bilingual
    with gr.Column(visible=False, elem_id="commitment-notes", elem_classes="st-feedback") as box:
        history = gr.HTML(apply_default_css=False, elem_id="commitment-history")
        with gr.Row(elem_classes="st-filters"):
            status = gr.Dropdown(
                status_choices(DEFAULT), value=Status.UNKNOWN.value, min_width=140, scale=1
            )
            by = gr.Textbox(max_length=LONGEST_NAME, min_width=140, scale=1)
            source = gr.Textbox(max_length=LONGEST_SOURCE, min_width=220, scale=2)
            save = gr.Button(variant="primary", size="md", scale=0, min_width=120)
    texts.add(status, label="status_column", choices=status_choices)
    texts.add(by, label="noted_by", placeholder="noted_by_placeholder")
    texts.add(source, label="noted_source", placeholder="noted_source_placeholder")
    texts.add(save, value="note_save")
    return NotesForm(
        chosen=gr.State(None),
        box=box,
        history=history,
        status=status,
        by=by,
        source=source,
        save=save,
    )


def status_choices(language: Interface) -> list[tuple[str, str]]:
    """Every status with its word."""
    return [(say(status.value, language), status.value) for status in Status]


def open_form(row: Commitment, number: int, notes: MatchedNotes, language: Interface) -> list[Any]:
    """Updates of `NotesForm.opened` for a chosen row; who noted last stays filled in."""
    return [
        number,
        gr.update(visible=True),
        history_html(notes.by_id.get(row.id), language),
        notes.status_of(row).value,
        "",
    ]


def wire_notes_form(shared: Shared, form: NotesForm, rows: Sequence[Commitment]) -> Any:
    """Let the button keep a note; returns the event that has it stored."""

    def keep(number: int | None, status: str, by: str, source: str, language: str) -> Sequence[Any]:
        spoken = interface(language)
        if number is None:
            return gr.skip(), gr.skip()
        row = rows[number - 1]
        try:
            shared.notes.add(
                row,
                Status(status),
                by=(by or "")[:LONGEST_NAME],
                source=(source or "")[:LONGEST_SOURCE],
                register=rows,
            )
            noted = shared.notes.match(rows).by_id.get(row.id)
        except StifinnerError:
            gr.Warning(say("note_failed", spoken))
            return gr.skip(), gr.skip()
        gr.Info(say("note_kept", spoken))
        return history_html(noted, spoken), ""

    return form.save.click(
        keep,
        inputs=[form.chosen, form.status, form.by, form.source, shared.language],
        outputs=[form.history, form.source],
        api_visibility=PRIVATE,
        show_progress="hidden",
    )


def history_html(noted: Noted | None, language: Interface) -> str:
    """The notes of a row, newest first, under a heading that says where they are kept."""
    lines = "" if noted is None else "".join(_line(n, language) for n in reversed(noted.notes))
    listed = f"<ul>{lines}</ul>" if lines else ""
    moved = ""
    if noted is not None and noted.moved:
        text = say("note_moved", language, measure=noted.last.measure)
        moved = f"<p>{escape(text)}</p>"
    return (
        f'<div class="st-form"><h3>{escape(say("notes_title", language))}</h3>'
        f"<p>{escape(say('notes_text', language))}</p>{listed}{moved}</div>"
    )


def _line(note: CommitmentNote, language: Interface) -> str:
    said = ", ".join(part for part in (note.by, note.source) if part)
    text = f"{note.created.date()}: {say(note.status.value, language)}" + (
        f" ({said})" if said else ""
    )
    return f"<li>{escape(text)}</li>"


StatusLabel = Callable[[Commitment], str]


def status_label(notes: MatchedNotes, language: Interface) -> StatusLabel:
    """What the column of a row says: its status, and whether the text has changed since."""

    def label(row: Commitment) -> str:
        noted = notes.by_id.get(row.id)
        if noted is None:
            return ""
        word = say(noted.last.status.value, language)
        return say("status_moved", language, status=word) if noted.moved else word

    return label
