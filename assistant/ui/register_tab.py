"""The tab of commitments: a table to filter and sort, the quote behind a row, charts, export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import plotly.graph_objects as go  # type: ignore[import-untyped]

from assistant.commitment_query import CommitmentQuery, select
from assistant.commitment_tables import Grouping, count_by
from assistant.ui.charts import by_deadline, by_name, network
from assistant.ui.export import export_links
from assistant.ui.markup import escape
from assistant.ui.notes_form import (
    NotesForm,
    build_notes_form,
    open_form,
    status_choices,
    status_label,
    wire_notes_form,
)
from assistant.ui.shared import PRIVATE, Shared, chosen_day, document_choices, wired
from assistant.ui.sources import Source, panel_html
from assistant.ui.texts import DEFAULT, Interface, interface, label_of, say
from corpus.commitment_notes import MatchedNotes, Status
from corpus.records import Commitment

NUMBER = "#"
# What staff look for stands first; the rest is reached by scrolling sideways.
COLUMNS: Mapping[str, int] = {
    "measure": 290,
    "responsible": 166,
    "partners": 160,
    "due": 78,
    "status_column": 104,
    "strategy_no": 56,
    "goal": 176,
    "document": 172,
    "page_column": 60,
    "strategy_text": 240,
    "indicator": 220,
}
ANY = ""
LABEL = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The components whose values are the filter, and those that show the view."""

    filters: Sequence[Any]
    table: gr.Dataframe
    summary: gr.HTML
    plots: Sequence[gr.Plot]


def build_register_tab(shared: Shared, tab: gr.Tab) -> None:
    """Lay out the tab inside the surrounding gr.Tab and wire it."""
    texts = shared.bilingual
    rows = _ordered(shared.assistant.index.register.commitments())
    texts.add(gr.HTML(_heading(DEFAULT), apply_default_css=False), value=_heading)
    filters, clear = _filters(shared, rows)
    summary = gr.HTML(apply_default_css=False, elem_id="register-summary")
    table = gr.Dataframe(
        headers=_headers(DEFAULT),
        datatype=["number", *("number" if key == "page_column" else "str" for key in COLUMNS)],
        column_widths=["52px", *(f"{width}px" for width in COLUMNS.values())],
        type="array",
        interactive=False,
        wrap=True,
        max_height=520,
        buttons=[],
        show_label=False,
        elem_id="commitments",
    )
    with gr.Column(elem_id="commitment-source"):
        panel = gr.HTML(
            _panel(shared, rows, None, None, DEFAULT),
            apply_default_css=False,
            js_on_load=wired("panel"),
        )
        form = build_notes_form(shared)
    texts.add(gr.HTML(_overview(DEFAULT), apply_default_css=False), value=_overview)
    with gr.Row(elem_classes="st-charts"):
        due, responsible = _plot("chart-due"), _plot("chart-responsible")
    with gr.Row(elem_classes="st-charts"):
        partners, pairs = _plot("chart-partners"), _plot("chart-network")
    view = _View(
        filters=filters,
        table=table,
        summary=summary,
        plots=(due, responsible, partners, pairs),
    )
    kept = wire_notes_form(shared, form, rows)
    _wire_view(shared, view, rows, (tab.select, kept.then), clear)
    _wire_rows(shared, view, rows, panel, form)


def _plot(name: str) -> gr.Plot:
    with gr.Column(min_width=320):
        return gr.Plot(show_label=False, container=False, elem_id=name)


def _filters(shared: Shared, rows: Sequence[Commitment]) -> tuple[Sequence[Any], gr.Button]:
    texts = shared.bilingual
    with gr.Row(elem_classes="st-filters"):
        documents = gr.Dropdown(
            document_choices(shared.assistant), multiselect=True, value=[], min_width=240
        )
        goal = _choice(lambda language: _goals(rows, language))
        responsible = _choice(lambda language: _names(rows, Grouping.RESPONSIBLE, language))
        partner = _choice(lambda language: _names(rows, Grouping.PARTNER, language))
        due = _choice(lambda language: _dues(rows, language))
        status = _choice(_statuses)
        text = gr.Textbox(min_width=160, max_length=200)
    with gr.Row(elem_classes="st-filters"):
        weak = gr.Checkbox(value=False, container=False, scale=4)
        clear = gr.Button(size="md", scale=0, min_width=120)
    texts.add(documents, label="documents")
    for dropdown, label, maker in (
        (goal, "goal", lambda language: _goals(rows, language)),
        (responsible, "responsible", lambda lang: _names(rows, Grouping.RESPONSIBLE, lang)),
        (partner, "partner", lambda language: _names(rows, Grouping.PARTNER, language)),
        (due, "due", lambda language: _dues(rows, language)),
        (status, "status_column", _statuses),
    ):
        texts.add(dropdown, label=label, choices=maker)
    texts.add(text, label="text", placeholder="text_placeholder")
    texts.add(weak, label="weak")
    texts.add(clear, value="clear")
    return (documents, goal, responsible, partner, due, status, text, weak), clear


def _choice(maker: Any) -> gr.Dropdown:
    return gr.Dropdown(maker(DEFAULT), value=ANY, min_width=160, filterable=True)


def _wire_view(
    shared: Shared,
    view: _View,
    rows: Sequence[Commitment],
    causes: Sequence[Any],
    clear: gr.Button,
) -> None:
    numbers = {row.id: number for number, row in enumerate(rows, start=1)}

    def show(language: str, *values: Any) -> Sequence[Any]:
        """Updates of the table and the summary."""
        spoken = interface(language)
        query, status = _query(values), _status(values)
        notes = shared.notes.match(rows)
        label = status_label(notes, spoken)
        chosen = notes.with_status(select(rows, query), status)
        cells = [_cells(row, numbers[row.id], label(row), shared) for row in chosen]
        everything = select(rows, CommitmentQuery(weak=query.weak))
        return (
            gr.update(value={"headers": _headers(spoken), "data": cells}),
            _summary(len(chosen), len(everything), query, status, spoken)
            + _unmatched(notes, spoken),
        )

    def draw(language: str, *values: Any) -> Sequence[go.Figure]:
        """The charts."""
        spoken = interface(language)
        chosen = shared.notes.match(rows).with_status(select(rows, _query(values)), _status(values))
        return (
            by_deadline(chosen, shared.assistant.library.infos, spoken),
            by_name(chosen, Grouping.RESPONSIBLE, spoken),
            by_name(chosen, Grouping.PARTNER, spoken),
            network(chosen, spoken),
        )

    inputs = [shared.language, *view.filters]
    options: dict[str, Any] = {"api_visibility": PRIVATE, "show_progress": "hidden"}
    shown: dict[str, Any] = {**options, "inputs": inputs, "outputs": [view.table, view.summary]}
    drawn: dict[str, Any] = {**options, "inputs": inputs, "outputs": list(view.plots)}
    cleared = clear.click(
        lambda: ([], ANY, ANY, ANY, ANY, ANY, "", False),
        outputs=list(view.filters),
        queue=False,
        **options,
    )
    cleared.then(show, **shown).then(draw, **drawn)
    for changed in (*causes, shared.language.change, *(f.input for f in view.filters)):
        changed(show, trigger_mode="always_last", **shown).then(draw, **drawn)


def _wire_rows(
    shared: Shared, view: _View, rows: Sequence[Commitment], panel: gr.HTML, form: NotesForm
) -> None:
    def open_row(event: gr.SelectData, day: str | None, language: str) -> Sequence[Any]:
        number, spoken = int(event.row_value[0]), interface(language)
        notes = shared.notes.match(rows)
        return (
            _panel(shared, rows, number, day, spoken),
            *open_form(rows[number - 1], number, notes, spoken),
        )

    view.table.select(
        open_row,
        inputs=[shared.day, shared.language],
        outputs=[panel, *form.opened],
        api_visibility=PRIVATE,
        show_progress="hidden",
        queue=False,
    )


def _ordered(rows: Sequence[Commitment]) -> list[Commitment]:
    """What has a deadline and somebody responsible first; within that, document order."""
    return sorted(rows, key=lambda row: (not row.due, not row.responsible))


def _query(values: Sequence[Any]) -> CommitmentQuery:
    documents, goal, responsible, partner, due, _, text, weak = values
    return CommitmentQuery(
        documents=tuple(documents or ()),
        goal=goal or None,
        responsible=responsible or None,
        partner=partner or None,
        due=due or None,
        text=(text or "").strip() or None,
        weak=bool(weak),
    )


def _status(values: Sequence[Any]) -> Status | None:
    return Status(values[5]) if values[5] else None


def _cells(row: Commitment, number: int, status: str, shared: Shared) -> list[str | int | None]:
    return [
        number,
        row.measure,
        ", ".join(row.responsible),
        ", ".join(row.partners),
        row.when or "",
        status,
        row.strategy_no or "",
        _cut(row.goal or ""),
        shared.assistant.library.info(str(row.document_id)).title,
        row.page,
        row.strategy or "",
        row.indicator or "",
    ]


def _headers(language: Interface) -> list[str]:
    return [NUMBER, *(say(key, language) for key in COLUMNS)]


def _goals(rows: Sequence[Commitment], language: Interface) -> list[tuple[str, str]]:
    goals = dict.fromkeys(row.goal for row in rows if row.goal)
    return [(say("all", language), ANY), *((_cut(goal), goal) for goal in goals)]


def _names(
    rows: Sequence[Commitment], grouping: Grouping, language: Interface
) -> list[tuple[str, str]]:
    named = [(name, count) for name, count in count_by(rows, grouping) if name != "–"]
    return [
        (say("all", language), ANY),
        *((f"{_cut(name)} ({count})", name) for name, count in named),
    ]


def _dues(rows: Sequence[Commitment], language: Interface) -> list[tuple[str, str]]:
    dues = sorted({due for row in rows for due in row.due})
    return [(say("all", language), ANY), *((label_of(due, language), due) for due in dues)]


def _statuses(language: Interface) -> list[tuple[str, str]]:
    return [(say("all", language), ANY), *status_choices(language)]


def _cut(text: str) -> str:
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"


def _panel(
    shared: Shared,
    rows: Sequence[Commitment],
    number: int | None,
    day: str | None,
    language: Interface,
) -> str:
    sources = [] if number is None else [Source.of_commitment(rows[number - 1], number)]
    return panel_html(
        shared.assistant.library,
        sources,
        group="register" if sources else "",
        active=None if number is None else str(number),
        as_of=chosen_day(day, language),
        language=language,
        heading="commitment_source",
    )


def _heading(language: Interface) -> str:
    return (
        f'<div class="st-intro"><h2>{escape(say("register_title", language))}</h2>'
        f"<p>{escape(say('register_text', language))}</p></div>"
    )


def _overview(language: Interface) -> str:
    return f'<h2 class="st-section">{escape(say("overview", language))}</h2>'


def _unmatched(notes: MatchedNotes, language: Interface) -> str:
    if not notes.unmatched:
        return ""
    text = say("unmatched_notes", language, count=len(notes.unmatched))
    return f'<p class="st-empty">{escape(text)}</p>'


def _summary(
    count: int, total: int, query: CommitmentQuery, status: Status | None, language: Interface
) -> str:
    links = export_links(query, status)
    counted = escape(say("count", language, count=count, all=total))
    empty = f'<p class="st-empty">{escape(say("no_rows", language))}</p>' if count == 0 else ""
    return (
        f'<div class="st-summary"><p role="status"><strong>{counted}</strong></p>'
        f"<p>{escape(say('export', language))} {links}</p></div>{empty}"
    )
